// Stands between what happened to a task and one quiet line about it in its conversation: those of lines.ts are there before a task can be.
// Refuses to know the layout, and what the task is: its list tells, to whoever may see it.
import { text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import type { Party } from "../../core/wire";
import { task_lines as words } from "../../../locales/en-staff-task-lines";

function partyName(party: Party, me: string): string {
  if ("role" in party) return words.pools[party.role] ?? party.role;
  return party.person.id === me ? text.you.toLowerCase() : party.person.name;
}

/** Nothing for other lines. */
export function taskLine({ actor, event }: Pick<Line, "actor" | "event">, me: string): string {
  if (event.type !== "task_changed") return "";
  const { what, assignee } = event;
  if (what === "not_read") return words.not_read(assignee ? partyName(assignee, me) : words.somebody);
  return words[what](actor.id === me ? text.you : actor.name, assignee ? partyName(assignee, me) : words.somebody);
}
