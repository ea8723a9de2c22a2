// Stands between what was begun on this device and the conversations of the patient page: what was begun in one that somebody may not read any more
// goes, also where that happened while no page was open. Refuses to look more than once in a session: what comes later, lost.svelte.ts hears of.
import type { Sync } from "../../core/sync";
import { drafts, putDraft } from "../../vm/drafts";
import { session } from "../../vm/session.svelte";

let looked: Sync | undefined;

export function dropUnreadable(): void {
  if (!session.loaded || session.sync === looked) return;
  looked = session.sync;
  for (const key of [...drafts.keys()]) if (!session.store.conversations.has(key.split("/")[0] ?? "")) putDraft(key, undefined);
}

session.store.subscribe(dropUnreadable);
dropUnreadable();
