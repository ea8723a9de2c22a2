// Stands between a wish for later and the node: usual times, whether a time can be, and what of one's own waits to be sent.
// Refuses to know the words, and to send anything by the clock of this device: the node does.
import { usualEnds, type Choice } from "./coverage";
import type { Candidate } from "./mentions";
import type { Member, Scheduled, SendMessage } from "./wire";

export const AHEAD_MS_MAX = 365 * 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

export interface LaterChoice {
  key: "hour" | Exclude<Choice["key"], "today">;
  at_ms: number;
}

/** In an hour, the next morning, Monday morning. */
export function laterChoices(now_ms: number): LaterChoice[] {
  const usual = usualEnds(now_ms).flatMap(({ key, at_ms }) => (key === "today" ? [] : [{ key, at_ms }]));
  return [{ key: "hour", at_ms: Math.ceil((now_ms + HOUR_MS) / MINUTE_MS) * MINUTE_MS }, ...usual];
}

/** What is wrong with it; undefined: nothing. */
export function faultOf(at_ms: number | undefined, now_ms: number): "missing" | "before" | "far" | undefined {
  if (at_ms === undefined) return "missing";
  return at_ms <= now_ms ? "before" : at_ms > now_ms + AHEAD_MS_MAX ? "far" : undefined;
}

/** As it stands now, the earliest first. What was sent or taken back is not among them; a frame carries no words: those known stay. */
export function withScheduled(list: readonly Scheduled[], one: Scheduled): readonly Scheduled[] {
  const held = list.find(({ id }) => id === one.id);
  const others = list.filter(({ id }) => id !== one.id);
  if (one.state === "sent" || one.state === "removed") return others;
  return [...others, { ...one, message: one.message ?? held?.message ?? null }].sort((a, b) => a.at_ms - b.at_ms || (a.id < b.id ? -1 : 1));
}

/** As it would be sent now. */
export function messageOf({ body, audience, priority, mentions, reply_to }: SendMessage): SendMessage {
  return { body, audience, priority, mentions: mentions ?? [], ...(reply_to == null ? {} : { reply_to }) };
}

/** The names behind its mentions, for the box that its words go back to. */
export function chosenIn({ mentions }: SendMessage, members: readonly Member[]): Candidate[] {
  return mentions.flatMap((mention): Candidate[] => {
    const name = "role" in mention ? mention.role.replaceAll("_", "-") : members.find(({ person_id }) => person_id === mention.person_id)?.name;
    return name === undefined ? [] : [{ name, mention, detail: "" }];
  });
}
