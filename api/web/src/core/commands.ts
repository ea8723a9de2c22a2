// Stands between a person's small commands (edit, retract, acknowledge, marks) and the socket: the same id until an answer comes.
// Refuses to know what the commands mean. New messages do not come this way: they have the outbox.
import { fullJitter, type Clock } from "./clock";
import { outcomeIsOpen, Refusal } from "./http";
import { commandId } from "./ids";
import type { Accepted, Command, Result } from "./wire";

export interface Line {
  readonly live: boolean;
  command(command: Command, id?: string): Promise<Result>;
}

export class Commands {
  private waiting: (() => void)[] = [];
  private stopped = false;

  constructor(private readonly line: Line, private readonly clock: Clock) {}

  /** Called when the link becomes live. */
  wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resume of waiting) resume();
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }

  /** Resolves with the acceptance, rejects with a Refusal when the node said no. In doubt it asks again, with the same id. */
  async run(command: Command): Promise<Accepted> {
    const id = commandId();
    for (let attempt = 0; ; attempt += 1) {
      if (this.stopped) throw new Refusal({ status: 0, code: "not_signed_in" });
      if (!this.line.live) {
        await new Promise<void>((resolve) => this.waiting.push(resolve));
        continue;
      }
      const result = await this.line.command(command, id);
      if (result.ok) return result;
      if (!outcomeIsOpen(result.problem)) throw new Refusal(result.problem);
      const wait_ms = (result.problem.retry_after_ms ?? 0) + 200 + fullJitter(this.clock, attempt, 500, 10_000);
      if (this.line.live) await new Promise<void>((resolve) => this.clock.after(wait_ms, resolve));
    }
  }
}

/** Marks that only grow: the newest of each conversation is sent, at most one flush a period, kept until it is answered. */
export class Marker {
  private readonly due = new Map<string, number>();
  private readonly sent = new Map<string, number>();
  private timer: number | undefined;
  private busy = false;

  constructor(
    private readonly type: "mark_read" | "confirm_delivery",
    private readonly period_ms: number,
    private readonly line: Line,
    private readonly clock: Clock,
  ) {}

  mark(conversation_id: string, seq: number): void {
    if ((this.sent.get(conversation_id) ?? 0) >= seq || (this.due.get(conversation_id) ?? 0) >= seq) return;
    this.due.set(conversation_id, seq);
    this.plan();
  }

  /** What another mark has made needless. */
  drop(conversation_id: string, up_to_seq: number): void {
    if ((this.due.get(conversation_id) ?? 0) <= up_to_seq) this.due.delete(conversation_id);
  }

  /** What was told counts no more: it is told again. */
  forget(conversation_id: string): void {
    this.sent.delete(conversation_id);
  }

  wake(): void {
    this.plan();
  }

  clear(): void {
    this.due.clear();
    this.sent.clear();
  }

  private plan(): void {
    if (this.timer !== undefined || this.due.size === 0 || !this.line.live || this.busy) return;
    this.timer = this.clock.after(this.period_ms, () => {
      this.timer = undefined;
      void this.flush();
    });
  }

  private async flush(): Promise<void> {
    this.busy = true;
    try {
      for (const [conversation_id, seq] of [...this.due].slice(0, 20)) {
        if (!this.line.live) return;
        const result = await this.line.command({ type: this.type, conversation_id, seq });
        if (!result.ok && outcomeIsOpen(result.problem)) return;
        if (result.ok) this.sent.set(conversation_id, Math.max(seq, this.sent.get(conversation_id) ?? 0));
        if (this.due.get(conversation_id) === seq) this.due.delete(conversation_id);
      }
    } finally {
      this.busy = false;
      this.plan();
    }
  }
}
