// Stands between both pages and what is before them: the sign-in screen, or the one for who comes with an invitation; who is signed in never
// fetches either. A code in the address is a secret: it is taken out before anything else. Refuses to know the screens.
import type { Component } from "svelte";
import { Part } from "../vm/part.svelte";
import { session } from "../vm/session.svelte";

/** `/` and the code that one came with; undefined: nobody comes to sign in for the first time. */
export const invited = location.hash.split("#/activate")[1];
if (invited) history.replaceState(null, "", "#/activate");

export const known = new Part(() => import("./SignIn.svelte"));
export const sign_in: Part<{ default: Component }> = invited === undefined ? known : new Part(() => import("./Invited.svelte"));

/** Who is here? The screen for the first time asks by itself. */
export function begin(): void {
  if (invited === undefined) void session.begin();
  else session.phase = "signed_out";
}
