// Stands between the staff page and the dialog on coverage: one piece. Refuses to know any of it.
export { default as CoverageDialog } from "../CoverageDialog.svelte";
