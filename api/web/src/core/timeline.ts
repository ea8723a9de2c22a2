// Stands between raw events and a thread: one conversation's contiguous run of events, turned into messages and lines.
// Refuses to know the network and the screen. Messages are replaced, never changed in place.
import type { CareEvent } from "./care";
import type { IdentityEvent } from "./wire-identity";
import type { Author, ConversationEvent, EventBody, Mention, Priority, Audience, Retraction } from "./wire";

export interface Acknowledgement {
  person: Author | null;
  /** 0: not known. */
  at_ms: number;
}

export interface Message {
  kind: "message";
  seq: number;
  number: number;
  at_ms: number;
  author: Author;
  on_behalf_of: Author | null;
  audience: Audience;
  priority: Priority;
  body: string;
  mentions: Mention[];
  reply_to: number | null;
  version: number;
  edited_at_ms: number | null;
  retracted: Retraction | null;
  acknowledged: readonly Acknowledgement[];
}

export interface Line {
  kind: "line";
  seq: number;
  at_ms: number;
  actor: Author;
  event: Extract<EventBody, { type: "conversation_created" | "member_added" | "member_removed" | "renamed" | "archived" | "reopened" | "owner_changed" | "pinned" | "task_changed" | "labelled" | "confidential_changed" | IdentityEvent["type"] | CareEvent }>;
}

export type Item = Message | Line;

export interface Marks {
  delivered_seq: number;
  read_seq: number;
}

function messageOf(event: ConversationEvent, body: Extract<EventBody, { type: "message_sent" }>): Message {
  return {
    kind: "message",
    seq: event.seq,
    number: body.number,
    at_ms: event.at_ms,
    author: event.actor,
    on_behalf_of: event.on_behalf_of ?? null,
    audience: body.audience,
    priority: body.priority,
    body: body.body ?? "",
    mentions: body.mentions ?? [],
    reply_to: body.reply_to ?? null,
    version: body.version ?? 1,
    edited_at_ms: body.edited_at_ms ?? null,
    retracted: body.retracted ?? null,
    acknowledged: [],
  };
}

export class Timeline {
  /** Highest event held; everything from `first_held` to here is held. 0 means: nothing yet. */
  last_held = 0;
  first_held = 0;
  /** The first event this viewer may ever see. */
  first_seq = 1;
  readonly items = new Map<number, Item>();
  readonly marks = new Map<string, Marks>();
  /** For patients: how far their care team has read. */
  team_read_seq = 0;
  readonly acknowledged = new Map<number, Acknowledgement[]>();
  /** Changes that came before the message they change. */
  readonly later = new Map<number, ConversationEvent[]>();
  private readonly ahead = new Map<number, ConversationEvent>();
  private sorted: readonly Item[] | undefined;

  get reached_start(): boolean {
    return this.first_held > 0 && this.first_held <= this.first_seq;
  }

  /** True while events are held that cannot be joined to the run yet. */
  get gap(): boolean {
    return this.ahead.size > 0;
  }

  list(): readonly Item[] {
    this.sorted ??= [...this.items.values()].sort((a, b) => a.seq - b.seq);
    return this.sorted;
  }

  message(seq: number): Message | undefined {
    const item = this.items.get(seq);
    return item?.kind === "message" ? item : undefined;
  }

  /** One event as it comes live or by replay. Answers whether anything changed. */
  apply(event: ConversationEvent): boolean {
    if (this.last_held === 0 || event.seq <= this.last_held) return false;
    if (event.seq > this.last_held + 1) {
      this.ahead.set(event.seq, event);
      return false;
    }
    this.take(event);
    this.last_held = event.seq;
    this.join();
    return true;
  }

  /** A page that follows what is held (gap), or the newest page on a fresh start, or an older page in front. */
  applyPage(events: readonly ConversationEvent[], page_first: number, page_last: number, first_seq: number): void {
    this.first_seq = Math.max(1, first_seq);
    const fresh = this.last_held === 0;
    const older = !fresh && page_last <= this.first_held - 1;
    for (const event of events) {
      if (!fresh && !older && event.seq <= this.last_held) continue;
      if (older && event.seq >= this.first_held) continue;
      this.take(event);
    }
    if (fresh) {
      this.first_held = page_first;
      this.last_held = page_last;
    } else if (older) {
      this.first_held = Math.min(this.first_held, page_first);
    } else {
      this.last_held = Math.max(this.last_held, page_last);
    }
    this.join();
  }

  mark(person_id: string, delivered_seq: number, read_seq: number): boolean {
    const held = this.marks.get(person_id) ?? { delivered_seq: 0, read_seq: 0 };
    const next = { delivered_seq: Math.max(held.delivered_seq, delivered_seq, read_seq), read_seq: Math.max(held.read_seq, read_seq) };
    if (next.delivered_seq === held.delivered_seq && next.read_seq === held.read_seq) return false;
    this.marks.set(person_id, next);
    return true;
  }

  private join(): void {
    for (const seq of [...this.ahead.keys()]) if (seq <= this.last_held) this.ahead.delete(seq);
    for (let next = this.ahead.get(this.last_held + 1); next !== undefined; next = this.ahead.get(this.last_held + 1)) {
      this.ahead.delete(next.seq);
      this.take(next);
      this.last_held = next.seq;
    }
  }

  private put(item: Item): void {
    this.items.set(item.seq, item);
    this.sorted = undefined;
  }

  private take(event: ConversationEvent): void {
    const body = event.event;
    switch (body.type) {
      case "message_sent": {
        this.put({ ...messageOf(event, body), acknowledged: this.acknowledged.get(event.seq) ?? [] });
        const waiting = this.later.get(event.seq);
        this.later.delete(event.seq);
        for (const change of waiting ?? []) this.take(change);
        return;
      }
      case "message_edited":
        this.change(event, body.target_seq, (message) =>
          body.version <= message.version || message.retracted !== null ? message
            : { ...message, body: body.body ?? message.body, mentions: body.mentions ?? message.mentions, version: body.version, edited_at_ms: event.at_ms });
        return;
      case "message_retracted":
        this.change(event, body.target_seq, (message) =>
          message.retracted !== null ? message
            : { ...message, body: "", retracted: { at_ms: event.at_ms, person: event.actor, reason: body.reason ?? null } });
        return;
      case "acknowledged":
        this.acknowledge(body.target_seq, { person: body.person ?? event.actor, at_ms: event.at_ms });
        return;
      case "delivered":
        if (body.person) this.mark(body.person.id, body.up_to_seq, 0);
        return;
      case "read":
        if (body.person) this.mark(body.person.id, body.up_to_seq, body.up_to_seq);
        else this.team_read_seq = Math.max(this.team_read_seq, body.up_to_seq);
        return;
      default:
        this.put({ kind: "line", seq: event.seq, at_ms: event.at_ms, actor: event.actor, event: body });
    }
  }

  private change(event: ConversationEvent, target_seq: number, make: (message: Message) => Message): void {
    const message = this.message(target_seq);
    if (message === undefined) {
      this.later.set(target_seq, [...(this.later.get(target_seq) ?? []), event]);
      return;
    }
    this.put(make(message));
  }

  private acknowledge(target_seq: number, one: Acknowledgement): void {
    const held = this.acknowledged.get(target_seq) ?? [];
    if (held.some((other) => other.person?.id === one.person?.id)) return;
    const next = [...held, one];
    this.acknowledged.set(target_seq, next);
    const message = this.message(target_seq);
    if (message !== undefined) this.put({ ...message, acknowledged: next });
  }
}
