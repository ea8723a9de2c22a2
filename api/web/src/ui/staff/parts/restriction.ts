// Stands between a conversation and what is asked about its label and its confidence: one piece. Refuses to know any of it.
export { default as RestrictionAsks } from "../RestrictionAsks.svelte";
