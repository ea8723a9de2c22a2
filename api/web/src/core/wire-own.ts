// Stands beside wire.ts for what is one's own in a conversation: how one wants to see it, and which of its threads one follows.
// Refuses to know how it is sent, kept or shown.
import type { ConversationEvent } from "./wire";

/** What one said about a thread: the message that it hangs on, and whether its answers mean one. */
export interface ThreadSaid { seq: number; follows: boolean }

/** How one wants to see a conversation; nobody else sees any of it. */
export interface Attention {
  /** Put away as long as its last message has no higher number. */
  put_away_number?: number | null;
  muted: boolean;
  marked_unread: boolean;
  remind_at_ms?: number | null;
  /** Of the rest one follows those that one began. Absent where nothing was said. */
  threads?: ThreadSaid[];
}

/** `remind` without a time: not any more. */
export type AttentionStep =
  | { step: "put_away" | "take_out" | "mark_unread" }
  | { step: "mute"; muted: boolean }
  | { step: "remind"; at_ms?: number }
  | { step: "follow"; seq: number; follows: boolean };

/** `called` and `drafts` are this client's own: the node is not asked for them. */
export type InboxFilter = "all" | "unread" | "read" | "put_away" | "called" | "drafts";

/** One thread: on the first page the message that it hangs on, then the answers to it, ascending. */
export interface ThreadPage {
  events: ConversationEvent[];
  follows?: boolean;
  /** There may be more after it, also where this page is empty. */
  next_after?: number | null;
}
