// Stands between a code by which somebody signs in for the first time and whoever hands it out: the link, the groups it is read in, who may make
// one. Refuses to know what a code is made of, and to decide: the node does.
import type { Me, Person, PersonKind } from "./wire";

const ofPatients = (kind: PersonKind): boolean => kind === "patient" || kind === "proxy";

/** To the page where they will be at home. `workspace`: the clinic, where there are several behind the address. */
export function invitationLink(kind: PersonKind, code: string, origin: string, workspace: string | undefined): string {
  return `${origin}/${ofPatients(kind) ? "p/" : ""}${workspace === undefined ? "" : `?workspace=${workspace}`}#/activate/${code}`;
}

/** As it is read aloud and written down. */
export function groupsOf(code: string): string[] {
  return code.match(/\.|[^.]{1,4}/g) ?? [];
}

/** Whoever works with patients invites them and who acts for them, administrators everybody. */
export function mayInvite(me: Me | undefined, { kind, state }: { kind: PersonKind; state?: Person["state"] | string | undefined }): boolean {
  if (state !== "invited" || kind === "service") return false;
  const has = (permission: string): boolean => me?.permissions.includes(permission) ?? false;
  return has("manage_people") || (ofPatients(kind) && has("create_patient_conversation"));
}
