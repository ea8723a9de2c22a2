// Stands between the patient page and what of it is fetched only when it is wanted: one script each. Refuses to know when that is.
import { Part } from "../../vm/part.svelte";

export const clinic = new Part(() => import("./around"));
export const thread = new Part(() => import("./Thread.svelte"));
export const privacy = new Part(() => import("./privacy"));
export const new_message = new Part(() => import("./NewMessage.svelte"));
