// Stands between the messages of a conversation and what is told of the answers below each: how many, when the last came, how many are new.
// Refuses to know how that looks.
import type { ThreadView } from "./thread.svelte";

export interface Replies {
  count: number;
  last_at_ms: number;
  fresh: number;
}

export function repliesTo(me: string, { items, new_after_seq }: Pick<ThreadView, "items" | "new_after_seq">): ReadonlyMap<number, Replies> {
  const found = new Map<number, Replies>();
  for (const item of items) {
    if (item.kind !== "message" || item.reply_to === null) continue;
    const held = found.get(item.reply_to) ?? { count: 0, last_at_ms: 0, fresh: 0 };
    const fresh = new_after_seq > 0 && item.seq > new_after_seq && item.author.id !== me;
    found.set(item.reply_to, { count: held.count + 1, last_at_ms: item.at_ms, fresh: held.fresh + Number(fresh) });
  }
  return found;
}
