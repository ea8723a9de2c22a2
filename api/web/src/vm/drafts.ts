// Stands beside the composer: what was begun and not sent, for each conversation and thread (or dialog), as this page has it.
// Refuses to know the disk: whoever keeps it there, and whoever shows it elsewhere, listens.
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
  /** For a patient who could not be written to: nothing of it goes by itself once they can. */
  waits?: boolean | undefined;
}

/** `elsewhere`: it comes from the device, or from another tab, and the box that is open for it does not have it yet. */
type Ear = (key: string, draft: Draft | undefined, elsewhere: boolean) => void;

export const drafts = new Map<string, Draft>();
export const ears = new Set<Ear>();
export const keyOf = (conversation_id: string, thread: number | string | undefined): string => `${conversation_id}/${thread ?? ""}`;

export function draftOf(conversation_id: string, thread?: number | string): Draft | undefined {
  return drafts.get(keyOf(conversation_id, thread));
}

export function keepDraft(conversation_id: string, thread: number | string | undefined, draft: Draft): void {
  putDraft(keyOf(conversation_id, thread), draft.text === "" ? undefined : draft);
}

export function putDraft(key: string, draft: Draft | undefined, elsewhere = false): void {
  if (draft === undefined) drafts.delete(key);
  else drafts.set(key, draft);
  for (const ear of ears) ear(key, draft, elsewhere);
}

export function anyDraft(): boolean {
  return drafts.size > 0;
}

/** From this page alone. */
export function dropDrafts(): void {
  drafts.clear();
}
