// Stands between the people of the clinic and the rows of the directory: who is shown for a few words and facets, in which groups.
// Refuses to know the node's own search, and the language of the page: what can be found beside a name is told.
import type { Person, Presence } from "./wire";

export interface Facets {
  words: string;
  /** Empty: any. */
  role: string;
  site_id: string;
  available_now: boolean;
}

export type GroupName = "staff" | "partner" | "service" | "suspended";

export interface Group {
  name: GroupName;
  people: Person[];
}

const GROUPS: readonly GroupName[] = ["staff", "partner", "service", "suspended"];
const WITH_PATIENTS: readonly string[] = ["physician", "nurse", "medical_assistant", "front_desk", "billing"];

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Every word must be found in one of the texts. */
export function found(words: string, texts: readonly (string | null | undefined)[]): boolean {
  const where = fold(texts.join(" "));
  return fold(words).split(/\s+/).every((word) => where.includes(word));
}

export function worksWithPatients(person: Person): boolean {
  return (person.roles ?? []).some((role) => WITH_PATIENTS.includes(role));
}

/** Whether new conversations of patients come to them; undefined where none could. */
export function takesNew(person: Person): boolean | undefined {
  return person.state !== "suspended" && worksWithPatients(person) ? person.available !== false : undefined;
}

/** Whether somebody reads what is written to them. */
export function canBeWrittenTo(person: Person, me: string): boolean {
  return person.id !== me && person.state === "active" && (person.kind === "staff" || person.kind === "partner");
}

function groupOf(person: Person): GroupName {
  if (person.state === "suspended") return "suspended";
  return person.kind === "partner" || person.kind === "service" ? person.kind : "staff";
}

/** By name, in groups; `beside`: what else of a person can be found. A site that is not told is every site. */
export function groupsOf(people: readonly Person[], facets: Facets, presence: (person: Person) => Presence, beside: (person: Person) => readonly string[]): Group[] {
  const { words, role, site_id, available_now } = facets;
  const shown = people.filter((one) =>
    (role === "" || (one.roles ?? []).some((held) => held === role))
    && (site_id === "" || (one.kind === "staff" && ((one.site_ids ?? []).length === 0 || one.site_ids?.includes(site_id))))
    && (!available_now || (one.state !== "suspended" && presence(one) === "available"))
    && found(words, [one.name, one.title, one.organization, ...beside(one)]));
  return GROUPS.map((name) => ({ name, people: shown.filter((one) => groupOf(one) === name) })).filter(({ people: some }) => some.length > 0);
}

/** Those that somebody has, in the order in which they are known. */
export function rolesOf(people: readonly Person[], known: readonly string[]): string[] {
  return known.filter((role) => people.some((one) => one.roles?.some((held) => held === role)));
}
