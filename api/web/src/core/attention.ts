// Stands between how a person wants to see a conversation and what is unread.
// Refuses to know the words, and what was put away: only the staff page does (put-away.ts).
import type { Attention, Conversation, My } from "./wire";

/** Something new is in it, or the person said so. */
export function isUnread({ my }: Pick<Conversation, "my">): boolean {
  return my.unread > 0 || my.attention?.marked_unread === true;
}

export function asRead(attention: Attention | null | undefined): Partial<Pick<My, "attention">> {
  return attention?.marked_unread ? { attention: { ...attention, marked_unread: false } } : {};
}
