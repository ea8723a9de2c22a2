// Stands beside lines.ts for what happens seldom: it is put away or renamed, somebody is no longer there, or asked who they are. It comes behind the
// first screen.
// Refuses to know the layout.
import { format, text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import { lines } from "../../../locales/en-patient-lines";

/** Nothing for other lines. */
export function seldomWords({ actor, event }: Pick<Line, "actor" | "event">, me: string): string {
  const mine = actor.id === me;
  const name = mine ? text.you : actor.name;
  switch (event.type) {
    case "archived":
    case "reopened":
      return lines[event.type](name);
    case "renamed":
      return lines.renamed(name, event.topic);
    case "members_left":
      return lines.left(format.list.format(event.people.map((one) => one.name)), event.people.length);
    case "identity_asked":
      return lines.identityAsked(name);
    case "identity_confirmed":
      return mine ? lines.identityYours : lines.identityShown(actor.name);
    default:
      return "";
  }
}
