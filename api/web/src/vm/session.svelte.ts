// Stands between the core and the components: who is signed in, what the lists show, one flush per frame.
// Refuses to know how screens look; components read its fields and call its verbs.
import { systemClock } from "../core/clock";
import { Http, Refusal } from "../core/http";
import { joinTabs, type Tabs } from "../core/leader";
import { byNewest } from "../core/names";
import { Outbox, type Row, type TabNote } from "../core/outbox";
import { eraseRows, openRows } from "../core/sealed-rows";
import { Store, type Typist } from "../core/store";
import { Sync } from "../core/sync";
import type { Link } from "../core/transport";
import type { Conversation, ConversationEvent, Counts, Me, Presence, SendMessage } from "../core/wire";
import { dropDrafts } from "./drafts";

export type Phase = "starting" | "unreachable" | "signed_out" | "ready";

const socketUrl = (): string => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/socket`;

export class Session {
  phase = $state<Phase>("starting");
  me = $state.raw<Me | undefined>(undefined);
  /** The session broke off while the page was in use: sign-in says so. */
  ended = $state(false);
  link = $state.raw<Link>({ state: "stopped" });
  loaded = $state(false);
  conversations = $state.raw<readonly Conversation[]>([]);
  counts = $state.raw<Counts>({ total_conversations: 0, unread_conversations: 0, unread_messages: 0, unique_patients: 0, total_messages: 0 });
  presence = $state.raw<ReadonlyMap<string, Presence>>(new Map());
  typing = $state.raw<ReadonlyMap<string, readonly Typist[]>>(new Map());
  waiting = $state.raw<readonly Row[]>([]);
  durable = $state(true);
  status = $state<Exclude<Presence, "offline">>("available");

  readonly store = new Store();
  readonly http = new Http(undefined, () => this.end(), () => this.store.cursor);
  sync: Sync | undefined;
  outbox: Outbox | undefined;
  /** Who hears every event, once the store has it; `live`: it has just happened. */
  readonly ears = new Set<(event: ConversationEvent, live: boolean) => void>();
  /** Until when what is written can still be undone, if at all. */
  declare hold?: (conversation_id: string, message: SendMessage) => number | undefined;
  private tabs: Tabs<TabNote> | undefined;
  private stop_following: () => void = () => {};
  private retry: number | undefined;
  private attempt = 0;

  constructor() {
    this.store.subscribe((changes) => {
      if (changes.list) {
        this.conversations = [...this.store.conversations.values()].sort(byNewest);
        this.counts = this.store.counts;
      }
      if (changes.presence) this.presence = new Map(this.store.presence);
      if (changes.typing) this.typing = new Map(this.store.typing);
      this.waiting = this.outbox?.waiting() ?? [];
    });
    globalThis.addEventListener?.("online", () => this.wake());
    globalThis.document?.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.sync?.transport.wake();
    });
  }

  /** Who am I? Asked at the start, and again when the node was not there. */
  async begin(): Promise<void> {
    clearTimeout(this.retry);
    try {
      await this.enter(await this.http.ask<Me>("/v1/me", { tries: 1 }));
    } catch (error) {
      if (error instanceof Refusal && error.problem.status === 401) {
        this.phase = "signed_out";
        return;
      }
      this.phase = "unreachable";
      this.attempt += 1;
      this.retry = setTimeout(() => void this.begin(), Math.min(1000 * 1.6 ** this.attempt, 15_000)) as unknown as number;
    }
  }

  /** Everything of this person leaves the device, then the session ends. */
  async signOut(): Promise<void> {
    const id = this.me?.person.id;
    this.halt();
    try {
      await this.http.ask("/v1/session", { method: "DELETE", tries: 2 });
    } catch {
      // already over, or the node is away: the cookie alone cannot be removed by a page
    }
    if (id !== undefined) await eraseRows(id);
    dropDrafts();
    this.store.clear();
    location.replace(location.pathname);
  }

  async send(conversation_id: string, message: SendMessage): Promise<void> {
    await this.outbox?.write(conversation_id, message, this.hold?.(conversation_id, message));
  }

  setStatus(status: Exclude<Presence, "offline">): void {
    this.status = status;
    this.sync?.transport.send({ type: "presence", status });
  }

  wake(): void {
    if (this.phase === "unreachable") void this.begin();
    else this.sync?.transport.retryNow();
  }

  /** The node has said who is here. */
  async enter(me: Me): Promise<void> {
    const wanted = me.person.kind === "patient" || me.person.kind === "proxy" ? "/p/" : "/";
    const here = location.pathname.startsWith("/p/") ? "/p/" : "/";
    if (wanted !== here) {
      location.replace(wanted);
      return;
    }
    if (this.me !== undefined && this.me.person.id !== me.person.id) {
      this.store.clear();
      dropDrafts();
      this.outbox = undefined;
    }
    this.me = me;
    this.store.me = me.person;
    this.ended = false;
    this.attempt = 0;
    await this.follow(me);
    this.phase = "ready";
  }

  private async follow(me: Me): Promise<void> {
    const name = `corridor-outbox-${me.person.id}`;
    const sync = new Sync({
      http: this.http,
      store: this.store,
      socket_url: socketUrl(),
      onLink: (link) => this.linked(link),
      onSignedOut: () => this.end(),
      onEvent: (event, live) => {
        this.outbox?.seen(event, me.person.id);
        for (const ear of this.ears) ear(event, live);
      },
      onLoaded: () => {
        this.loaded = true;
      },
    });
    this.sync = sync;
    const rows = await openRows<Row>(me.person.id);
    const outbox = new Outbox({
      rows,
      line: sync.transport,
      clock: systemClock,
      leading: () => this.tabs?.leading ?? false,
      tell: (note) => {
        if (rows.durable) this.tabs?.tell(note);
      },
      onChange: (id) => this.store.touch(id),
    });
    this.outbox = outbox;
    this.durable = rows.durable;
    this.tabs = joinTabs<TabNote>({ name, onLead: () => void outbox.load(), onMessage: (note) => outbox.hear(note) });
    await outbox.load();
    void import("./kept-drafts").then(({ keepDrafts }) => keepDrafts(outbox, me.person.id)).catch(() => {}); // they are in this page all the same
    this.stop_following = this.store.subscribe((changes) => {
      for (const id of changes.conversations) {
        const held = this.store.timelines.get(id)?.last_held || this.store.conversations.get(id)?.last_seq || 0;
        outbox.held(id, held);
      }
    });
    sync.start();
  }

  private linked(link: Link): void {
    const was = this.link.state;
    this.link = link;
    if (link.state !== "live" || was === "live") return;
    if (this.status !== "available") this.setStatus(this.status);
    this.outbox?.drain();
  }

  private end(): void {
    if (this.phase === "signed_out") return;
    if (this.phase === "ready") this.ended = true;
    this.halt();
    this.phase = "signed_out";
  }

  private halt(): void {
    this.stop_following();
    this.sync?.stop();
    this.outbox?.stop();
    this.tabs?.close();
    this.loaded = false;
  }
}

export const session = new Session();
