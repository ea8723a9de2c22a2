// Stands between the figures of the node and what is drawn of them: spans, steps of age, shares of a bar, of what one's own are made up.
// Refuses to know words and colours, and to estimate: what cannot be had from the figures is not there.
import { isTeam } from "./names";
import type { Conversation, Counts } from "./wire";
import type { Age, Load } from "./wire-overview";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Never more than two of them, the largest first; less than a minute is none. */
export interface Span {
  days: number;
  hours: number;
  minutes: number;
}

export function spanOf(took_ms: number): Span {
  const whole_ms = Math.max(0, took_ms);
  const days = Math.floor(whole_ms / DAY_MS);
  const hours = Math.floor((whole_ms % DAY_MS) / HOUR_MS);
  return { days, hours, minutes: days > 0 ? 0 : Math.floor((whole_ms % HOUR_MS) / MINUTE_MS) };
}

export type Mood = "calm" | "late" | "alarming";

export interface Step {
  from_hours: number;
  /** Undefined: whatever is older. */
  below_hours: number | undefined;
  waiting: number;
  /** Of the longest bar. */
  share: number;
  mood: Mood;
}

/** Up to four hours is a working day's wait, up to a day is late. */
function moodOf(from_ms: number): Mood {
  return from_ms < 4 * HOUR_MS ? "calm" : from_ms < DAY_MS ? "late" : "alarming";
}

export function stepsOf(ages: readonly Age[]): Step[] {
  const most = Math.max(1, ...ages.map(({ waiting }) => waiting));
  return ages.map(({ below_ms, waiting }, index) => {
    const from_ms = ages[index - 1]?.below_ms ?? 0;
    return { from_hours: from_ms / HOUR_MS, below_hours: below_ms ? below_ms / HOUR_MS : undefined, waiting, share: waiting / most, mood: moodOf(from_ms) };
  });
}

/** Of the longest bar: all that is open, and of that what waits. */
export function sharesOf(loads: readonly Load[]): { open: number; waiting: number }[] {
  const most = Math.max(1, ...loads.map(({ open }) => open));
  return loads.map(({ open, waiting }) => ({ open: open / most, waiting: Math.min(open, waiting) / most }));
}

export interface Parts {
  patients: number;
  team: number;
}

/** What a figure is made up of; undefined where the conversations that are held do not make it up, as while some are still coming. */
export function partsOf(conversations: readonly Conversation[], counts: Counts, of: "total_conversations" | "unread_messages" | "total_messages"): Parts | undefined {
  const parts = { patients: 0, team: 0 };
  for (const one of conversations) {
    if (!one.my.member) continue;
    parts[isTeam(one) ? "team" : "patients"] += of === "total_conversations" ? 1 : of === "unread_messages" ? one.my.unread : one.last_number;
  }
  return parts.patients + parts.team === counts[of] ? parts : undefined;
}
