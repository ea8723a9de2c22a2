// Stands between a break of the connection and what this page still shows: nobody replays to whoever is out of a conversation that they are, so
// after every break what is held is compared with what may be read. Refuses to know why something is gone.
import { isOver } from "../core/http";
import type { Sync } from "../core/sync";
import type { Conversation } from "../core/wire";
import { session } from "./session.svelte";

let followed: Sync | undefined;

/** Listens from now on. Safe to call again and again. */
export function followReach(): void {
  const { sync } = session;
  if (sync === undefined || sync === followed) return;
  followed = sync;
  let broke = false;
  sync.onLink((link) => {
    if (link.state !== "live") broke = true;
    else if (broke) {
      broke = false;
      void compare(sync).catch(() => { broke = true; });
    }
  });
}

async function compare(sync: Sync): Promise<void> {
  const held = [...session.store.conversations.keys()];
  const { conversations } = await session.http.ask<{ conversations: Conversation[] }>("/v1/conversations?scope=mine");
  const mine = new Set(conversations.map((one) => one.id));
  for (const id of held) {
    if (mine.has(id) || sync !== session.sync) continue;
    try {
      await sync.fetchConversation(id); // on other grounds, perhaps
    } catch (error) {
      if (!isOver(error)) throw error;
      sync.lose({ conversation_id: id });
    }
  }
}
