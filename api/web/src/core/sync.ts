// Stands between the wire and the store: welcome, replay, gaps, older pages, marks. The one place that fetches conversations.
// Refuses to know the screen; it is told which conversation is looked at and answers through the store.
import { careAfter, holderOf, leaversOf } from "./care";
import { systemClock, type Clock } from "./clock";
import { Commands, Marker } from "./commands";
import { isOver, outcomeIsOpen, query, Refusal, type Http } from "./http";
import type { Store } from "./store";
import { isUnread } from "./attention";
import { Pages, whole } from "./pages";
import { Transport, type Link, type Socket } from "./transport";
import type { Conversation, ConversationEvent, Counts, Coverage, EventBody, InboxFilter, OwnFrame, QueueChange, ServerFrame } from "./wire";

export interface QueueWatch {
  changed: (change: QueueChange) => void;
  /** The right to watch ended. */
  closed: () => void;
}

/** Which conversation one may no longer read: that one, and by which event if by one; any, and nobody says which; perhaps one. */
export type Lost = { conversation_id: string; by?: EventBody["type"] } | "all" | "none";

export interface SyncOptions {
  http: Http;
  store: Store;
  socket_url: string;
  clock?: Clock;
  open?: (url: string) => Socket;
  onLink?: (link: Link) => void;
  onSignedOut?: () => void;
  onLoaded?: () => void;
  /** Every event that came over the socket, after the store has it; `live`: it has just happened. */
  onEvent?: (event: ConversationEvent, live: boolean) => void;
}

const TYPING_MS = 6000;
const ASK_AGAIN_MS = 3000;

export class Sync {
  readonly transport: Transport;
  readonly commands: Commands;
  readonly reads: Marker;
  readonly deliveries: Marker;
  link: Link = { state: "stopped" };
  loaded = false;
  /** Of those that one is part of, on either side: as it stands now. */
  onCoverage: (coverage: Coverage) => void = () => {};
  /** Of one's own view of conversations, and of what one has scheduled. */
  onOwn: (frame: OwnFrame) => void = () => {};
  /** A task that concerns one is another one now; about which conversation. */
  onTask: (conversation_id: string) => void = () => {};
  /** One may read less now, or may. */
  onReach: (lost: Lost) => void = () => {};
  /** The clinic's settings are other ones now. */
  onSettings: () => void = () => {};
  private live_now = false;
  private readonly clock: Clock;
  private readonly unknown = new Map<string, number>();
  private readonly refetch = new Set<string>();
  private refetch_due = false;
  private inbox_due = false;
  private queue: QueueWatch | undefined;
  readonly pages: Pages;
  private readonly opening = new Map<string, Promise<void>>();
  /** Looked at, and nobody answered: they open by themselves when the node is there. */
  private readonly unopened = new Set<string>();
  /** What was lost, one after the other: what was asked for before may still have it. */
  private readonly lost: string[] = [];
  private readonly links = new Set<(link: Link) => void>();
  private loading = false;
  private stopped = true;

  constructor(private readonly options: SyncOptions) {
    this.clock = options.clock ?? systemClock;
    this.pages = new Pages(options.http, options.store, this.clock, () => this.stopped);
    this.transport = new Transport({
      url: options.socket_url,
      ...(options.open ? { open: options.open } : {}),
      clock: this.clock,
      since: () => this.options.store.cursor,
      onFrame: (frame) => this.frame(frame),
      onLink: (link) => this.linked(link),
      onSignedOut: () => this.options.onSignedOut?.(),
    });
    this.commands = new Commands(this.transport, this.clock);
    this.reads = new Marker("mark_read", 300, this.transport, this.clock);
    this.deliveries = new Marker("confirm_delivery", 1000, this.transport, this.clock);
  }

  start(): void {
    this.stopped = false;
    this.transport.start();
    this.tick();
  }

  stop(): void {
    this.stopped = true;
    this.loaded = false;
    this.transport.stop();
    this.commands.stop();
    this.reads.clear();
    this.deliveries.clear();
    this.unopened.clear();
  }

  onLink(listener: (link: Link) => void): () => void {
    this.links.add(listener);
    return () => this.links.delete(listener);
  }

  /** From now on changes of the organization's queue are told, after a break as well, until what this answers is called. */
  watchQueue(watch: QueueWatch): () => void {
    this.queue = watch;
    this.transport.send({ type: "watch_queue", active: true });
    return () => {
      if (this.queue !== watch) return;
      this.queue = undefined;
      this.transport.send({ type: "watch_queue", active: false });
    };
  }

  /** The conversation's newest page, or what is missing of it. Safe to call again and again. */
  open(id: string): Promise<void> {
    const under_way = this.opening.get(id);
    if (under_way !== undefined) return under_way;
    this.unopened.delete(id);
    const opening = this.load(id)
      .catch((error: unknown) => {
        if (isOver(error) && this.options.store.conversations.has(id)) this.lose({ conversation_id: id });
        else if (error instanceof Refusal && outcomeIsOpen(error.problem)) this.unanswered(id, error.problem.retry_after_ms ?? 0);
        throw error;
      })
      .finally(() => this.opening.delete(id));
    this.opening.set(id, opening);
    return opening;
  }

  /** Not before the node wants it, and not all clients at the same time. Without a link: when there is one. */
  private unanswered(id: string, retry_after_ms: number): void {
    this.unopened.add(id);
    if (this.link.state !== "live") return;
    this.clock.after(Math.max(ASK_AGAIN_MS, retry_after_ms) * (1 + this.clock.random()), () => this.reopen());
  }

  private reopen(): void {
    if (this.link.state !== "live") return;
    for (const id of this.unopened) void this.open(id).catch(() => {});
  }

  async refresh(filter: InboxFilter = "all", text = ""): Promise<void> {
    const { length } = this.lost;
    const answer = await this.options.http.ask<{ revision: number; conversations: Conversation[]; counts: Counts }>(
      query("/v1/inbox", { filter, q: text, limit: 200 }),
    );
    for (const conversation of answer.conversations) this.put(conversation, length);
    if (filter === "all" && text === "") this.options.store.setCounts(answer.counts);
    else this.options.store.touchList();
  }

  /** Everything up to the last message of this conversation was seen by the person. */
  markRead(id: string): void {
    const conversation = this.options.store.conversations.get(id);
    if (!conversation?.my.member || !isUnread(conversation)) return;
    const seq = conversation.last_message?.seq ?? conversation.last_seq;
    if (conversation.my.attention?.marked_unread) this.reads.forget(id);
    this.reads.mark(id, seq);
    this.deliveries.drop(id, seq);
    this.options.store.read(id, seq, conversation.last_number);
  }

  async fetchConversation(id: string): Promise<Conversation> {
    const { length } = this.lost;
    const conversation = await this.options.http.ask<Conversation>(`/v1/conversations/${id}`);
    this.put(conversation, length);
    // no event tells what is missing to somebody who only looks on
    if ((this.options.store.timelines.get(id)?.last_held ?? 0) > 0) this.pages.fill(id, conversation.my.member ? 250 : 0);
    return conversation;
  }

  /** `from`: how many were lost when it was asked for. */
  private put(conversation: Conversation, from: number): void {
    if (this.lost.includes(conversation.id, from)) return;
    this.options.store.putConversation(conversation);
    const last = conversation.last_message;
    if (last && conversation.my.member && conversation.my.unread > 0 && last.author.id !== this.options.store.me?.id) this.deliveries.mark(conversation.id, last.seq);
  }

  private async load(id: string): Promise<void> {
    await this.pages.newest(await this.fetchConversation(id));
  }

  private frame(frame: ServerFrame): void {
    const { store } = this.options;
    switch (frame.type) {
      case "welcome":
        store.me = frame.person;
        if (store.cursor === undefined) store.advance(frame.revision);
        if (!this.loaded) void this.loadAll();
        return;
      case "caught_up":
        store.advance(frame.revision);
        this.live_now = true;
        return;
      case "event":
        this.event(whole(frame));
        return;
      case "typing":
        if (frame.person_id !== store.me?.id) store.setTyping(frame.conversation_id, { person_id: frame.person_id, name: frame.name, until_ms: this.clock.now() + TYPING_MS }, frame.active);
        return;
      case "presence":
        store.setPresence(frame.people);
        return;
      case "queue_changed": {
        const held = store.conversations.get(frame.conversation_id);
        // One who only looks on is sent no events of it, and nobody is when a holder's account is suspended.
        if (held !== undefined && (!held.my.member || holderOf(held.care)?.id !== holderOf(frame.care)?.id)) this.discover(held.id, 0, false);
        this.queue?.changed(frame);
        return;
      }
      case "coverage_changed":
        this.lookAgain();
        this.onReach("none");
        this.onCoverage(frame.coverage);
        return;
      case "attention_changed":
        store.setAttention(frame.conversation_id, frame.attention);
        this.onOwn(frame);
        return;
      case "scheduled_changed":
        this.onOwn(frame);
        return;
      case "settings_changed":
        this.onSettings();
        return;
      case "task_changed":
        this.onTask(frame.conversation_id);
        return;
      case "queue_closed":
        this.lookAgain();
        this.onReach("all");
        // rights became less, perhaps not all of them: whoever may not listen is not told anything
        if (this.queue !== undefined) this.transport.send({ type: "watch_queue", active: true });
        this.queue?.closed();
        return;
      case "reset":
        this.reset();
        return;
      default:
    }
  }

  /** Whether what one is no member of may still be read. */
  private lookAgain(): void {
    for (const held of this.options.store.conversations.values()) if (!held.my.member) this.discover(held.id, 0, false);
  }

  private event(event: ConversationEvent): void {
    const { store } = this.options;
    const body = event.event;
    const id = event.conversation_id;
    const care = store.conversations.get(id)?.care;
    const moves_care = careAfter(care, event) !== care;
    const outcome = store.applyEvent(event);
    store.advance(event.revision);
    this.options.onEvent?.(event, this.live_now);
    if (outcome === "unknown") this.discover(id, event.seq);
    if (outcome === "gap") this.pages.fill(id, 250);
    if (outcome === "ignored") return;
    const mine = event.actor.id === store.me?.id;
    if (body.type === "message_sent" && !mine && store.conversations.get(id)?.my.member !== false) this.deliveries.mark(id, event.seq);
    if (leaversOf(body).includes(store.me?.id)) {
      this.lose({ conversation_id: id, by: body.type });
      if (body.type !== "labelled" && body.type !== "coverage_ended") return; // who came by a coverage may read it on other grounds
    }
    // member_added, member_removed, members_left, coverage_ended, confidential_changed, conversation_created, archived, reopened, owner_changed, labelled
    if (/^(mem|cov|con|arc|reo|own|lab)/.test(body.type)) {
      this.discover(id, 0);
    } else if (moves_care) {
      this.discover(id, 0, false);
    }
  }

  /** Fetches a conversation that is new here, or whose abilities may have changed; `inbox`: the figures, too. Many events, one fetch. */
  private discover(id: string, seq: number, inbox = true): void {
    this.unknown.set(id, Math.max(seq, this.unknown.get(id) ?? 0));
    this.refetch.add(id);
    this.inbox_due ||= inbox;
    if (this.refetch_due) return;
    this.refetch_due = true;
    this.clock.after(300, () => {
      this.refetch_due = false;
      const ids = [...this.refetch];
      this.refetch.clear();
      for (const one of ids) void this.fetchConversation(one).then(() => this.settled(one), (error: unknown) => this.undiscovered(one, error));
      if (this.inbox_due) void this.refresh().catch(() => {});
      this.inbox_due = false;
    });
  }

  private settled(id: string): void {
    const seq = this.unknown.get(id) ?? 0;
    this.unknown.delete(id);
    if ((this.options.store.conversations.get(id)?.last_seq ?? 0) < seq) this.discover(id, seq);
  }

  private undiscovered(id: string, error: unknown): void {
    if (isOver(error)) this.lose({ conversation_id: id });
    else if (!this.stopped) this.clock.after(ASK_AGAIN_MS, () => this.discover(id, 0));
  }

  /** This person may not read it any more, or not now. */
  lose(one: Exclude<Lost, string>): void {
    const { conversation_id: id } = one;
    this.unknown.delete(id);
    this.lost.push(id);
    this.options.store.removeConversation(id);
    this.onReach(one);
  }

  private async loadAll(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    for (let attempt = 0; !this.stopped && !this.loaded; attempt += 1) {
      try {
        const { length } = this.lost;
        const mine = this.options.http.ask<{ conversations: Conversation[] }>("/v1/conversations?scope=mine");
        const [answer] = await Promise.all([mine, this.refresh()]);
        for (const conversation of answer.conversations) this.put(conversation, length);
        this.loaded = true;
      } catch (error) {
        if (error instanceof Refusal && error.code === "not_signed_in") break;
        await new Promise<void>((resolve) => this.clock.after(Math.min(500 * 2 ** attempt, 10_000), resolve));
      }
    }
    this.loading = false;
    if (this.loaded) this.options.onLoaded?.();
  }

  private reset(): void {
    const { store } = this.options;
    store.cursor = undefined;
    const open = [...store.timelines.keys()];
    store.timelines.clear();
    this.loaded = false;
    void this.loadAll();
    for (const id of open) void this.open(id).catch(() => {});
  }

  private linked(link: Link): void {
    this.link = link;
    if (link.state !== "live") this.live_now = false;
    if (link.state === "live") {
      this.commands.wake();
      this.reads.wake();
      this.deliveries.wake();
      this.reopen();
      if (this.queue !== undefined) this.transport.send({ type: "watch_queue", active: true });
    }
    this.options.onLink?.(link);
    for (const listener of this.links) listener(link);
  }

  private tick(): void {
    this.clock.after(1000, () => {
      if (this.stopped) return;
      this.options.store.expireTyping(this.clock.now());
      this.tick();
    });
  }
}
