// Stands between coverages and what is true of them: how far each has come, which one opens a conversation, what may be asked for.
// Refuses to know the words, and to judge rights: the node does.
import { holderOf } from "./care";
import type { Conversation, Coverage, GrantCoverage } from "./wire";

export type Phase = Coverage["state"];
export type Field = "covered" | "covering" | "from" | "until" | "reason";
export type Why = "missing" | "before" | "far" | "long";
export type Faults = Partial<Record<Field, Why>>;

const DAY_MS = 86_400_000;
export const LENGTH_MS_MAX = 92 * DAY_MS;
export const AHEAD_MS_MAX = 366 * DAY_MS;
export const REASON_BYTES_MAX = 500;
/** In the morning, when somebody is back. */
const BACK_HOUR = 8;

/** Ended before its time it is over at once, though the node may still be giving back what was taken. */
export function phaseOf(coverage: Coverage): Phase {
  return coverage.ended_by ? "over" : coverage.state;
}

/** What is over is not among them any more. */
export function withCoverage(list: readonly Coverage[], one: Coverage): readonly Coverage[] {
  const others = list.filter(({ id }) => id !== one.id);
  return phaseOf(one) === "over" ? others : [...others, one].sort((a, b) => a.from_ms - b.from_ms || (a.id < b.id ? -1 : 1));
}

/** By which somebody covers now. */
export function coveredBy(list: readonly Coverage[], person_id: string): readonly Coverage[] {
  return list.filter((one) => one.covering.id === person_id && phaseOf(one) === "running");
}

/** Whether it is by a coverage that this person is here, or answers, or would take it over. */
export function isCovered({ my, care }: Pick<Conversation, "my" | "care">, now: readonly Coverage[], me: string): boolean {
  return my.basis === "coverage" || care?.covering?.person.id === me || now.some((one) => one.covered.id === holderOf(care)?.id);
}

/** By which of them, as far as it can be told: for whom they answer, who answers, who is in the team; else all that run. */
export function coveragesOf(conversation: Pick<Conversation, "my" | "care" | "members">, now: readonly Coverage[], me: string): readonly Coverage[] {
  if (!isCovered(conversation, now, me)) return [];
  const { care, members } = conversation;
  const of = (ids: readonly (string | undefined)[]): readonly Coverage[] => now.filter((one) => ids.includes(one.covered.id));
  const answers_for = care?.covering?.person.id === me ? of([care.covering.covered.id]) : of([holderOf(care)?.id]);
  if (answers_for.length > 0 || conversation.my.basis !== "coverage") return answers_for;
  const in_team = of((members ?? []).map((member) => member.person_id));
  return in_team.length > 0 ? in_team : now;
}

export interface Choice {
  key: "today" | "morning" | "monday";
  at_ms: number;
}

/** Usual ends for what begins then: that day's end, the next morning, Monday morning. What would be none is left out. */
export function usualEnds(begin_ms: number): Choice[] {
  const day = new Date(begin_ms);
  const at = (days: number, hours: number, minutes: number): number => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hours, minutes).getTime();
  const weekday = day.getDay();
  const to_monday = weekday === 1 && at(0, BACK_HOUR, 0) > begin_ms ? 0 : ((8 - weekday) % 7) || 7;
  const choices: Choice[] = [{ key: "today", at_ms: at(0, 23, 59) }, { key: "morning", at_ms: at(1, BACK_HOUR, 0) }, { key: "monday", at_ms: at(to_monday, BACK_HOUR, 0) }];
  return choices.filter(({ key, at_ms }) => at_ms > begin_ms && !(key === "monday" && at_ms === choices[1]?.at_ms));
}

/** As the browser's own fields hold it, in the zone of the person. */
export function fieldsOf(at_ms: number): { day: string; time: string } {
  const date = new Date(at_ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  return { day: `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`, time: `${two(date.getHours())}:${two(date.getMinutes())}` };
}

/** Undefined where the fields hold no time. */
export function timeOf(day: string, time: string): number | undefined {
  const at_ms = new Date(`${day}T${time}`).getTime();
  return day === "" || time === "" || Number.isNaN(at_ms) ? undefined : at_ms;
}

export interface Wish {
  /** Undefined: not chosen yet. */
  covered_id: string | undefined;
  covering_id: string | undefined;
  begins: "now" | "later";
  from_ms: number | undefined;
  until_ms: number | undefined;
  reason: string;
  /** Conversations with a label, too. */
  of_labelled?: boolean;
}

/** When it begins: what lies behind begins now. */
export function beginOf({ begins, from_ms }: Pick<Wish, "begins" | "from_ms">, now_ms: number): number {
  return begins === "later" && from_ms !== undefined ? Math.max(from_ms, now_ms) : now_ms;
}

/** What is wrong with it, at each field; nothing: it may be asked for. */
export function faultsOf(wish: Wish, now_ms: number): Faults {
  const faults: Faults = {};
  const begin_ms = beginOf(wish, now_ms);
  if (wish.covered_id === undefined) faults.covered = "missing";
  if (wish.covering_id === undefined || wish.covering_id === wish.covered_id) faults.covering = "missing";
  if (wish.begins === "later") {
    if (wish.from_ms === undefined) faults.from = "missing";
    else if (wish.from_ms > now_ms + AHEAD_MS_MAX) faults.from = "far";
  }
  if (wish.until_ms === undefined) faults.until = "missing";
  else if (wish.until_ms <= begin_ms) faults.until = "before";
  else if (wish.until_ms - begin_ms > LENGTH_MS_MAX) faults.until = "far";
  if (wish.reason.trim() === "") faults.reason = "missing";
  else if (new TextEncoder().encode(wish.reason.trim()).length > REASON_BYTES_MAX) faults.reason = "long";
  return faults;
}

/** What goes to the node; undefined where a field still has a fault. */
export function grantOf(wish: Wish, me: string, now_ms: number): GrantCoverage | undefined {
  const { covered_id, covering_id, until_ms } = wish;
  if (covering_id === undefined || until_ms === undefined || Object.keys(faultsOf(wish, now_ms)).length > 0) return undefined;
  return {
    ...(covered_id === undefined || covered_id === me ? {} : { covered_id }),
    covering_id,
    ...(wish.begins === "later" && wish.from_ms !== undefined ? { from_ms: wish.from_ms } : {}),
    until_ms,
    reason: wish.reason.trim(),
    ...(wish.of_labelled ? { of_labelled: true } : {}),
  };
}

/** Beside which field a refusal is told; undefined: below all of them. */
export function fieldOf(code: string): Field | undefined {
  return code === "cannot_hold" ? "covering" : code === "coverage_overlaps" ? "until" : undefined;
}
