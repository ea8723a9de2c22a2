// Stands between a pin and one quiet line about it in the conversation it was made from. Refuses to know the layout, and what was pinned: the
// chart tells, to whoever may see it.
import { text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import { pin_lines as words } from "../../../locales/en-staff-pin-lines";

/** Nothing for other lines. */
export function pinLine({ actor, event }: Pick<Line, "actor" | "event">, me: string): string {
  if (event.type !== "pinned") return "";
  const who = actor.id === me ? text.you : actor.name;
  return event.patient ? words.pinned(who, event.patient.name) : words.pinnedElsewhere(who);
}
