// Stands in the middle of the client: every conversation this person may see, by id, as the events say it is.
// Refuses to know where events come from and who looks. Conversations are replaced, never changed in place.
import { asRead } from "./attention";
import { careAfter, leaversOf } from "./care";
import { nextFrame, type Schedule } from "./frame";
import { Timeline } from "./timeline";
import type { Ability, Attention, Conversation, ConversationEvent, Counts, Person, Presence } from "./wire";

export interface Changes {
  list: boolean;
  conversations: ReadonlySet<string>;
  typing: boolean;
  presence: boolean;
}

export interface Typist {
  person_id: string;
  name: string;
  until_ms: number;
}

const NO_COUNTS: Counts = { total_conversations: 0, unread_conversations: 0, unread_messages: 0, unique_patients: 0, total_messages: 0 };

export class Store {
  readonly conversations = new Map<string, Conversation>();
  readonly timelines = new Map<string, Timeline>();
  readonly presence = new Map<string, Presence>();
  readonly typing = new Map<string, Typist[]>();
  counts: Counts = NO_COUNTS;
  me: Person | undefined;
  /** The highest revision that came in order: the only cursor. */
  cursor: number | undefined;
  private readonly listeners = new Set<(changes: Changes) => void>();
  private changed = new Set<string>();
  private list_changed = false;
  private typing_changed = false;
  private presence_changed = false;
  private flush_due = false;

  constructor(private readonly schedule: Schedule = nextFrame) {}

  subscribe(listener: (changes: Changes) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Everything goes: another person signs in, or the node says that continuity is lost. */
  clear(): void {
    this.conversations.clear();
    this.timelines.clear();
    this.presence.clear();
    this.typing.clear();
    this.counts = NO_COUNTS;
    this.cursor = undefined;
    this.touchList();
  }

  putConversation(conversation: Conversation): void {
    const held = this.conversations.get(conversation.id);
    const { members, ...rest } = conversation;
    const kept = members ?? held?.members;
    // An answer that was under way while events came must not turn the clock back.
    const base: Conversation = held !== undefined && held.last_seq > conversation.last_seq
      ? { ...rest, last_seq: held.last_seq, last_number: held.last_number, last_message: held.last_message ?? null, state: held.state, topic: held.topic ?? null, care: held.care ?? rest.care ?? null, my: { ...rest.my, called_seq: held.my.called_seq, unread: held.my.unread, read_seq: held.my.read_seq, read_number: held.my.read_number } }
      : { ...rest, last_message: rest.last_message ?? held?.last_message ?? null }; // one conversation alone comes without its preview
    this.set(kept === undefined ? base : { ...base, members: kept });
    const timeline = this.timelines.get(conversation.id);
    for (const member of members ?? []) timeline?.mark(member.person_id, member.delivered_seq ?? 0, member.read_seq ?? 0);
  }

  removeConversation(id: string): void {
    this.conversations.delete(id);
    this.timelines.delete(id);
    this.touch(id);
    this.touchList();
  }

  setCounts(counts: Counts): void {
    this.counts = counts;
    this.touchList();
  }

  timeline(id: string): Timeline {
    let timeline = this.timelines.get(id);
    if (timeline === undefined) {
      timeline = new Timeline();
      this.timelines.set(id, timeline);
      for (const member of this.conversations.get(id)?.members ?? []) timeline.mark(member.person_id, member.delivered_seq ?? 0, member.read_seq ?? 0);
    }
    return timeline;
  }

  /** Answers `unknown` for a conversation not held, `gap` when events are missing before this one. */
  applyEvent(event: ConversationEvent): "applied" | "ignored" | "gap" | "unknown" {
    const conversation = this.conversations.get(event.conversation_id);
    if (conversation === undefined) return "unknown";
    if (event.seq > conversation.last_seq) this.set(this.summarise(conversation, event));
    const timeline = this.timelines.get(event.conversation_id);
    if (timeline === undefined || timeline.last_held === 0) return "applied";
    const changed = timeline.apply(event);
    if (changed) this.touch(event.conversation_id);
    if (timeline.gap) return "gap";
    return changed ? "applied" : "ignored";
  }

  advance(revision: number): void {
    if (this.cursor === undefined || revision > this.cursor) this.cursor = revision;
  }

  /** How this person wants to see it: nobody else does. */
  setAttention(id: string, attention: Attention): void {
    const held = this.conversations.get(id);
    if (held !== undefined) this.set({ ...held, my: { ...held.my, attention } });
  }

  /** This person has read up to here, on this device or another. */
  read(id: string, up_to_seq: number, up_to_number: number): void {
    const conversation = this.conversations.get(id);
    if (conversation === undefined || up_to_number < conversation.my.read_number) return;
    const unread = Math.max(0, conversation.last_number - up_to_number);
    this.countUnread(conversation.my.unread, unread);
    this.set({ ...conversation, my: { ...conversation.my, ...asRead(conversation.my.attention), read_seq: Math.max(conversation.my.read_seq, up_to_seq), read_number: up_to_number, unread } });
  }

  setPresence(people: readonly { person_id: string; status: Presence }[]): void {
    for (const { person_id, status } of people) this.presence.set(person_id, status);
    this.presence_changed = true;
    this.due();
  }

  setTyping(id: string, typist: Typist, active: boolean): void {
    const others = (this.typing.get(id) ?? []).filter((one) => one.person_id !== typist.person_id);
    const next = active ? [...others, typist] : others;
    if (next.length === 0) this.typing.delete(id);
    else this.typing.set(id, next);
    this.typing_changed = true;
    this.due();
  }

  expireTyping(now_ms: number): void {
    for (const [id, typists] of this.typing) {
      for (const typist of typists) if (typist.until_ms <= now_ms) this.setTyping(id, typist, false);
    }
  }

  touch(id: string): void {
    this.changed.add(id);
    this.due();
  }

  touchList(): void {
    this.list_changed = true;
    this.due();
  }

  private set(conversation: Conversation): void {
    this.conversations.set(conversation.id, conversation);
    this.touch(conversation.id);
    this.touchList();
  }

  private countUnread(before: number, after: number): void {
    const conversations = Number(after > 0) - Number(before > 0);
    this.counts = {
      ...this.counts,
      unread_messages: Math.max(0, this.counts.unread_messages + after - before),
      unread_conversations: Math.max(0, this.counts.unread_conversations + conversations),
    };
  }

  private summarise(held: Conversation, event: ConversationEvent): Conversation {
    const body = event.event;
    const mine = event.actor.id === this.me?.id;
    const next: Conversation = { ...held, last_seq: event.seq, revision: Math.max(held.revision, event.revision), care: careAfter(held.care, event) ?? null };
    switch (body.type) {
      case "message_sent": {
        const read_number = mine && held.my.read_number === body.number - 1 ? body.number : held.my.read_number;
        const unread = Math.max(0, body.number - read_number);
        this.countUnread(held.my.unread, unread);
        this.counts = { ...this.counts, total_messages: this.counts.total_messages + 1 };
        next.last_number = body.number;
        next.my = { ...held.my, read_number, unread };
        if (read_number === body.number) next.my.read_seq = event.seq;
        next.last_message = {
          seq: event.seq, number: body.number, at_ms: event.at_ms, author: event.actor, on_behalf_of: event.on_behalf_of ?? null, audience: body.audience, priority: body.priority,
          preview: (body.body ?? "").slice(0, 120), retracted: Boolean(body.retracted),
        };
        this.setTyping(held.id, { person_id: event.actor.id, name: event.actor.name, until_ms: 0 }, false);
        return next;
      }
      case "message_edited":
        if (held.last_message?.seq === body.target_seq && !held.last_message.retracted) next.last_message = { ...held.last_message, preview: (body.body ?? "").slice(0, 120) };
        return next;
      case "message_retracted":
        if (held.last_message?.seq === body.target_seq) next.last_message = { ...held.last_message, preview: "", retracted: true };
        return next;
      case "renamed":
        next.topic = body.topic;
        return next;
      case "archived":
      case "reopened":
        next.state = body.type === "archived" ? "archived" : "open";
        next.my = { ...next.my, may: abilitiesAfter(next.my.may, next.state) };
        return next;
      case "owner_changed":
        next.owner_id = body.person.id;
        next.my = { ...next.my, owner: body.person.id === this.me?.id };
        return next;
      case "member_added":
        next.member_count = held.member_count + 1;
        if (held.members) next.members = [...held.members.filter((one) => one.person_id !== body.person.id), { person_id: body.person.id, name: body.person.name, kind: body.person.kind, title: body.person.title ?? null, added_at_ms: event.at_ms, history: body.history ?? "full" }];
        return next;
      case "read":
        if (body.person?.id === this.me?.id && body.person) {
          const unread = Math.max(0, held.last_number - body.up_to_number);
          if (body.up_to_number >= held.my.read_number) {
            this.countUnread(held.my.unread, unread);
            next.my = { ...held.my, read_seq: Math.max(held.my.read_seq, body.up_to_seq), read_number: body.up_to_number, unread };
          }
        }
        return next;
      default: {
        const left = leaversOf(body);
        next.member_count = Math.max(0, held.member_count - left.length);
        if (held.members) next.members = held.members.filter((one) => !left.includes(one.person_id));
        if (left.includes(this.me?.id)) next.my = { ...next.my, member: false, may: [] };
        return next;
      }
    }
  }

  private due(): void {
    if (this.flush_due) return;
    this.flush_due = true;
    this.schedule(() => this.flush());
  }

  private flush(): void {
    this.flush_due = false;
    const changes: Changes = { list: this.list_changed, conversations: this.changed, typing: this.typing_changed, presence: this.presence_changed };
    this.changed = new Set();
    this.list_changed = this.typing_changed = this.presence_changed = false;
    for (const listener of this.listeners) listener(changes);
  }
}

/** A guess until the node's own answer comes: what an archived conversation still allows. */
function abilitiesAfter(may: readonly Ability[], state: "open" | "archived"): Ability[] {
  if (state === "archived") return [...may.filter((one) => one !== "send" && one !== "note" && one !== "archive"), ...(may.includes("archive") ? (["reopen"] as const) : [])];
  return [...may.filter((one) => one !== "reopen")];
}
