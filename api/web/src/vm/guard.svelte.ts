// Stands between messages that were refused because they name another patient and whoever wrote them: asked about once, where the conversation is
// on the screen; told under the header where it is not. Refuses to send anything.
import { text } from "../core/i18n";
import { titleOf } from "../core/names";
import { undo, guard } from "../../locales/en-staff-guard";
import { own } from "./own.svelte";
import { router } from "./route.svelte";
import { session } from "./session.svelte";

Object.assign(text.problems, guard.problems);

/** The rows that were asked about, or of which it was told. */
const asked = new Set<string>();
/** What was written while this page was open. */
const seen = new Set<string>();

/** True once for each. */
export function askOnce(id: string): boolean {
  if (asked.has(id)) return false;
  asked.add(id);
  return true;
}

/** A reply that is held leaves when its author may be elsewhere: then they are told what became of it. */
function watch(): void {
  for (const row of session.waiting) {
    if (row.state !== "failed") {
      seen.add(row.id);
      continue;
    }
    if (!seen.has(row.id) || row.problem?.code === "undone" || router.now.conversation === row.conversation_id) continue;
    seen.delete(row.id);
    const conversation = session.store.conversations.get(row.conversation_id);
    if (row.problem?.code === "names_a_patient" && conversation) own.tell(guard.channel.elsewhere(titleOf(conversation, text.conversation.untitled)), row.conversation_id);
    const name = conversation?.patient?.name;
    if (name === undefined) continue;
    own.tell(row.problem?.code === "another_patient" ? guard.elsewhere(name) : undo.elsewhere(name), row.conversation_id);
  }
}

session.store.subscribe(watch);
