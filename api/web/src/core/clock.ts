// Stands where the client meets time: one interface, so that tests turn the hands themselves.
// Refuses to know what is being waited for.

export type Timer = number;

export interface Clock {
  now(): number;
  after(delay_ms: number, run: () => void): Timer;
  cancel(timer: Timer): void;
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delay_ms, run) => globalThis.setTimeout(run, delay_ms) as unknown as Timer,
  cancel: (timer) => globalThis.clearTimeout(timer),
  random: () => Math.random(),
};

/** Full jitter: anything from nothing to the ceiling, so that a thousand clients do not come back together. */
export function fullJitter(clock: Clock, attempt: number, base_ms: number, ceiling_ms: number): number {
  const window_ms = Math.min(ceiling_ms, base_ms * 2 ** Math.min(attempt, 16));
  return Math.floor(clock.random() * window_ms);
}
