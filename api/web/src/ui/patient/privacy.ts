// Stands between a patient's conversation and what is asked about who can read it: one piece. Refuses to know any of it.
export { default as PrivacyDialog } from "./PrivacyDialog.svelte";
export { default as WhoReads } from "./WhoReads.svelte";
