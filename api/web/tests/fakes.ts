// Stands in for time, the socket and the node in the unit tests. Refuses to wait: time moves when the test says so.
import type { Clock } from "../src/core/clock";
import type { Socket } from "../src/core/transport";
import type { Author, ConversationEvent, Conversation, EventBody } from "../src/core/wire";
import type { Pin } from "../src/core/wire-pins";
import type { Task } from "../src/core/wire-tasks";

export class FakeClock implements Clock {
  time_ms = 1_000_000;
  chance = 0.5;
  private next = 1;
  private readonly timers = new Map<number, { at_ms: number; run: () => void }>();

  now(): number { return this.time_ms; }
  random(): number { return this.chance; }
  cancel(timer: number): void { this.timers.delete(timer); }
  after(delay_ms: number, run: () => void): number {
    const id = this.next++;
    this.timers.set(id, { at_ms: this.time_ms + delay_ms, run });
    return id;
  }
  async pass(span_ms: number): Promise<void> {
    const end_ms = this.time_ms + span_ms;
    for (;;) {
      await settle();
      const due = [...this.timers].filter(([, timer]) => timer.at_ms <= end_ms).sort((a, b) => a[1].at_ms - b[1].at_ms)[0];
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.time_ms = Math.max(this.time_ms, due[1].at_ms);
      due[1].run();
    }
    this.time_ms = end_ms;
    await settle();
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

export class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  readyState = 1;
  bufferedAmount = 0;
  closed = false;
  readonly sent: Record<string, unknown>[] = [];

  /** As browsers do it: what was just sent waits, and has left a moment later. */
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
    this.bufferedAmount += text.length;
    queueMicrotask(() => { this.bufferedAmount -= text.length; });
  }
  close(): void { this.closed = true; }
  open(): void { this.onopen?.(new Event("open")); }
  say(frame: unknown): void { this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent); }
  breakOff(): void { this.onclose?.(new Event("close") as CloseEvent); }
}

export const RAMAN: Author = { id: "per_raman", name: "Priya Raman", kind: "staff", title: "MD" };
export const ORTIZ: Author = { id: "per_ortiz", name: "Jamie Ortiz", kind: "staff", title: "MA" };
export const MARIA: Author = { id: "per_maria", name: "Maria Garcia", kind: "patient" };

export function event(seq: number, body: EventBody, actor: Author = ORTIZ, conversation_id = "con_a"): ConversationEvent {
  return { revision: 100 + seq, conversation_id, seq, at_ms: 1_700_000_000_000 + seq * 60_000, actor, event: body };
}

export function said(seq: number, number: number, body: string, actor: Author = ORTIZ, more: Partial<Extract<EventBody, { type: "message_sent" }>> = {}): ConversationEvent {
  return event(seq, { type: "message_sent", number, audience: "everyone", priority: "routine", body, reply_to: null, mentions: [], ...more }, actor);
}

export function conversation(more: Partial<Conversation> = {}): Conversation {
  return {
    id: "con_a", kind: "group", topic: "Cover", state: "open", created_at_ms: 0, member_count: 3, last_seq: 5, last_number: 4, revision: 105,
    my: { member: true, first_seq: 1, read_seq: 3, read_number: 2, unread: 2, may: ["send", "archive"] }, last_message: null, ...more,
  };
}

export function patientTask(more: Partial<Task> = {}): Task {
  return {
    id: "tsk_a", conversation_id: "con_a", topic: "Sore throat", patient: { id: MARIA.id, name: MARIA.name, mrn: "MRN-10240", birth_date: "1984-03-12", state: "active" },
    title: "Call the pharmacy", cause: "asked", created_by: RAMAN, created_at_ms: 0, assignee: { person: ORTIZ }, overdue: false, state: "open", ...more,
  };
}

export function pinned(more: Partial<Pin> = {}): Pin {
  return {
    id: "pin_a", patient: { id: MARIA.id, name: MARIA.name, mrn: "MRN-10240", birth_date: "1984-03-12", state: "active" }, conversation_id: "con_a", by: RAMAN, at_ms: 1_700_000_300_000,
    summary: "Sore throat since Monday", sha256: "0123456789abcdef".repeat(4),
    messages: [{ seq: 2, at_ms: 1_700_000_120_000, author: MARIA, audience: "everyone", priority: "routine", version: 1, body: "It **hurts**" }], ...more,
  };
}
