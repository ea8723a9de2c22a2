// Stands between the staff page and what is asked about a time ahead: a reminder, a message that is sent then, or must be read by then; one
// piece. Refuses to know any of it.
export { default as MustRead } from "../MustRead.svelte";
export { default as RemindDialog } from "../RemindDialog.svelte";
export { default as ScheduledDialog } from "../ScheduledDialog.svelte";
export { default as SendLater } from "../SendLater.svelte";
