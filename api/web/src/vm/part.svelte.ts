// Stands between a page and what of it is fetched only when it is wanted: fetched once, kept, and asked for again after a failure.
// Refuses to know what is fetched and to show it: that is Later's matter.
import { whenIdle } from "../core/frame";

export class Part<T> {
  /** There once it has come. */
  held = $state.raw<T>();
  failed = $state(false);
  private asked: Promise<T> | undefined;

  constructor(private readonly fetcher: () => Promise<T>) {}

  load(): Promise<T> {
    if (this.asked === undefined) {
      this.failed = false;
      this.asked = this.fetcher();
      this.asked.then(
        (held) => { this.held = held; },
        () => { this.asked = undefined; this.failed = true; },
      );
    }
    return this.asked;
  }
}

/** What will be wanted next, one after the other while nothing else is to be done. Without a network it waits until there is one. */
export function fetchAhead(parts: readonly Part<unknown>[]): void {
  const [next, ...later] = parts;
  if (next === undefined) return;
  if (!navigator.onLine) addEventListener("online", () => fetchAhead(parts), { once: true });
  else whenIdle(() => void next.load().then(() => fetchAhead(later), () => fetchAhead(later)));
}
