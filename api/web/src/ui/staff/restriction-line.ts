// Stands between a label, or a confidence, and one quiet line about it in its conversation. Refuses to know the layout, and why it was given.
import { format, text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import type { Author } from "../../core/wire";
import { restriction_lines as words } from "../../../locales/en-staff-restriction-lines";

/** Nothing for other lines. */
export function restrictionLine({ actor, event }: Pick<Line, "actor" | "event">, me: string): string {
  if (event.type !== "labelled" && event.type !== "confidential_changed") return "";
  const who = (person: Author): string => (person.id === me ? text.you : person.name);
  const left = new Intl.ListFormat(format.locale).format(event.left.map(who));
  if (event.type === "labelled") return event.sensitivity ? words.labelled(who(actor), words.labels[event.sensitivity], left) : words.unlabelled(who(actor));
  return event.confidential ? words.kept(who(actor), left) : words.shared(who(actor));
}
