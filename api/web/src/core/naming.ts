// Stands between the box and the people: what is being mentioned at the cursor, and who could be meant.
// Refuses to know how the list of suggestions looks.
import type { Candidate } from "./mentions";

/** The words after an @ that ends at the cursor; undefined when nothing is being mentioned. */
export function mentionAt(text: string, cursor: number): { from: number; words: string } | undefined {
  const before = text.slice(0, cursor);
  const match = /(^|[\s(])@([\p{L}\p{N}_.'-]*(?: [\p{L}\p{N}_.'-]*)?)$/u.exec(before);
  if (match === null) return undefined;
  const words = match[2] ?? "";
  return { from: cursor - words.length - 1, words };
}

export function candidatesFor(words: string, candidates: readonly Candidate[], limit = 6): Candidate[] {
  const wanted = words.toLocaleLowerCase();
  const rank = (name: string): number => {
    const low = name.toLocaleLowerCase();
    if (low.startsWith(wanted)) return 0;
    return low.split(/\s+/).some((word) => word.startsWith(wanted)) ? 1 : 2;
  };
  return candidates
    .map((candidate) => ({ candidate, at: rank(candidate.name) }))
    .filter(({ at }) => at < 2)
    .sort((a, b) => a.at - b.at || a.candidate.name.localeCompare(b.candidate.name))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}
