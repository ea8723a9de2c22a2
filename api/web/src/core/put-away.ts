// Stands between what a person has archived for themselves or muted and what follows from it, in the lists and for the badge.
// Refuses to know the words, and to change anything: the node does.
import type { Conversation } from "./wire";

/** The next message brings it back by itself. */
export function isPutAway({ my: { attention }, last_number }: Pick<Conversation, "my" | "last_number">): boolean {
  return attention?.put_away_number != null && last_number <= attention.put_away_number;
}

/** For the badge: of what is muted or put away nothing. */
export function unreadToCount(conversation: Conversation): number {
  return conversation.my.attention?.muted || isPutAway(conversation) ? 0 : conversation.my.unread;
}
