// Stands between a box and what is told and offered around it: one piece, fetched when a conversation opens. Refuses to know any of it.
import "../refusals";

export { default as ComposerNotes } from "../ComposerNotes.svelte";
export { default as Refused } from "../Refused.svelte";
export { default as SendMore } from "../SendMore.svelte";
export { default as TemplateButton } from "../TemplateButton.svelte";
export { leave } from "../../../vm/holding.svelte";
export { saveEdit } from "../../../vm/save-edit";
