// Stands between both pages and the sign-in screen, which who is signed in never fetches. Refuses to know the screen.
import { Part } from "../vm/part.svelte";

export const sign_in = new Part(() => import("./SignIn.svelte"));
