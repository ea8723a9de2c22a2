// Stands between what is urgent or STAT and not acknowledged by the person here, and the lists, which keep a mark for it: of the last message, of
// what is held of the conversation, and of what came while this page was open. Refuses to ask the node: what was overtaken before, it does not know.
import type { Sync } from "../core/sync";
import type { Timeline } from "../core/timeline";
import type { Conversation, ConversationEvent, Priority } from "../core/wire";
import { pressing as words } from "../../locales/en-staff-pressing";
import { session } from "./session.svelte";

interface Mark {
  seq: number;
  priority: Exclude<Priority, "routine">;
}

/** `note`: that it waits for this person. */
export interface Shown {
  priority: Mark["priority"];
  note?: string;
}

type Said = Pick<NonNullable<Conversation["last_message"]>, "seq" | "priority" | "author" | "retracted">;
const markOf = (said: Said | null | undefined): Mark | undefined => (said && !said.retracted && said.priority !== "routine" ? { seq: said.seq, priority: said.priority } : undefined);

/** As it stands with what is known now; `before` came from an event, or was the last message once. `done`: acknowledged, as an event said. */
export function waitsIn({ my, last_message }: Pick<Conversation, "my" | "last_message">, timeline: Timeline | undefined, before: Mark | undefined, me: string, done: (seq: number) => boolean): Mark | undefined {
  if (!my.member) return undefined;
  const said = last_message?.author.id === me ? undefined : markOf(last_message);
  const last = said !== undefined && done(said.seq) ? undefined : said;
  const known = last !== undefined && last.seq >= (before?.seq ?? 0) ? last : last_message?.seq === before?.seq && last_message?.retracted ? undefined : before;
  if (timeline === undefined || timeline.last_held === 0) return known;
  const held = timeline.list().findLast((item) => item.kind === "message" && item.priority !== "routine" && item.author.id !== me && !item.retracted && !item.acknowledged.some(({ person }) => person?.id === me));
  // what is not among those held may wait all the same
  const elsewhere = known !== undefined && (known.seq < timeline.first_held || known.seq > timeline.last_held) ? known : undefined;
  const here = held?.kind === "message" && held.priority !== "routine" ? { seq: held.seq, priority: held.priority } : undefined;
  return elsewhere !== undefined && elsewhere.seq > (here?.seq ?? 0) ? elsewhere : (here ?? elsewhere);
}

class Pressing {
  private marks = $state.raw<ReadonlyMap<string, Mark>>();
  private done = new Set<string>();
  private sync: Sync | undefined;
  private stop: () => void = () => {};
  private readonly ear = (event: ConversationEvent): void => this.hear(event);

  /** Listens from now on. Safe to call again and again. */
  follow(): void {
    const { sync, store } = session;
    if (sync === undefined || sync === this.sync) return;
    this.forget();
    this.sync = sync;
    this.marks = new Map();
    session.ears.add(this.ear);
    this.stop = store.subscribe(({ conversations }) => this.look(conversations));
    this.look(store.conversations.keys());
  }

  /** Whoever comes next on this device has other ones. */
  forget(): void {
    this.stop();
    this.sync = this.marks = undefined;
    this.done = new Set();
    session.ears.delete(this.ear);
  }

  /** What a row shows: what waits for this person, or how urgent they were themselves. */
  of({ id, my, last_message }: Conversation): Shown | undefined {
    const mark = this.marks?.get(id);
    if (mark !== undefined) return { priority: mark.priority, note: words.waits };
    const last = markOf(last_message);
    return last !== undefined && (this.marks === undefined || !my.member || last_message?.author.id === session.me?.person.id) ? { priority: last.priority } : undefined;
  }

  /** What the conversation alone does not tell once something else was said in it. */
  private hear({ conversation_id: id, seq, actor, event }: ConversationEvent): void {
    const me = session.me?.person.id;
    const mark = this.marks?.get(id);
    if (event.type === "message_sent" && event.priority !== "routine" && actor.id !== me && !event.retracted) this.put(id, { seq, priority: event.priority });
    else if (event.type === "message_retracted" && event.target_seq === mark?.seq) this.put(id, undefined);
    else if (event.type === "acknowledged" && (event.person ?? actor).id === me) {
      this.done.add(`${id}/${event.target_seq}`);
      if (event.target_seq === mark?.seq) this.put(id, undefined);
    }
  }

  private put(id: string, mark: Mark | undefined): void {
    this.marks = new Map([...(this.marks ?? [])].filter(([one]) => one !== id).concat(mark === undefined ? [] : [[id, mark]]));
  }

  private look(ids: Iterable<string>): void {
    const next = new Map(this.marks);
    for (const id of ids) {
      const conversation = session.store.conversations.get(id);
      const mark = conversation && waitsIn(conversation, session.store.timelines.get(id), next.get(id), session.me?.person.id ?? "", (seq) => this.done.has(`${id}/${seq}`));
      if (mark === undefined) next.delete(id);
      else next.set(id, mark);
    }
    this.marks = next;
  }
}

export const pressing = new Pressing();
