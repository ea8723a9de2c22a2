// Stands between the queue in figures on the node and the page that shows them: asked for when they are shown, and every ten seconds while
// they are seen. Refuses to ask while nobody looks, and to forget what it holds because one answer did not come.
import { systemClock } from "../core/clock";
import type { Overview } from "../core/wire-overview";
import { Look } from "./tasks.svelte";

const EVERY_MS = 10_000;

export class Figures {
  readonly look = new Look<Overview>("/v1/overview");
  private turn = 0;
  private timer = 0;

  /** Until what this answers is called. */
  follow(): () => void {
    const seen = (): void => void this.next();
    document.addEventListener("visibilitychange", seen);
    seen();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      this.turn += 1;
      systemClock.cancel(this.timer);
    };
  }

  async next(): Promise<void> {
    const turn = (this.turn += 1);
    systemClock.cancel(this.timer);
    if (document.visibilityState !== "visible") return;
    await this.look.look();
    if (turn === this.turn && this.look.state !== "forbidden") this.timer = systemClock.after(EVERY_MS, () => void this.next());
  }
}
