// Stands between a conversation's pane and what opens beside the messages, or where there are none that may be read: one piece. Refuses to know any of it.
export { default as ContextPanel } from "../ContextPanel.svelte";
export { default as GlassBar } from "../GlassBar.svelte";
export { default as GlassRequest } from "../GlassRequest.svelte";
export { default as ThreadPanel } from "../ThreadPanel.svelte";
