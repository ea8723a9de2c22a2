// Stands between the store and the screen: many changes, one flush per animation frame.
// Refuses to know what changed. In a hidden page frames do not come, so a timer stands in.

export type Schedule = (run: () => void) => void;

export const nextFrame: Schedule = (run) => {
  if (typeof document === "undefined" || document.visibilityState !== "visible" || typeof requestAnimationFrame !== "function") {
    setTimeout(run, 50);
    return;
  }
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    run();
  };
  requestAnimationFrame(once);
  setTimeout(once, 100);
};

/** After the first screen: what will be wanted next may be fetched now. */
export function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(run, { timeout: 2000 });
  else setTimeout(run, 200);
}
