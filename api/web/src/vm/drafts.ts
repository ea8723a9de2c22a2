// Stands beside the composer: what was begun and not sent, for each conversation and thread (or dialog), in memory only.
// Refuses to know the disk: an unfinished thought about a patient is not kept when the page closes.
import type { Candidate } from "../core/mentions";
import type { Audience, Priority } from "../core/wire";

export interface Draft {
  text: string;
  audience: Audience;
  /** In another one's name. */
  behalf: boolean;
  priority: Priority;
  chosen: Candidate[];
  read_by_ms?: number | undefined;
  /** What a template leaves to be filled in. */
  fields?: readonly string[];
}

const drafts = new Map<string, Draft>();
const key = (conversation_id: string, thread: number | string | undefined): string => `${conversation_id}/${thread ?? ""}`;

export function draftOf(conversation_id: string, thread?: number | string): Draft | undefined {
  return drafts.get(key(conversation_id, thread));
}

export function keepDraft(conversation_id: string, thread: number | string | undefined, draft: Draft): void {
  if (draft.text === "") drafts.delete(key(conversation_id, thread));
  else drafts.set(key(conversation_id, thread), draft);
}

export function anyDraft(): boolean {
  return drafts.size > 0;
}

export function dropDrafts(): void {
  drafts.clear();
}
