// Stands between marks and a sentence: of those who should get a message, how many have it and how many have read it.
// Refuses to guess: whoever came later without the history is not counted, the author neither.
import type { Marks, Message } from "./timeline";
import type { Member } from "./wire";

export interface Tally {
  all: number;
  delivered: number;
  read: number;
}

export function recipientsOf(message: Message, members: readonly Member[]): Member[] {
  return members.filter((member) => {
    if (member.person_id === message.author.id) return false;
    if (message.audience === "team" && (member.kind === "patient" || member.kind === "proxy")) return false;
    if ((member.added_at_ms ?? 0) <= message.at_ms || member.history === "full" || member.history === undefined) return true;
    return typeof member.history === "object" && member.history.since_ms <= message.at_ms;
  });
}

export function tally(message: Message, members: readonly Member[], marks: ReadonlyMap<string, Marks>): Tally {
  const recipients = recipientsOf(message, members);
  const has = (member: Member, mark: keyof Marks): boolean => Math.max(marks.get(member.person_id)?.[mark] ?? 0, member[mark] ?? 0) >= message.seq;
  return {
    all: recipients.length,
    delivered: recipients.filter((member) => has(member, "delivered_seq") || has(member, "read_seq")).length,
    read: recipients.filter((member) => has(member, "read_seq")).length,
  };
}

export function teamHasRead(message: Message, members: readonly Member[], marks: ReadonlyMap<string, Marks>, team_read_seq: number): boolean {
  if (team_read_seq >= message.seq) return true;
  return members.some((member) => member.kind === "staff" && Math.max(marks.get(member.person_id)?.read_seq ?? 0, member.read_seq ?? 0) >= message.seq);
}
