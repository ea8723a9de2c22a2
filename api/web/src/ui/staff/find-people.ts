// Stands between a field in which somebody is found by name and the node. Refuses to offer whom the node would refuse: it says why instead.
import { query } from "../../core/http";
import type { Person } from "../../core/wire";
import { directory } from "../../../locales/en-staff-directory";
import { LETTERS_MIN } from "../../vm/directory.svelte";
import { session } from "../../vm/session.svelte";

export const findStaff = async (q: string): Promise<Person[]> =>
  (await session.http.ask<{ people: Person[] }>(query("/v1/people", { q, limit: 20 }))).people.filter(({ kind }) => kind === "staff");

/** Nobody is looked up before something was typed: the look is on the record. */
export const findPatients = async (q: string): Promise<Person[]> =>
  q.trim().length < LETTERS_MIN ? [] : (await session.http.ask<{ patients: Person[] }>(query("/v1/patients", { q, limit: 20 }))).patients;

export const refuseStaff = ({ state }: Person): string | undefined => (state === "suspended" ? directory.suspended : undefined);
export const refusePatient = refuseStaff;
