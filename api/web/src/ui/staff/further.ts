// Stands between parts of the staff page and what of them is fetched only when it is wanted: parts of parts, which the page itself does not
// name, so that its first script is light. Else as parts.ts. Refuses to know when they are wanted.
import { fetchAhead, Part } from "../../vm/part.svelte";
import Place from "./Place.svelte";

/** The tasks of a conversation and what is pinned to its patient's chart, among its details; and pinning to it. */
export const about = new Part(() => import("./parts/about"));
/** Making a task, giving it to somebody else, letting it be due at another time. */
export const task_asks = new Part(() => import("./parts/task-asks"));
/** Who covers for whom, and arranging it. */
export const coverage = new Part(() => import("./parts/coverage"));
/** A label, and what is kept from those who act for a patient. */
export const restriction = new Part(() => import("./parts/restriction"));
/** A message that was written to the wrong patient. */
export const moving = new Part(() => import("./MoveDialog.svelte"));
/** Somebody is named who is not in the conversation. */
export const naming = new Part(() => import("./MentionAsk.svelte"));
/** All that was said with a patient. */
export const timeline = new Part(() => import("./PatientTimeline.svelte"));
/** Keeping templates, one's own and the clinic's. */
export const keeping = new Part(() => import("./parts/keeping"));
/** What the clinic sets for itself. */
export const settings = new Part(() => import("./ClinicSettings.svelte"));
/** The clinic's messages in figures. */
export const overview = new Part(() => import("./OverviewPane.svelte"));
/** Who works here and with whom, and the patients. */
export const directory = new Part(() => import("./DirectoryPane.svelte"));

/** Somebody of a care team, from a conversation. */
export const profile = new Part(() => import("./StaffProfile.svelte"));
/** A link and a code for somebody who cannot sign in yet. */
export const inviting = new Part(() => import("./Invite.svelte"));
/** Who keeps people and sites. */
export const people = new Part(() => import("./ManagePane.svelte"));

export function fetchFurther(): { default: typeof Place } {
  fetchAhead([about, overview, directory, task_asks, coverage, restriction]);
  return { default: Place };
}
