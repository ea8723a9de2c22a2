// Stands between a conversation's pane and what opens beside the messages: one piece. Refuses to know any of it.
export { default as ContextPanel } from "../ContextPanel.svelte";
export { default as ThreadPanel } from "../ThreadPanel.svelte";
