// Stands between a patient's name and those that are easily taken for it, and between what is to be pinned and what the node takes.
// Refuses to know the network, the screen, and who is meant: a person says that.
import type { Conversation, Me, Person } from "./wire";

export const PINNED_COUNT_MAX = 100;
const SUMMARY_SIZE_BYTES_MAX = 8_000;
const SUFFIXES: ReadonlySet<string> = new Set(["jr", "sr", "ii", "iii", "iv"]);

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "");
const fold = (text: string): string => plain(text).toLocaleLowerCase().replace(/[.,]/g, "").trim();
const wordsOf = (name: string): string[] => {
  const words = name.trim().split(/\s+/).filter((word) => word !== "");
  const own = words.filter((word) => !SUFFIXES.has(fold(word)));
  return own.length > 0 ? own : words;
};

export const familyOf = (name: string): string => wordsOf(name).at(-1) ?? "";
/** Empty where there is but one name. */
export const givenOf = (name: string): string => (wordsOf(name).length > 1 ? (wordsOf(name)[0] ?? "") : "");

/** What to look for to find who is easily taken for them. The given name finds those whose family name has another letter. */
export function queriesFor(name: string): string[] {
  const names = [familyOf(name).replace(/[.,]/g, ""), givenOf(name)];
  return [...new Set(names.flatMap((one) => [one, plain(one)]))];
}

/** As on a door card. */
export function shortName(name: string): string {
  const [first] = givenOf(name);
  return first === undefined ? name : `${familyOf(name)}, ${first}.`;
}

/** One letter more, less, or another one. */
function nearly(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  return short.slice(long.length === short.length ? at + 1 : at) === long.slice(at + 1);
}

/** Whichever of the names stands first. */
const anyOrder = (name: string): string => wordsOf(name).map(fold).sort().join(" ");

/** The same family name, or the same name but for one letter, or with its parts the other way round. */
export function namesakesOf(patient: { id: string; name: string }, people: readonly Person[]): Person[] {
  const [name, family, parts] = [fold(patient.name), fold(familyOf(patient.name)), anyOrder(patient.name)];
  const seen = new Set([patient.id]);
  return people.filter((one) => {
    if (seen.has(one.id)) return false;
    seen.add(one.id);
    return fold(familyOf(one.name)) === family || nearly(fold(one.name), name) || nearly(anyOrder(one.name), parts);
  });
}

export type PinFault = "missing" | "long" | "many";

export function pinFault(summary: string, messages: number): PinFault | undefined {
  if (messages > PINNED_COUNT_MAX) return "many";
  if (messages === 0 && summary.trim() === "") return "missing";
  return new TextEncoder().encode(summary.trim()).length > SUMMARY_SIZE_BYTES_MAX ? "long" : undefined;
}

/** Who works with patients, of what they read by another right than a broken glass. */
export function mayPin(me: Me | undefined, conversation: Conversation | undefined): boolean {
  return me?.person.kind === "staff" && me.permissions.includes("create_patient_conversation") && conversation !== undefined && conversation.my.basis !== "break_glass";
}
