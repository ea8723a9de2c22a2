// Stands between a box, the clinic's settings and where templates are kept: one piece. Refuses to know any of it.
export { default as TemplatesDialog } from "../TemplatesDialog.svelte";
export { default as TemplatesEditor } from "../TemplatesEditor.svelte";
