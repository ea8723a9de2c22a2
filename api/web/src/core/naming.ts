// Stands between the box and the people: what is being mentioned at the cursor, and who could be meant.
// Refuses to know how the list of suggestions looks.
import type { Candidate } from "./mentions";

interface Asked {
  from: number;
  words: string;
}

function askedAt(before: string, pattern: RegExp): Asked | undefined {
  const words = pattern.exec(before)?.[2];
  return words === undefined ? undefined : { from: before.length - words.length - 1, words };
}

/** The words after an @ that ends at the cursor; undefined when nothing is being mentioned. */
export function mentionAt(text: string, cursor: number): Asked | undefined {
  return askedAt(text.slice(0, cursor), /(^|[\s(])@([\p{L}\p{N}_.'-]*(?: [\p{L}\p{N}_.'-]*)?)$/u);
}

/** The words after a #: a name of up to three words, or a record number; a letter at least, so that "#2" stays what it is. */
export function patientAt(text: string, cursor: number): Asked | undefined {
  return askedAt(text.slice(0, cursor), /(^|[\s(])#(\p{L}[\p{L}\p{N}.'-]*(?: [\p{L}\p{N}.'-]+){0,2} ?)$/u);
}

/** What stands in the text for a patient: the name and the record number, and where it leads. Brackets would end it too early. */
export function patientLink({ id, name, mrn }: { id: string; name: string; mrn: string }): string {
  return `[${`${name} (${mrn})`.replace(/[[\]\n]/g, " ")}](/open?patient=${id})`;
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
