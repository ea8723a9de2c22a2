// Stands between the patient page and what is told and asked around its conversations: the clinic's guidance and hours, and to show that it is
// oneself, and lines that are seldom there; one piece, fetched right behind the first screen. Refuses to know any of it.
import "../kit/refusals";
import "./begun";

export { clinic as settings } from "../../vm/clinic.svelte";
export { drafted } from "../../vm/drafted.svelte";
export { default as AroundBox } from "./AroundBox.svelte";
export { seldomWords } from "./seldom-lines";
export { default } from "./Standing.svelte";
