// Stands between what happened in a conversation and one quiet line about it, as the patient reads it; nothing for what is the team's matter.
// Refuses to know the layout.
import { format, text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import type { Author } from "../../core/wire";
import { opened } from "../../../locales/en-patient-thread";
import { clinic } from "./parts";

const gone = (left: readonly Author[]): string =>
  left.length === 0 ? "" : opened.lines.gone(new Intl.ListFormat(format.locale).format(left.map((one) => one.name)), left.length > 1);

export function lineWords({ actor, event }: Line, me: string): string {
  const name = actor.id === me ? text.you : actor.name;
  if (event.type === "stage_changed") return event.stage === "closed" ? opened.lines.closed : opened.lines.opened;
  if (event.type === "coverage_ended" && event.left) return opened.lines.coverageEnded(event.person.name);
  if (event.type === "labelled") return gone(event.left);
  if (event.type === "confidential_changed") return event.confidential ? [opened.lines.madePrivate(name), gone(event.left)].filter(Boolean).join(". ") : opened.lines.madeShared(name);
  return clinic.held?.seldomWords({ actor, event }, me) ?? "";
}
