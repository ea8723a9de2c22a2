// Stands under a name in a list of people: what tells this person from another of the same name.
// Refuses to show a patient's facts without the two identifiers beside each other.
import { format } from "../../core/i18n";
import type { Person } from "../../core/wire";

export function describe(person: Person): string {
  if (person.patient) return [person.patient.mrn, `DOB ${format.birthDate(person.patient.birth_date)}`, person.organization].filter(Boolean).join(" · ");
  return [person.title, person.organization, ...(person.roles ?? []).map((role) => role.replaceAll("_", " "))].filter((word) => Boolean(word)).slice(0, 2).join(" · ");
}
