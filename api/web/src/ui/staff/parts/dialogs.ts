// Stands between the staff page and what opens over the whole of it: one piece. Refuses to know any of it.
import "../refusals";

export { default as Opening } from "../Opening.svelte";
export { default as PageDialogs } from "../PageDialogs.svelte";
