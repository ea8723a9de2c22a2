// Stands between the clock and words that grow old ("waits 12 min", "until 10:30"): the time, renewed while somebody reads it.
// Refuses to tick when nobody does.
import { createSubscriber } from "svelte/reactivity";
import { systemClock } from "../core/clock";

const TICK_MS = 5000;

class Now {
  private readonly subscribe = createSubscriber((update) => {
    const next = (): number => systemClock.after(TICK_MS, () => { timer = next(); update(); });
    let timer = next();
    return () => systemClock.cancel(timer);
  });

  get ms(): number {
    this.subscribe();
    return systemClock.now();
  }
}

export const now = new Now();
