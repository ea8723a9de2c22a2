// Stands between a new version of the client and the person who is using the old one: it waits until they say so.
// Refuses to reload a page by itself.
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): string };
}

class Update {
  ready = $state(false);
  private waiting: ServiceWorker | null = null;

  async register(script: "/sw.js" | "/p/sw.js", scope: "/" | "/p/"): Promise<void> {
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
    const policy = factory?.createPolicy("corridor-sw", { createScriptURL: () => script });
    try {
      const registration = await navigator.serviceWorker.register(policy?.createScriptURL(script) ?? script, { scope });
      this.watch(registration);
    } catch {
      // without it the page works, only not while offline
    }
  }

  apply(): void {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    this.waiting?.postMessage("update-now");
  }

  private watch(registration: ServiceWorkerRegistration): void {
    // A first installation waits for a moment as well, and the page of a patient who came by "/" has that page's worker already.
    const look = (): void => {
      if (registration.waiting === null || registration.active === null) return;
      this.waiting = registration.waiting;
      this.ready = true;
    };
    look();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  }
}

export const update = new Update();
