// Stands between a text and the people it names: which mentions are still in it when it goes.
// Refuses to know how they came into it.
import type { Author, Mention } from "./wire";

export interface Candidate {
  name: string;
  mention: Mention;
  detail: string;
  /** Not in the conversation when they were chosen. */
  outside?: Author;
}

/** Only what is still written counts: deleting the name deletes the mention. */
export function mentionsIn(text: string, chosen: readonly Candidate[]): Mention[] {
  const seen = new Set<string>();
  return chosen.filter(({ name, mention }) => {
    const key = JSON.stringify(mention);
    if (seen.has(key) || !text.includes(`@${name}`)) return false;
    seen.add(key);
    return true;
  }).map(({ mention }) => mention);
}
