// Stands between a conversation and what is to be done about it and pinned to its patient's chart: one piece. Refuses to know any of it.
export { default as PinDialog } from "../PinDialog.svelte";
export { default as PinsSection } from "../PinsSection.svelte";
export { default as TasksSection } from "../TasksSection.svelte";
