// Stands between a patient's conversation and what is asked over it: who can read it, taking back what one wrote, leaving with words that
// are not sent; one piece. Refuses to know any of it.
export { default as Leaving } from "./Leaving.svelte";
export { default as PrivacyDialog } from "./PrivacyDialog.svelte";
export { default as TakeBack } from "./TakeBack.svelte";
export { default as WhoReads } from "./WhoReads.svelte";
