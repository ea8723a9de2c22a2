// Stands between asking who is writing and one quiet line about it in its conversation. Refuses to know the layout.
import { text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import { identity_lines } from "../../../locales/en-staff-identity-lines";

/** Nothing for other lines. */
export function identityLine({ actor, event }: Pick<Line, "actor" | "event">, me: string): string {
  if (event.type !== "identity_asked" && event.type !== "identity_confirmed") return "";
  return identity_lines[event.type](actor.id === me ? text.you : actor.name);
}
