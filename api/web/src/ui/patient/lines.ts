// Stands between what happened in a conversation and one quiet line about it, as the patient reads it; nothing for what is the team's matter.
// Refuses to know the layout.
import { text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import { patient } from "../../../locales/en-patient";

export function lineWords({ actor, event }: Line, me: string): string {
  const name = actor.id === me ? text.you : actor.name;
  if (event.type === "archived" || event.type === "reopened") return patient.lines[event.type](name);
  if (event.type === "renamed") return patient.lines.renamed(name, event.topic);
  if (event.type === "stage_changed") return event.stage === "closed" ? patient.lines.closed : patient.lines.opened;
  if (event.type === "coverage_ended" && event.left) return patient.lines.coverageEnded(event.person.name);
  return "";
}
