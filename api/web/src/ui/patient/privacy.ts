// Stands between a patient's conversation and what is asked over it: who can read it, and taking back what one wrote; one piece. Refuses to know any
// of it.
export { default as PrivacyDialog } from "./PrivacyDialog.svelte";
export { default as TakeBack } from "./TakeBack.svelte";
export { default as WhoReads } from "./WhoReads.svelte";
