// Stands between what happened in a conversation and one quiet line about it, as the patient reads it; nothing for what is the team's matter.
// Refuses to know the layout.
import { text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import { opened } from "../../../locales/en-patient-thread";

export function lineWords({ actor, event }: Line, me: string): string {
  const name = actor.id === me ? text.you : actor.name;
  if (event.type === "archived" || event.type === "reopened") return opened.lines[event.type](name);
  if (event.type === "renamed") return opened.lines.renamed(name, event.topic);
  if (event.type === "stage_changed") return event.stage === "closed" ? opened.lines.closed : opened.lines.opened;
  if (event.type === "coverage_ended" && event.left) return opened.lines.coverageEnded(event.person.name);
  return "";
}
