// Stands between a task and the few words about it: what, when, for whom, what became of it. Refuses to know where they are shown.
import { dueOf, personOf } from "../../core/tasks";
import { format, text } from "../../core/i18n";
import type { Party } from "../../core/wire";
import type { Task } from "../../core/wire-tasks";
import { staff } from "../../../locales/en-staff";
import { tasks as words } from "../../../locales/en-staff-tasks";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

export function titleOfTask({ title, cause, patient }: Task): string {
  if (title !== "" || cause !== "unread") return title;
  return patient ? words.reach(patient.name) : words.reachPatient;
}

function span(minutes: number): string {
  if (minutes < 60) return words.minutes(Math.max(1, minutes));
  return minutes < 2 * DAY_MINUTES ? words.hours(Math.floor(minutes / 60)) : words.days(Math.floor(minutes / DAY_MINUTES));
}

/** Nothing where there is no time. */
export function dueWords(task: Task, now_ms: number): string {
  const { due_at_ms: due_ms } = task;
  if (due_ms == null) return task.cause === "unread" ? words.notReadInTime : "";
  if (task.state !== "open") return words.due(format.when(due_ms));
  if (dueOf(task, now_ms) === "late") return due_ms > now_ms - MINUTE_MS ? words.overdueNow : words.overdue(span(Math.floor((now_ms - due_ms) / MINUTE_MS)));
  if (due_ms - now_ms < 60 * MINUTE_MS) return words.dueIn(span(Math.ceil((due_ms - now_ms) / MINUTE_MS)));
  const tomorrow = new Date(now_ms);
  tomorrow.setDate(tomorrow.getDate() + 1);
  if (dueOf(task, now_ms) === "today") return words.dueToday(format.time(due_ms));
  return format.dayKey(due_ms) === format.dayKey(tomorrow.getTime()) ? words.dueTomorrow(format.time(due_ms)) : words.due(format.when(due_ms));
}

/** The name of the person, or of those who have the role. */
export function nameOfParty(party: Party): string {
  return "role" in party ? (staff.pools[party.role]?.[0] ?? party.role) : party.person.name;
}

export function forWords({ assignee, created_by }: Task, me: string): string {
  const to = personOf(assignee)?.id === me ? words.forYou : words.for(nameOfParty(assignee));
  return `${to}, ${created_by.id === me ? words.byYou : words.by(created_by.name)}`;
}

/** What became of it; nothing while it is open. */
export function closedWords({ state, closed_by, closed_at_ms }: Task, me: string): string {
  if (state === "open" || !closed_by || closed_at_ms == null) return "";
  return words[state](closed_by.id === me ? text.you.toLowerCase() : closed_by.name, format.when(closed_at_ms));
}
