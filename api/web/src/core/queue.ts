// Stands between the pages of the organization's queue and its rows on the screen: what is known is put where it stands,
// what is not is only named. Refuses to move a row, and to know how pages are fetched.
import { holderOf } from "./care";
import type { Care, Conversation, Stage } from "./wire";

export type Pool = "physician" | "nurse" | "medical_assistant" | "front_desk" | "billing";

const PARTIES: readonly string[] = ["any", "nobody", "me", "late", "physician", "nurse", "medical_assistant", "front_desk", "billing"];

export interface QueueFilter {
  stage: Stage;
  /** Besides these a person or a role. */
  party: "any" | "nobody" | "me" | "late" | `per_${string}` | Pool;
}

/** What is held of the conversation elsewhere, or was fetched without its preview. Since when the patient waits only the queue knows; and of
    what one is no member of, nothing tells sooner than the queue who answers. */
export function withHeld(row: Conversation, held: Conversation): Conversation {
  if (held.revision < row.revision) return row;
  // for whom the one who answers covers, changes of the queue do not tell
  const covering = holderOf(held.care)?.id === holderOf(row.care)?.id ? (held.care?.covering ?? null) : null;
  const care: Care | null = held.care && held.my.member ? { ...held.care, waiting_since_ms: row.care?.waiting_since_ms ?? null } : row.care ? { ...row.care, covering } : null;
  return { ...held, care, last_message: held.last_message ?? row.last_message ?? null };
}

/** Whom the address asks for, if it does: one of the filters, a person or a role. */
export function partyOf(filter: string | undefined): QueueFilter["party"] | undefined {
  return filter !== undefined && (PARTIES.includes(filter) || /^per_[0-9a-z]+$/.test(filter)) ? (filter as QueueFilter["party"]) : undefined;
}

export function inPlace(rows: readonly Conversation[], id: string, make: (row: Conversation) => Conversation): readonly Conversation[] {
  return rows.map((row) => (row.id === id ? make(row) : row));
}

/** A newer page put over the rows that are there; `unknown`: what is on it and not among them. */
export function merged(rows: readonly Conversation[], page: readonly Conversation[]): { rows: readonly Conversation[]; unknown: string[] } {
  const fresh = new Map(page.map((one) => [one.id, one]));
  const held = new Set(rows.map((row) => row.id));
  return {
    rows: rows.map((row) => { const one = fresh.get(row.id); return one === undefined || one.revision < row.revision ? row : one; }),
    unknown: page.filter((one) => !held.has(one.id)).map((one) => one.id),
  };
}

/** The next page; what has moved onto it since the last one is not there twice. */
export function appended(rows: readonly Conversation[], page: readonly Conversation[]): readonly Conversation[] {
  const held = new Set(rows.map((row) => row.id));
  return [...rows, ...page.filter((one) => !held.has(one.id))];
}

/** Whether it would be in the list, as far as its state tells. */
export function fits(care: Care, filter: QueueFilter, me: string): boolean {
  if (filter.party === "late") return false; // time makes it so, no change does
  const pool = care.party && "role" in care.party ? care.party.role : undefined;
  const holder = holderOf(care)?.id;
  const wanted = filter.party === "me" ? me : filter.party === "nobody" ? undefined : filter.party;
  return care.stage === filter.stage && (filter.party === "any" || holder === wanted || (wanted !== undefined && pool === wanted));
}

export function waitingMinutes(care: Care | null | undefined, now_ms: number): number | undefined {
  const since_ms = care?.waiting_since_ms;
  return since_ms ? Math.max(0, Math.floor((now_ms - since_ms) / 60_000)) : undefined;
}

/** Messages that came after the one whose words are shown. */
export function newerMessages(row: Conversation): number {
  return row.last_message ? Math.max(0, row.last_number - row.last_message.number) : 0;
}
