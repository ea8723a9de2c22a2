// Stands between the browser window and "read": is a person looking at this page now? Refuses to guess who.
class Attention {
  here = $state(looking());

  constructor() {
    const look = (): void => {
      this.here = looking();
    };
    for (const name of ["focus", "blur"]) globalThis.addEventListener?.(name, look);
    globalThis.document?.addEventListener("visibilitychange", look);
  }
}

function looking(): boolean {
  return typeof document !== "undefined" && document.visibilityState === "visible" && document.hasFocus();
}

export const attention = new Attention();
