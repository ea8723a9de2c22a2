// Stands between the composer and the wire: every message written here leaves exactly once, in the order it was written.
// Invariant: a row's id is made once and lives until the node has answered; only a refusal gives a message a new id.
// Refuses to know how rows are kept and how the socket works.
import { fullJitter, type Clock } from "./clock";
import type { Line } from "./commands";
import { outcomeIsOpen } from "./http";
import { commandId } from "./ids";
import type { Rows } from "./sealed-rows";
import type { Author, ConversationEvent, Problem, SendMessage } from "./wire";

export type RowState = "waiting" | "sending" | "accepted" | "failed" | "ask";

export interface Row {
  id: string;
  order: number;
  conversation_id: string;
  created_at_ms: number;
  message: SendMessage;
  state: RowState;
  /** How often it was handed to the socket. More than 0 means that it may have arrived. */
  attempts: number;
  problem: Problem | null;
  /** Known once accepted, or once an event was seen that must be this message. */
  seq: number | null;
  /** The disk has no room for it: it is in this page only. */
  loose?: boolean;
  /** It does not leave before, and counts as written then: its author can undo it until then. */
  hold_until_ms?: number | undefined;
}

export type TabNote = { type: "put"; row: Row } | { type: "remove"; id: string };

export interface OutboxOptions {
  rows: Rows<Row>;
  line: Line;
  clock: Clock;
  leading: () => boolean;
  tell: (note: TabNote) => void;
  onChange: (conversation_id: string) => void;
}

/** A STAT message that waited longer is not sent without asking: the moment may have passed. */
export const STAT_STALE_MS = 120_000;
/** Whoever wrote without a connection may be gone when it goes: then nobody is asked what they think of a colleague's reply. */
export const SEEN_STALE_MS = 5_000;

export class Outbox {
  private readonly rows = new Map<string, Row>();
  private readonly busy = new Set<string>();
  /** Out of sight for good, whatever the disk still has of them. */
  private readonly gone = new Set<string>();
  private readonly not_before = new Map<string, number>();
  private last_order = 0;
  private stopped = false;

  constructor(readonly options: OutboxOptions) {}

  get durable(): boolean {
    return this.options.rows.durable;
  }

  async load(): Promise<void> {
    for (const { value } of await this.options.rows.all()) {
      if (this.rows.has(value.id) || this.gone.has(value.id)) continue;
      // what was held may have left with the page that held it: it is that message now, and goes, as no time was ever so early
      if (value.hold_until_ms) value.hold_until_ms = value.attempts ||= 1;
      this.rows.set(value.id, value.state === "sending" ? { ...value, state: "waiting" } : value);
      this.last_order = Math.max(this.last_order, value.order);
      this.options.onChange(value.conversation_id);
    }
    this.drain();
  }

  stop(): void {
    this.stopped = true;
    this.options.rows.close();
  }

  of(conversation_id: string): Row[] {
    return [...this.rows.values()].filter((row) => row.conversation_id === conversation_id).sort((a, b) => a.order - b.order);
  }

  waiting(): Row[] {
    return [...this.rows.values()].filter((row) => row.state !== "accepted" && row.seq === null);
  }

  /** Resolves when the row is kept, not when it is sent. */
  write(conversation_id: string, message: SendMessage, hold_until_ms?: number): Promise<Row> {
    return this.begin(conversation_id, message, undefined, hold_until_ms);
  }

  /** Instead of another one, which leaves the disk when this one is there. */
  private async begin(conversation_id: string, message: SendMessage, instead_of?: string, hold_until_ms?: number): Promise<Row> {
    const now = this.options.clock.now();
    this.last_order = Math.max(this.last_order + 1, now);
    const row: Row = { id: commandId(), order: this.last_order, conversation_id, created_at_ms: hold_until_ms ?? now, message, state: "waiting", attempts: 0, problem: null, seq: null, hold_until_ms };
    await this.change(row);
    if (instead_of !== undefined) {
      await this.erase(instead_of);
      if (this.rows.get(row.id)?.loose) await this.keep(row); // there is room for it now
    }
    this.drain();
    return row;
  }

  /** After a refusal: the same words under a new id, at the end of the line, as they are to go now. After a question (STAT): the same id. */
  async retry(id: string, message?: SendMessage): Promise<void> {
    const row = this.rows.get(id);
    if (row === undefined) return;
    if (row.state === "failed") {
      this.leave(row);
      await this.begin(row.conversation_id, message ?? row.message, id);
    } else if (row.state === "ask") {
      await this.change({ ...row, state: "waiting", created_at_ms: this.options.clock.now() });
      this.drain();
    }
  }

  /** Only what certainly did not leave may be taken back. Answers the message for the composer, at once: nothing is written there meanwhile. */
  withdraw(id: string): SendMessage | undefined {
    const row = this.rows.get(id);
    if (row === undefined || !mayWithdraw(row)) return undefined;
    this.drop(row);
    return row.message;
  }

  /** Its words are not to be seen here any more, whatever became of it. */
  drop(row: Row): void {
    this.leave(row);
    void this.erase(row.id);
  }

  /** An own message came as an event: if it is the one under way, do not show it twice. */
  seen(event: ConversationEvent, me: Author["id"]): void {
    const body = event.event;
    for (const row of this.of(event.conversation_id)) {
      if (row.seq !== null && row.seq <= event.seq && row.state === "accepted") this.forget(row);
    }
    if (body.type !== "message_sent" || event.actor.id !== me) return;
    const row = this.of(event.conversation_id).find((one) => one.attempts > 0 && one.seq === null && one.state !== "failed");
    if (row === undefined || row.message.body !== body.body || row.message.audience !== body.audience) return;
    this.show({ ...row, seq: event.seq });
  }

  /** The timeline holds everything up to here: accepted rows below it are shown by their events. */
  held(conversation_id: string, last_seq: number): void {
    for (const row of this.of(conversation_id)) if (row.state === "accepted" && row.seq !== null && row.seq <= last_seq) this.forget(row);
  }

  hear(note: TabNote): void {
    if (note.type === "put") {
      this.last_order = Math.max(this.last_order, note.row.order);
      this.show(note.row);
      this.drain();
    } else {
      const row = this.rows.get(note.id);
      if (row !== undefined) this.forget(row);
    }
  }

  /** Tries the head of every conversation's line. Called when the link is live, when a row comes, when a wait is over. */
  drain(): void {
    if (this.stopped || !this.options.line.live || !(this.options.leading() || !this.durable)) return;
    const conversations = new Set([...this.rows.values()].map((row) => row.conversation_id));
    for (const conversation_id of conversations) void this.work(conversation_id);
  }

  private async work(conversation_id: string): Promise<void> {
    if (this.busy.has(conversation_id)) return;
    this.busy.add(conversation_id);
    let wait_ms = 0;
    try {
      for (;;) {
        const head = this.of(conversation_id).find((row) => row.state === "waiting" || row.state === "sending");
        if (head === undefined || this.stopped || !this.options.line.live) break;
        wait_ms = Math.max(this.not_before.get(conversation_id) ?? 0, head.hold_until_ms ?? 0) - this.options.clock.now();
        if (wait_ms > 0) break;
        if (!(await this.attempt(head))) {
          wait_ms = Math.max(50, (this.not_before.get(conversation_id) ?? 0) - this.options.clock.now());
          break;
        }
      }
    } finally {
      this.busy.delete(conversation_id);
    }
    if (wait_ms > 0) this.options.clock.after(wait_ms, () => this.drain());
  }

  /** True: the row is settled and the next may go. False: wait, then the same row with the same id. */
  private async attempt(head: Row): Promise<boolean> {
    const { clock, line } = this.options;
    const row = asSeen(head, clock.now());
    if (row.message.priority === "stat" && clock.now() - row.created_at_ms > STAT_STALE_MS) {
      await this.change({ ...row, state: "ask" });
      return true;
    }
    const sending: Row = { ...row, state: "sending", attempts: row.attempts + 1 };
    await this.change(sending); // kept as "may have left" before it leaves
    const { conversation_id, message } = row;
    const result = await line.command({ type: "send_message", conversation_id, ...message }, row.id);
    const now = this.rows.get(row.id) ?? sending;
    if (result.ok) {
      this.not_before.delete(conversation_id);
      await this.erase(row.id); // one that stays on the disk is asked for again under its id, and is answered as it was
      const accepted: Row = { ...now, state: "accepted", seq: result.seq ?? now.seq };
      this.options.tell({ type: "put", row: accepted });
      if (now.seq !== null) this.forget(now);
      else this.show(accepted);
      return true;
    }
    const { problem } = result;
    if (outcomeIsOpen(problem) || problem.code === "not_signed_in") {
      const back_ms = (problem.retry_after_ms ?? 0) + fullJitter(clock, now.attempts, 400, 30_000);
      if (line.live) this.not_before.set(conversation_id, clock.now() + back_ms);
      await this.change({ ...now, state: "waiting", problem });
      return false;
    }
    await this.change({ ...now, state: "failed", problem, seq: null });
    return true;
  }

  /** At once, here and in the other tabs: a second click finds nothing, and nobody sends it. */
  private leave(row: Row): void {
    this.forget(row);
    this.options.tell({ type: "remove", id: row.id });
  }

  private async erase(id: string): Promise<void> {
    try {
      await this.options.rows.remove(id);
    } catch {
      // its words are where they are wanted; a disk that fails must not keep them from there
    }
  }

  async change(row: Row): Promise<void> {
    this.show(row);
    await this.keep(row);
    this.options.tell({ type: "put", row });
  }

  private async keep(row: Row): Promise<void> {
    let loose = false;
    try {
      await this.options.rows.put(row.id, { ...row, loose });
      if (this.gone.has(row.id)) await this.options.rows.remove(row.id); // it left while it was being written
    } catch {
      loose = true; // a full disk must not stop a message that can still be sent from memory
    }
    const now = this.rows.get(row.id);
    if (now && now.loose !== loose) this.show({ ...now, loose });
  }

  private show(row: Row): void {
    this.rows.set(row.id, row);
    this.options.onChange(row.conversation_id);
  }

  private forget(row: Row): void {
    this.rows.delete(row.id);
    this.gone.add(row.id);
    this.options.onChange(row.conversation_id);
  }
}

/** What its author had seen counts while they are there. Once it may have left it is the same message under its id, for ever. */
function asSeen(row: Row, now_ms: number): Row {
  const { seen_seq: _, ...message } = row.message;
  return row.attempts === 0 && now_ms - row.created_at_ms > SEEN_STALE_MS ? { ...row, message } : row;
}

export function mayWithdraw(row: Row): boolean {
  return row.state === "failed" || (row.state === "waiting" && row.attempts === 0) || (row.state === "ask" && row.attempts === 0);
}
