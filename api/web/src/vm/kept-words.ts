// Stands between a dialog and what was begun in it: kept as the composer's drafts are, so that closing it by accident loses nothing.
// Refuses to know where they are kept, and what the words are for.
import { draftOf, keepDraft } from "./drafts";

/** `what`: of a conversation, for what. */
export function keptWords(conversation_id: string, what: string): string | undefined {
  return draftOf(conversation_id, what)?.text;
}

/** Done: without any. */
export function keepWords(conversation_id: string, what: string, text = ""): void {
  keepDraft(conversation_id, what, { text, audience: "team", behalf: false, priority: "routine", chosen: [] });
}
