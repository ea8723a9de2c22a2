// Stands between tasks and what is asked about them: one piece. Refuses to know any of it.
export { default as GiveTask } from "../GiveTask.svelte";
export { default as TaskDialog } from "../TaskDialog.svelte";
export { default as TaskDue } from "../TaskDue.svelte";
