// Stands between a conversation's pane and whatever is asked over it: one piece. Refuses to know any of it.
import "../refusals";

export { default as Asks } from "../Asks.svelte";
export { join } from "../deeds";
