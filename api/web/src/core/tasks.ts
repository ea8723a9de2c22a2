// Stands between tasks and what is true of them: whether one is late, which belong together, what a new one is called, whom it can be given to.
// Refuses to know the words, and to judge rights: the node does.
import { plain } from "./md";
import type { Author, Party } from "./wire";
import type { Assignee, Task } from "./wire-tasks";

export const TITLE_LENGTH_MAX = 200;
export const TITLE_BYTES_MAX = 500;

/** When it is to be done, from the one who looks: what is late comes first. */
export type Due = "late" | "today" | "ahead" | "anytime";
const DUES: readonly Due[] = ["late", "today", "ahead", "anytime"];

/** What a patient has not read in time is late by itself. */
export function dueOf({ state, cause, due_at_ms, overdue }: Task, now_ms: number): Due {
  if (due_at_ms == null) return cause === "unread" && state === "open" ? "late" : "anytime";
  if (state === "open" && (overdue || due_at_ms <= now_ms)) return "late";
  return new Date(due_at_ms).toDateString() === new Date(now_ms).toDateString() ? "today" : "ahead";
}

export interface Group { due: Due; tasks: readonly Task[] }

/** In the node's order, which may be a moment old: what has become late since then is with what is late. Groups without any are left out. */
export function groupsOf(tasks: readonly Task[], now_ms: number): Group[] {
  return DUES.map((due) => ({ due, tasks: tasks.filter((task) => dueOf(task, now_ms) === due) })).filter((group) => group.tasks.length > 0);
}

const bytesOf = (words: string): number => new TextEncoder().encode(words).length;

/** The first line of a message in plain words, as far as it has room. */
export function titleFrom(body: string): string {
  const line = body.split("\n").map(plain).find((words) => words !== "") ?? "";
  let title = "";
  for (const character of line) {
    if ((title + character).length > TITLE_LENGTH_MAX || bytesOf(title + character) > TITLE_BYTES_MAX) break;
    title += character;
  }
  return title.trim();
}

export function titleFault(title: string): "missing" | "long" | undefined {
  const words = title.trim();
  return words === "" ? "missing" : words.length > TITLE_LENGTH_MAX || bytesOf(words) > TITLE_BYTES_MAX ? "long" : undefined;
}

const ROLE = "role:";

/** A role among people that can be chosen has an id, too. */
export const idOfRole = (role: string): string => ROLE + role;

export function assigneeOf(id: string): Assignee {
  return id.startsWith(ROLE) ? { role: id.slice(ROLE.length) } : { person_id: id };
}

/** The id of whom it is given to, as assigneeOf takes it. */
export function idOf(party: Party): string {
  return "role" in party ? idOfRole(party.role) : party.person.id;
}

export function personOf(party: Party): Author | undefined {
  return "person" in party ? party.person : undefined;
}
