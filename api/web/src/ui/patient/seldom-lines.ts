// Stands beside lines.ts for what happens seldom: somebody is no longer there, somebody is asked who they are. It comes behind the first screen.
// Refuses to know the layout.
import { format, text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import { lines } from "../../../locales/en-patient-lines";

/** Nothing for other lines. */
export function seldomWords({ actor, event }: Pick<Line, "actor" | "event">, me: string): string {
  const mine = actor.id === me;
  switch (event.type) {
    case "members_left":
      return lines.left(format.list.format(event.people.map((one) => one.name)), event.people.length);
    case "identity_asked":
      return lines.identityAsked(mine ? text.you : actor.name);
    case "identity_confirmed":
      return mine ? lines.identityYours : lines.identityShown(actor.name);
    default:
      return "";
  }
}
