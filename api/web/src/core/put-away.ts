// Stands between what a person has archived for themselves or muted, what calls them, and what follows from it, in the lists and for the badge.
// Refuses to know the words, and to change anything: the node does.
import type { Conversation } from "./wire";

/** The next message brings it back by itself. */
export function isPutAway({ my: { attention }, last_number }: Pick<Conversation, "my" | "last_number">): boolean {
  return attention?.put_away_number != null && last_number <= attention.put_away_number;
}

/** Something unread in it means this person. */
export function isCalled({ my: { called_seq = 0, read_seq } }: Pick<Conversation, "my">): boolean {
  return called_seq > read_seq;
}

/** For the badge: nothing of what is put away, and of what is muted only where it calls. */
export function unreadToCount(conversation: Conversation): number {
  return (conversation.my.attention?.muted && !isCalled(conversation)) || isPutAway(conversation) ? 0 : conversation.my.unread;
}
