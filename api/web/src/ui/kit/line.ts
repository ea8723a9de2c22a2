// Stands between a page and the words of the line under its header: whether the node hears us, and a newer version. Fetched behind the first
// screen, before they can be wanted. Refuses to know the words.
import { whenIdle } from "../../core/frame";
import { Part } from "../../vm/part.svelte";

export const line = new Part(() => import("./LineWords.svelte"));

/** The service worker waits until the first screen is there as well: it fetches every part once more, for a page without a network. */
export function registerWorker(script: "/sw.js" | "/p/sw.js", scope: "/" | "/p/"): void {
  whenIdle(() => void line.load().then(({ update }) => update.register(script, scope), () => {}));
}
