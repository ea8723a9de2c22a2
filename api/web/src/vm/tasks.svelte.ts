// Stands between tasks on the node and whoever shows them: asked for when they are shown, after news, and after a break; those that are
// given to the person here always, for they are counted in the rail. Refuses to ask without a reason: the node records each look.
import { systemClock } from "../core/clock";
import { Refusal } from "../core/http";
import type { Lost } from "../core/sync";
import type { TaskList } from "../core/wire-tasks";
import { session } from "./session.svelte";

const TOGETHER_MS = 300;
const EVERYTHING = "";

/** One answer of the node, as it was last told. What is there stays while it is asked for anew, and if that fails. */
export class Look<T> {
  held = $state.raw<T>();
  state = $state<"loading" | "ready" | "failed" | "forbidden">("loading");
  private turn = 0;

  /** Only news about that concern it, where there is one: a conversation, or a patient's chart. */
  constructor(private readonly path: string, readonly about?: string) {}

  async look(): Promise<void> {
    const turn = (this.turn += 1);
    try {
      const held = await session.http.ask<T>(this.path);
      if (turn !== this.turn) return;
      this.held = held;
      this.state = "ready";
    } catch (error) {
      if (turn !== this.turn) return;
      const refused = error instanceof Refusal && (error.problem.status === 403 || error.problem.status === 404);
      if (refused) this.held = undefined;
      this.state = refused ? "forbidden" : "failed";
    }
  }

  forget(): void {
    this.turn += 1;
    this.held = undefined;
    this.state = "loading";
  }

  /** What is held of a conversation that one may no longer read goes; so does an answer that is under way. */
  lose(conversation_id: string): void {
    if (this.path.includes(`/${conversation_id}/`)) return this.forget();
    this.turn += 1;
    const held = this.held as { [list in "tasks" | "unread"]?: { conversation_id: string }[] } | undefined;
    if (held === undefined) return;
    const kept = (["tasks", "unread"] as const).flatMap((list) => (held[list] ? [[list, held[list].filter((one) => one.conversation_id !== conversation_id)]] : []));
    this.held = { ...held, ...Object.fromEntries(kept) } as T;
  }
}

class Todo {
  readonly mine = new Look<TaskList>("/v1/tasks?scope=mine&state=open");
  private readonly shown = new Set<Look<unknown>>([this.mine]);
  private readonly news = new Set<string>();
  private renewing: Promise<void> | undefined;
  private of = "";

  /** For the rail. More than are listed are more than it shows. */
  get count(): number {
    const { tasks, more } = this.mine.held ?? { tasks: [], more: false };
    return tasks.length + Number(more);
  }

  /** Listens from now on, and asks how it stands: nobody says what was missed. */
  async look(): Promise<void> {
    const { sync, me } = session;
    if (sync === undefined || me === undefined) return;
    sync.onTask = (conversation_id) => void this.changed(conversation_id);
    sync.onReach = (lost) => this.reach(lost);
    if (this.of !== me.person.id) this.forget();
    this.of = me.person.id;
    await Promise.all([...this.shown].map((look) => look.look()));
  }

  /** It is on the screen, until what this answers is called. */
  show(look: Look<unknown>): () => void {
    this.shown.add(look);
    void look.look();
    return () => { if (look !== this.mine) this.shown.delete(look); };
  }

  /** Something about that conversation or chart is another one now. Resolves when what is shown of it is up to date. */
  changed(about: string): Promise<void> {
    this.news.add(about);
    this.renewing ??= new Promise((resolve) => systemClock.after(TOGETHER_MS, () => void this.renew().then(resolve)));
    return this.renewing;
  }

  /** What one may read is less now, or may be: what is lost goes at once, and how all stands is asked for. */
  private reach(lost: Lost): void {
    for (const look of this.shown) {
      if (lost === "all") look.forget();
      else if (lost !== "none") look.lose(lost.conversation_id);
    }
    void this.changed(EVERYTHING);
  }

  /** Whoever comes next on this device sees nothing of it. */
  forget(): void {
    this.of = "";
    for (const look of this.shown) look.forget();
  }

  private async renew(): Promise<void> {
    const about = new Set(this.news);
    this.news.clear();
    this.renewing = undefined;
    const due = [...this.shown].filter((look) => look.about === undefined || about.has(look.about) || about.has(EVERYTHING));
    await Promise.all(due.map((look) => look.look()));
  }
}

export const todo = new Todo();
