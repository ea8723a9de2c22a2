// Stands between one conversation in the store and the pane that shows it: items, rows of the outbox, what is new.
// Refuses to scroll; it only says what there is. One immutable array at a time.
import type { Refusal } from "../core/http";
import type { Row } from "../core/outbox";
import type { Item, Marks, Message } from "../core/timeline";
import type { Conversation, Member } from "../core/wire";
import { session } from "./session.svelte";

export class ThreadView {
  conversation = $state.raw<Conversation | undefined>(undefined);
  items = $state.raw<readonly Item[]>([]);
  rows = $state.raw<readonly Row[]>([]);
  marks = $state.raw<ReadonlyMap<string, Marks>>(new Map());
  team_read_seq = $state(0);
  reached_start = $state(false);
  state = $state<"loading" | "ready" | "failed">("loading");
  /** This person may not see it, or not any more. */
  gone = $state(false);
  earlier_under_way = $state(false);
  /** Messages of others above this were seen before; the line "New since" stands after it. 0: no line. */
  new_after_seq = $state(0);
  private baseline: number | undefined;
  private readonly stop: () => void;

  constructor(readonly id: string) {
    this.stop = session.store.subscribe((changes) => {
      if (changes.conversations.has(id)) this.read();
    });
    this.read();
    void this.load();
  }

  get members(): readonly Member[] {
    return this.conversation?.members ?? [];
  }

  async load(): Promise<void> {
    if (this.items.length === 0) this.state = "loading";
    const before = session.store.conversations.get(this.id);
    if (before !== undefined) this.startFrom(before);
    try {
      await session.sync?.open(this.id);
      const conversation = session.store.conversations.get(this.id);
      if (conversation !== undefined) this.startFrom(conversation);
      this.read();
      this.state = "ready";
    } catch (error) {
      this.state = "failed";
      this.gone ||= (error as Refusal).problem?.status === 404;
      this.read();
    }
  }

  async earlier(): Promise<void> {
    if (this.earlier_under_way || this.reached_start || this.state !== "ready") return;
    this.earlier_under_way = true;
    try {
      await session.sync?.pages.earlier(this.id);
      this.read();
    } catch {
      // the button stays, the person can ask again
    } finally {
      this.earlier_under_way = false;
    }
  }

  /** The person is not looking: what comes from now on is new when they return. */
  lookedAway(): void {
    if (this.new_after_seq !== 0) return;
    this.baseline = this.items.at(-1)?.seq ?? 0;
  }

  /** A message came while nobody looked. */
  arrivedUnseen(seq: number): void {
    if (this.new_after_seq === 0) this.new_after_seq = Math.max(1, Math.min(this.baseline ?? seq - 1, seq - 1));
  }

  clearNew(): void {
    this.new_after_seq = 0;
    this.baseline = undefined;
  }

  message(seq: number): Message | undefined {
    return session.store.timelines.get(this.id)?.message(seq);
  }

  close(): void {
    this.stop();
  }

  private startFrom(conversation: Conversation): void {
    if (this.baseline !== undefined) return;
    this.baseline = conversation.my.read_seq;
    if (conversation.my.unread > 0) this.new_after_seq = Math.max(1, conversation.my.read_seq);
  }

  private read(): void {
    const { store, outbox } = session;
    const { conversation: before, gone: was_gone } = this;
    this.conversation = store.conversations.get(this.id);
    this.gone = this.conversation === undefined && (before !== undefined || was_gone);
    if (this.gone) this.items = [];
    else if (was_gone && !before) void this.load(); // it is back; one that stands there though the node knows none is not asked for again
    const timeline = store.timelines.get(this.id);
    this.rows = (outbox?.of(this.id) ?? []).filter((row) => row.seq === null || row.seq > (timeline?.last_held ?? 0));
    if (timeline === undefined) return;
    // It opened after all, when the node came back.
    if (this.state === "failed" && timeline.last_held > 0) this.state = "ready";
    this.items = timeline.list();
    this.marks = new Map(timeline.marks);
    this.team_read_seq = timeline.team_read_seq;
    this.reached_start = timeline.reached_start;
  }
}
