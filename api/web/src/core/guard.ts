// Stands between a message that names another patient and the conversations to which it may belong. Refuses to decide which.
import { matching } from "./matching";
import type { Audience, Conversation, Person, Problem, SendMessage } from "./wire";
import type { Found } from "./wire-guard";

/** Patients' conversations in which one may write for these readers, those that are looked for first. */
export function writable(conversations: readonly Conversation[], audience: Audience, without: string, words: string, first: readonly string[] = []): Conversation[] {
  const ability = audience === "team" ? "note" : "send";
  const wanted = words.trim();
  const may = conversations.filter((one) => one.kind === "patient" && one.id !== without && one.state === "open" && one.my.member && one.my.may.includes(ability)
    && (audience === "team" || one.patient?.state === "active") && (matching(wanted)(one) || born(one, wanted)));
  const meant = (one: Conversation): boolean => first.some((text) => is(one, text));
  return [...may.filter(meant), ...may.filter((one) => !meant(one))];
}

const digits = (text: string): string => text.replace(/\D/g, "");

function born({ patient }: Conversation, words: string): boolean {
  const [wanted, date] = [digits(words), digits(patient?.birth_date ?? "")];
  // with the year at the end as well
  return wanted.length >= 4 && (date.includes(wanted) || `${date.slice(4)}${date.slice(0, 4)}`.includes(wanted));
}

function is({ patient }: Conversation, found: string): boolean {
  if (!patient) return false;
  const text = found.toLocaleLowerCase();
  const number = digits(found);
  return text === patient.name.toLocaleLowerCase() || text === patient.mrn.toLocaleLowerCase() || (number.length >= 4 && number === digits(patient.mrn)) || (number.length === 8 && born({ patient } as Conversation, number));
}

/** As a person with two identifiers beside each other and the topic behind them, for where people are chosen. */
export function asPerson({ id, topic, patient }: Conversation): Person {
  return { id, kind: "patient", name: patient?.name ?? "", organization: topic?.trim() ?? "", patient: { mrn: patient?.mrn ?? "", birth_date: patient?.birth_date ?? "", care_team: [] } };
}

/** Refused as it names a patient: another one than the conversation's, or one where none is to be named. */
export const namesOne = (code: string | undefined): boolean => code === "another_patient" || code === "names_a_patient";

export const foundIn = (problem: Problem | null | undefined): readonly Found[] => problem?.found ?? [];

/** It was looked at, and is meant as it is. */
export function unchecked(message: SendMessage): SendMessage {
  const { check_patient: _, ...rest } = message;
  return rest;
}
