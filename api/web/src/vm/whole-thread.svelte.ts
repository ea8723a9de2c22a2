// Stands between one thread and the panel that shows it: all of it, also what is older than the messages that are loaded, as it stands now.
// Refuses to follow it for anybody, and to put what it has fetched among the conversation's own run of messages.
import { follows } from "../core/calls";
import { query, Refusal } from "../core/http";
import { whole } from "../core/pages";
import { Timeline, type Message } from "../core/timeline";
import type { ConversationEvent } from "../core/wire";
import type { ThreadPage } from "../core/wire-own";
import { session } from "./session.svelte";

const PAGE = 100;

export class WholeThread {
  messages = $state.raw<readonly Message[]>([]);
  /** `gone`: it is not here, or this person may not see any of it. Ready without its first message: they see what came later. */
  state = $state<"loading" | "ready" | "failed" | "gone">("loading");
  follows = $state(false);
  private told: boolean | undefined;
  private after: number | undefined;
  private turn = 0;
  private first_held = 0;
  private readonly fetched = new Map<number, ConversationEvent>();
  private readonly stop: () => void;

  constructor(readonly id: string, readonly root: number) {
    this.stop = session.store.subscribe(({ conversations }) => {
      if (!conversations.has(id)) return;
      const first_held = this.timeline?.first_held ?? 0;
      // the run began anew behind what was fetched
      const anew = first_held > this.first_held && this.first_held > 0;
      this.first_held = first_held;
      this.read();
      if (anew) void this.load();
    });
    this.first_held = this.timeline?.first_held ?? 0;
    this.read();
    void this.load();
  }

  /** From the start, or on from where it broke off. */
  async load(): Promise<void> {
    const turn = (this.turn += 1);
    if (this.state !== "failed") this.after = undefined;
    this.state = "loading";
    try {
      do {
        const page = await session.http.ask<ThreadPage>(query(`/v1/conversations/${this.id}/messages/${this.root}/thread`, { after: this.after, limit: PAGE }));
        if (turn !== this.turn) return;
        for (const event of page.events.map(whole)) this.fetched.set(event.seq, event);
        this.told = page.follows ?? this.told;
        this.after = page.next_after ?? undefined;
        this.read();
      } while (this.after !== undefined);
      this.state = "ready";
    } catch (error) {
      if (turn === this.turn) this.state = error instanceof Refusal && error.code === "not_found" ? "gone" : "failed";
    }
  }

  close(): void {
    this.turn += 1;
    this.stop();
  }

  private get timeline(): Timeline | undefined {
    return session.store.timelines.get(this.id);
  }

  private read(): void {
    const { timeline, root } = this;
    const all = new Map<number, Message>();
    for (const event of this.fetched.values()) {
      const message = timeline?.message(event.seq) ?? asItStands(event, timeline);
      if (message !== undefined) all.set(event.seq, message);
    }
    for (const item of timeline?.list() ?? []) if (item.kind === "message" && (item.seq === root || item.reply_to === root)) all.set(item.seq, item);
    this.messages = [...all.values()].sort((a, b) => a.seq - b.seq);
    const held = session.store.conversations.get(this.id);
    const me = session.me?.person.id ?? "";
    this.follows = held !== undefined && (follows(held, root, all.get(root)?.author.id, me) ?? this.told ?? false);
  }
}

/** Before the run: what has come since of its changes waits there, and who acknowledged it is told with it. */
function asItStands(event: ConversationEvent, timeline: Timeline | undefined): Message | undefined {
  const alone = new Timeline();
  alone.applyPage([event, ...(timeline?.later.get(event.seq) ?? [])], 1, 1, 1);
  const message = alone.message(event.seq);
  const by = event.event.type === "message_sent" ? (event.event.acknowledged_by ?? []) : [];
  const since = timeline?.acknowledged.get(event.seq) ?? [];
  const before = by.filter(({ id }) => !since.some(({ person }) => person?.id === id)).map((person) => ({ person, at_ms: 0 }));
  return message && { ...message, acknowledged: [...before, ...since] };
}
