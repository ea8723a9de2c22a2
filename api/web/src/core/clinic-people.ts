// Stands between what an administrator types of a person or a site and what the node is asked for: what is wrong with it, at which field.
// Refuses to know the words on the screen, and to be the judge: the node looks at all of it once more.
import { passwordFault, writtenLoginFault } from "./login";
import type { Person, Role } from "./wire";

export const WITH_PATIENTS: readonly Role[] = ["physician", "nurse", "medical_assistant", "front_desk", "billing"];
export const FOR_THE_CLINIC: readonly Role[] = ["administrator", "compliance_officer"];
export const QUEUE: Role = "organization_queue";
const ROLES: readonly Role[] = [...WITH_PATIENTS, ...FOR_THE_CLINIC, QUEUE];
export const NAME_BYTES_MAX = 200;
const RELATIONS_MAX = 100;

export const NEW_KINDS = ["staff", "patient", "proxy", "partner"] as const;
export type NewKind = (typeof NEW_KINDS)[number];

export interface PersonForm {
  kind: NewKind;
  name: string;
  title: string;
  login: string;
  password: string;
  roles: Role[];
  site_ids: string[];
  mrn: string;
  birth_date: string;
  care_team: Person[];
  proxy_for: Person[];
  organization: string;
}

export const emptyForm = (): PersonForm => ({
  kind: "staff", name: "", title: "", login: "", password: "", roles: [], site_ids: [], mrn: "", birth_date: "", care_team: [], proxy_for: [], organization: "",
});

export type Field = "name" | "title" | "login" | "password" | "roles" | "mrn" | "birth_date" | "care_team" | "proxy_for" | "organization";
export type Fault = "missing" | "long" | "short" | "spaces" | "without_login" | "queue" | "not_a_date" | "future" | "many";
export type Faults = { [field in Field]?: Fault };

export const bytes = (words: string): number => new TextEncoder().encode(words.trim()).length;

/** The role alone would let somebody read who may neither assign nor answer. */
export function queueNeedsMore(roles: readonly Role[]): boolean {
  return roles.includes(QUEUE) && !worksIn(roles);
}

export function dateFault(day: string, today: string): Fault | undefined {
  if (day === "") return "missing";
  const date = new Date(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== day) return "not_a_date";
  return day > today ? "future" : undefined;
}

export const nameFault = (words: string): Fault | undefined => (words.trim() === "" ? "missing" : bytes(words) > NAME_BYTES_MAX ? "long" : undefined);

export function loginFault({ kind, login }: Pick<PersonForm, "kind" | "login">): Fault | undefined {
  return login.trim() !== "" ? writtenLoginFault(login) : kind === "staff" ? "missing" : undefined;
}

/** `today`: as the fields of a browser hold it. Nothing: it may be asked for. */
export function faultsOf(form: PersonForm, today: string): Faults {
  const { kind, login, password } = form;
  const faults: { [field in Field]?: Fault | undefined } = {
    name: nameFault(form.name),
    title: kind !== "patient" && bytes(form.title) > NAME_BYTES_MAX ? "long" : undefined,
    login: loginFault(form),
    password: password === "" ? undefined : login.trim() === "" && kind !== "staff" ? "without_login" : passwordFault(password),
  };
  if (kind === "staff") faults.roles = queueNeedsMore(form.roles) ? "queue" : undefined;
  if (kind === "patient") {
    faults.mrn = nameFault(form.mrn);
    faults.birth_date = dateFault(form.birth_date, today);
    faults.care_team = form.care_team.length > RELATIONS_MAX ? "many" : undefined;
  }
  if (kind === "proxy") faults.proxy_for = form.proxy_for.length === 0 ? "missing" : form.proxy_for.length > RELATIONS_MAX ? "many" : undefined;
  if (kind === "partner") faults.organization = nameFault(form.organization);
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault !== undefined));
}

/** Only of a form without faults: what belongs to the kind, nothing that was typed before it was another one. */
export function askFor(form: PersonForm): Record<string, unknown> {
  const { kind } = form;
  const common = {
    kind, name: form.name.trim(), login: form.login.trim().toLowerCase(), password: form.password,
    ...(kind === "patient" ? {} : { title: form.title.trim() }),
  };
  if (kind === "staff") return { ...common, roles: inOrder(form.roles), site_ids: [...form.site_ids] };
  if (kind === "patient") return { ...common, site_ids: [...form.site_ids], mrn: form.mrn.trim(), birth_date: form.birth_date, care_team: form.care_team.map(({ id }) => id) };
  if (kind === "proxy") return { ...common, proxy_for: form.proxy_for.map(({ id }) => id) };
  return { ...common, organization: form.organization.trim() };
}

/** As it is told afterwards, before anybody asks the node. */
export function personOf(form: PersonForm, id: string): Person {
  const { login: _, password, ...more } = askFor(form) as Record<string, unknown> & { password: string };
  const patient = form.kind === "patient" ? { patient: { mrn: form.mrn.trim(), birth_date: form.birth_date, care_team: form.care_team.map((one) => one.id) } } : {};
  return { roles: [], site_ids: [], ...more, ...patient, id, state: password === "" ? "invited" : "active" } as unknown as Person;
}

/** Beside which field a refusal is told; undefined: below all of them. */
export function fieldOf(code: string): Field | undefined {
  return code === "login_taken" ? "login" : code === "queue_needs_more" ? "roles" : undefined;
}

export const inOrder = (roles: readonly Role[]): Role[] => ROLES.filter((role) => roles.includes(role));
export const same = (one: readonly string[], other: readonly string[]): boolean => one.length === other.length && one.every((each) => other.includes(each));
export const toggled = <T>(list: readonly T[], one: T, on: boolean): T[] => (on ? [...list.filter((each) => each !== one), one] : list.filter((each) => each !== one));

export function siteFault(name: string, names: readonly string[]): "missing" | "long" | "twice" | undefined {
  if (name.trim() === "") return "missing";
  if (bytes(name) > NAME_BYTES_MAX) return "long";
  return names.some((one) => one.trim().toLocaleLowerCase() === name.trim().toLocaleLowerCase()) ? "twice" : undefined;
}

/** Nothing that can be taken for something else when it is written down. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** Four groups of five, each letter as likely as every other. */
export function newPassword(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (one) => crypto.getRandomValues(one)): string {
  const even = 256 - (256 % LETTERS.length);
  let letters = "";
  while (letters.length < 20) for (const byte of random(new Uint8Array(32))) if (byte < even && letters.length < 20) letters += LETTERS[byte % LETTERS.length];
  return letters.match(/.{5}/g)?.join("-") ?? "";
}

export const worksIn = (roles: readonly Role[]): boolean => roles.some((role) => WITH_PATIENTS.includes(role));
