// Stands between what is known of a person and an administrator who corrects it: into fields, what is wrong in them, and only what is another
// one than it was. Refuses to know the words on the screen, rights and relations: those are changed by themselves.
import { bytes, dateFault, NAME_BYTES_MAX, nameFault, same, type Fault } from "./clinic-people";
import type { Person } from "./wire";

export interface FactsForm {
  name: string;
  title: string;
  organization: string;
  mrn: string;
  birth_date: string;
  /** Of a patient. */
  site_ids: string[];
}
export type Fact = Exclude<keyof FactsForm, "site_ids">;
export type FactFaults = { [fact in Fact]?: Fault };
export type FactChange = Partial<Omit<FactsForm, "birth_date">> & { birth_date?: string };

export const factsOf = (person: Person): FactsForm => ({
  name: person.name, title: person.title ?? "", organization: person.organization ?? "",
  mrn: person.patient?.mrn ?? "", birth_date: person.patient?.birth_date ?? "", site_ids: person.patient ? [...(person.site_ids ?? [])] : [],
});

/** Which of them somebody of this kind has; the name comes first. */
export function factsFor({ kind }: Person): readonly Fact[] {
  if (kind === "patient") return ["name", "mrn", "birth_date"];
  return kind === "partner" ? ["name", "organization", "title"] : ["name", "title"];
}

/** `today`: as the fields of a browser hold it. Nothing: it may be asked for. */
export function factFaults(person: Person, form: FactsForm, today: string): FactFaults {
  const faultOf = (fact: Fact): Fault | undefined =>
    fact === "birth_date" ? dateFault(form.birth_date, today) : fact === "title" ? (bytes(form.title) > NAME_BYTES_MAX ? "long" : undefined) : nameFault(form[fact]);
  return Object.fromEntries(factsFor(person).flatMap((fact) => { const fault = faultOf(fact); return fault === undefined ? [] : [[fact, fault]]; }));
}

/** Empty where nothing is another one. */
export function factChange(person: Person, form: FactsForm): FactChange {
  const before = factsOf(person);
  const changed = factsFor(person).filter((fact) => form[fact].trim() !== before[fact].trim());
  return {
    ...Object.fromEntries(changed.map((fact) => [fact, form[fact].trim()])),
    ...(person.patient && !same(form.site_ids, before.site_ids) ? { site_ids: [...form.site_ids] } : {}),
  };
}

/** As it stands once the node has taken it. */
export function corrected(person: Person, { mrn, birth_date, ...more }: FactChange): Partial<Person> {
  const { patient } = person;
  return { ...more, ...(patient && (mrn ?? birth_date) !== undefined ? { patient: { ...patient, mrn: mrn ?? patient.mrn, birth_date: birth_date ?? patient.birth_date } } : {}) };
}
