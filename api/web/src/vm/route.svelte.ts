// Stands between the address bar and the screen: which section, which of it, which conversation, which thread. Only opaque ids stand there.
export type Section = "inbox" | "team" | "queue" | "tasks" | "overview" | "directory" | "people";

export interface Route {
  section: Section;
  /** What of the section was asked for; whoever shows it knows what that can be. */
  filter: string | undefined;
  conversation: string | undefined;
  thread: number | undefined;
}

export function parseRoute(hash: string): Route {
  const [path = "", filter] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/");
  const section = (/^(tasks|team|queue|overview|people|directory)$/.exec(parts[0] ?? "")?.[0] ?? "inbox") as Section;
  const conversation = parts[1] !== undefined && /^con_[0-9a-z]+$/.test(parts[1]) ? parts[1] : undefined;
  const thread = conversation !== undefined && /^\d+$/.test(parts[2] ?? "") ? Number(parts[2]) : undefined;
  return { section, filter, conversation, thread };
}

export function hrefOf(section: Section, conversation?: string, thread?: number): string {
  return `#/${[section, conversation, thread].filter(Boolean).join("/")}`;
}

class Router {
  now = $state.raw<Route>(parseRoute(globalThis.location?.hash ?? ""));

  constructor() {
    globalThis.addEventListener?.("hashchange", () => {
      if (location.hash.split("#/activate")[1] !== undefined) location.reload(); // that is for the door (ui/sign-in.ts)
      this.now = parseRoute(location.hash);
    });
  }

  go(section: Section, conversation?: string, thread?: number): void {
    const href = hrefOf(section, conversation, thread);
    if (location.hash !== href) location.hash = href;
    this.now = parseRoute(href);
  }
}

export const router = new Router();
