// Stands between a link from the chart or an appointment (`/open?patient=per_…`, `/open?mrn=MRN-10240`) and the conversations that it means.
// Refuses to know how they are found, and to take a number that only looks alike for the one that was named.
import type { Conversation } from "../core/wire";

export const OPEN_PATH = "/open";
const MRN_LENGTH_MAX = 64;

/** Whom a link names; with both, both must fit. Neither: it names nobody. */
export interface PatientLink {
  patient_id?: string | undefined;
  mrn?: string | undefined;
}

export interface Found {
  /** What goes on now, the newest first. */
  open: readonly Conversation[];
  /** Resolved, closed for the patient or archived. */
  past: readonly Conversation[];
}

export function linkIn(search: string): PatientLink {
  const said = new URLSearchParams(search);
  const patient_id = said.get("patient")?.trim() || undefined;
  const mrn = said.get("mrn")?.trim() || undefined;
  const well = (patient_id === undefined || /^per_[0-9a-z]+$/.test(patient_id)) && (mrn === undefined || mrn.length <= MRN_LENGTH_MAX);
  return well ? { patient_id, mrn } : {};
}

export function names(link: PatientLink): boolean {
  return link.patient_id !== undefined || link.mrn !== undefined;
}

const fold = (mrn: string): string => mrn.trim().toLocaleLowerCase();

export function fits(patient: { id: string; mrn: string } | null | undefined, { patient_id, mrn }: PatientLink): boolean {
  if (!patient || (patient_id === undefined && mrn === undefined)) return false;
  return (patient_id === undefined || patient.id === patient_id) && (mrn === undefined || fold(patient.mrn) === fold(mrn));
}

const lastly = (one: Conversation): number => one.last_message?.at_ms ?? one.created_at_ms;

/** Of several lists, each conversation once; later ones are told more lately. */
export function meant(link: PatientLink, ...lists: (readonly Conversation[])[]): Found {
  const held = new Map(lists.flat().filter((one) => one.kind === "patient" && fits(one.patient, link)).map((one) => [one.id, one]));
  const all = [...held.values()].sort((a, b) => lastly(b) - lastly(a));
  const goesOn = (one: Conversation): boolean => one.state === "open" && (one.care?.stage ?? "open") === "open";
  return { open: all.filter(goesOn), past: all.filter((one) => !goesOn(one)) };
}
