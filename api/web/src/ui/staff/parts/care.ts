// Stands between a patient conversation's pane and all that is about who answers for it: one piece, fetched when such a conversation opens.
// Refuses to know any of it.
export { careStep, whyNot } from "../care-steps";
export { default as ComposerAsks } from "../ComposerAsks.svelte";
export { default as HandOverBanner } from "../HandOverBanner.svelte";
export { default as IdentityChip } from "../IdentityChip.svelte";
export { default as Responsibility } from "../Responsibility.svelte";
export { default as RestrictionChips } from "../RestrictionChips.svelte";
