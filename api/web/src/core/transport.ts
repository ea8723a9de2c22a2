// Stands between the client and the node's socket: connects, says hello with the cursor, waits for answers, comes back after
// a break with full jitter. Refuses to know what a frame means to a conversation; it only tells welcome, results and goodbye.
import { fullJitter, systemClock, type Clock, type Timer } from "./clock";
import { commandId } from "./ids";
import type { ClientFrame, Command, Problem, Result, ServerFrame } from "./wire";

export type Link =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "waiting"; since_ms: number; retry_at_ms: number; reason: string }
  | { state: "stopped" };

export interface Socket {
  onopen: ((event: Event) => unknown) | null;
  onmessage: ((event: MessageEvent) => unknown) | null;
  onclose: ((event: CloseEvent) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  readonly readyState: number;
  /** What was sent and has not left yet. */
  readonly bufferedAmount: number;
  send(text: string): void;
  close(): void;
}

export interface TransportOptions {
  url: string;
  open?: (url: string) => Socket;
  clock?: Clock;
  /** The highest revision held; undefined on a fresh start. */
  since: () => number | undefined;
  onFrame: (frame: ServerFrame) => void;
  onLink: (link: Link) => void;
  onSignedOut: () => void;
}

const NO_ANSWER: Problem = { status: 0, code: "unreachable" };
// A page cannot read why an upgrade was refused, nor its Retry-After: a full node is met by backing off, from one second to sixty.
const BASE_MS = 1000;
const CEILING_MS = 60_000;
const ANSWER_MS = 15_000;
const WELCOME_MS = 10_000;
// A name may stand for several machines. A browser tries the next one only when the first says no, or when the system has given it up,
// which takes a machine without power three to twenty-one seconds: who gives up before that begins with the same machine again.
const CONNECT_MS = 25_000;
// A machine that lost its power or its cable says nothing, not even goodbye. After so long without a word a page asks whether anybody is there.
const QUIET_MS = 4000;
// The same where somebody waits for an answer.
const IMPATIENT_MS = 2000;
const SIGN_OF_LIFE_MS = 4000;
// What the system took from the page may still be on its way: on a line as slow as that.
const SLOWEST_LINE_BYTES_PER_MS = 8;

interface Open {
  settle: (result: Result) => void;
  timer: Timer;
}

export class Transport {
  private socket: Socket | undefined;
  private link: Link = { state: "stopped" };
  private attempt = 0;
  private down_since_ms = 0;
  private not_before_ms = 0;
  private timers = new Set<Timer>();
  private readonly open_commands = new Map<string, Open>();
  private readonly clock: Clock;
  private heard_at_ms = 0;
  private heard = 0;
  /** What was sent since somebody was heard. */
  private unheard_bytes = 0;
  private heartbeat_ms = 30_000;
  private heartbeat_answered = false;

  constructor(private readonly options: TransportOptions) {
    this.clock = options.clock ?? systemClock;
  }

  get live(): boolean {
    return this.link.state === "live";
  }

  start(): void {
    if (this.link.state !== "stopped") return;
    this.attempt = 0;
    this.down_since_ms = 0;
    this.connect();
  }

  stop(): void {
    this.drop("stopped");
    this.setLink({ state: "stopped" });
  }

  /** The device says that the network is back, or the person asks: do not wait for the timer. */
  retryNow(): void {
    if (this.link.state !== "waiting" || this.clock.now() < this.not_before_ms) return;
    this.connect();
  }

  /** Called when the page comes back to the front: a socket that slept may be dead without knowing it. */
  wake(): void {
    if (!this.live) this.retryNow();
    else if (this.heartbeat_answered) this.ask();
    else this.listen(1.5); // coming back with a cursor is cheap; trusting a dead socket is not
  }

  send(frame: ClientFrame): boolean {
    if (!this.live || this.socket === undefined) return false;
    const text = JSON.stringify(frame);
    this.unheard_bytes += text.length;
    this.socket.send(text);
    return true;
  }

  /** Never rejects: no answer is an answer, `unreachable`, and the caller asks again with the same id. */
  command(command: Command, id: string = commandId()): Promise<Result> {
    return new Promise((resolve) => {
      const unanswered: Result = { type: "result", id, ok: false, problem: NO_ANSWER };
      if (!this.send({ type: "command", id, command })) {
        resolve(unanswered);
        return;
      }
      const timer = this.after(ANSWER_MS, () => {
        this.open_commands.delete(id);
        resolve(unanswered);
        if (this.clock.now() - this.heard_at_ms >= ANSWER_MS) this.lost("no_answer");
      });
      this.open_commands.set(id, { settle: resolve, timer });
      const heard = this.heard;
      if (this.heartbeat_answered) this.after(IMPATIENT_MS, () => { if (this.live && this.heard === heard) this.ask(); });
    });
  }

  private connect(): void {
    this.clearTimers();
    this.setLink({ state: "connecting" });
    const open = this.options.open ?? ((url) => new WebSocket(url));
    let socket: Socket;
    try {
      socket = open(this.options.url);
    } catch {
      this.lost("refused");
      return;
    }
    this.socket = socket;
    this.unheard_bytes = 0;
    const connecting = this.after(CONNECT_MS, () => this.lost("no_connection"));
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.cancel(connecting);
      this.after(WELCOME_MS, () => {
        if (!this.live) this.lost("no_welcome");
      });
      const since = this.options.since();
      const hello: ClientFrame = { type: "hello", version: 1, ...(since === undefined ? {} : { since }) };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (message) => {
      if (this.socket === socket) this.receive(message);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost("closed");
    };
    socket.onerror = () => {};
  }

  private receive(message: MessageEvent): void {
    this.heard_at_ms = this.clock.now();
    this.heard += 1;
    this.unheard_bytes = 0;
    let frame: ServerFrame;
    try {
      frame = JSON.parse(String(message.data)) as ServerFrame;
    } catch {
      return;
    }
    if (frame.type === "welcome") this.welcomed(frame.heartbeat_ms, frame.heartbeat_answered === true);
    if (frame.type === "result") this.answered(frame);
    if (frame.type === "goodbye") {
      this.goodbye(frame.reason, frame.retry_after_ms);
      return;
    }
    this.options.onFrame(frame);
  }

  private welcomed(heartbeat_ms: number, heartbeat_answered: boolean): void {
    this.attempt = 0;
    this.down_since_ms = 0;
    this.heartbeat_ms = heartbeat_ms > 0 ? heartbeat_ms : 30_000;
    this.heartbeat_answered = heartbeat_answered;
    this.watch();
    this.setLink({ state: "live" });
  }

  private answered(result: Result): void {
    const open = this.open_commands.get(result.id);
    if (open === undefined) return;
    this.open_commands.delete(result.id);
    this.cancel(open.timer);
    open.settle(result);
  }

  private goodbye(reason: string, retry_after_ms = 0): void {
    if (reason === "session_ended") {
      this.stop();
      this.options.onSignedOut();
      return;
    }
    this.lost(reason, retry_after_ms);
  }

  /** A page cannot see the socket's own pings: heartbeat frames tell that the line lives. */
  private watch(): void {
    this.after(this.heartbeat_answered ? QUIET_MS : this.heartbeat_ms / 2, () => {
      if (!this.heartbeat_answered) this.listen(2.5);
      else if (this.clock.now() - this.heard_at_ms >= QUIET_MS) this.ask();
      if (this.live) this.watch();
    });
  }

  /** Is anybody there? What came since counts, not how late the timer of a page in the background is. */
  private ask(): void {
    // Without the question: that it leaves the page is no sign of life.
    const waiting_bytes = this.socket?.bufferedAmount ?? 0;
    this.send({ type: "heartbeat" });
    this.await_life(this.heard, waiting_bytes);
  }

  /** Long words leave a slow line slowly, and the question stands behind them: while something still leaves, somebody takes it. */
  private await_life(heard: number, waiting_bytes: number): void {
    this.after(SIGN_OF_LIFE_MS + this.unheard_bytes / SLOWEST_LINE_BYTES_PER_MS, () => {
      if (!this.live || this.heard !== heard) return;
      const left_bytes = this.socket?.bufferedAmount ?? 0;
      if (left_bytes < waiting_bytes) this.await_life(heard, left_bytes);
      else this.lost("silent");
    });
  }

  private listen(beats_missed: number): void {
    if (this.live && this.clock.now() - this.heard_at_ms > beats_missed * this.heartbeat_ms) this.lost("silent");
  }

  private lost(reason: string, retry_after_ms = 0): void {
    if (this.link.state === "stopped") return;
    this.drop(reason);
    const now = this.clock.now();
    if (this.down_since_ms === 0) this.down_since_ms = now;
    this.not_before_ms = now + retry_after_ms;
    const wait_ms = retry_after_ms + fullJitter(this.clock, this.attempt, BASE_MS, CEILING_MS);
    this.attempt += 1;
    this.setLink({ state: "waiting", since_ms: this.down_since_ms, retry_at_ms: now + wait_ms, reason });
    this.after(wait_ms, () => this.connect());
  }

  private drop(reason: string): void {
    this.clearTimers();
    const socket = this.socket;
    this.socket = undefined;
    if (socket !== undefined) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      try {
        socket.close();
      } catch {
        // it was not open
      }
    }
    const open = [...this.open_commands.entries()];
    this.open_commands.clear();
    for (const [id, { settle }] of open) settle({ type: "result", id, ok: false, problem: { ...NO_ANSWER, detail: reason } });
  }

  private after(delay_ms: number, run: () => void): Timer {
    const timer = this.clock.after(delay_ms, () => {
      this.timers.delete(timer);
      run();
    });
    this.timers.add(timer);
    return timer;
  }

  private cancel(timer: Timer): void {
    this.clock.cancel(timer);
    this.timers.delete(timer);
  }

  private clearTimers(): void {
    for (const timer of this.timers) this.clock.cancel(timer);
    this.timers.clear();
  }

  private setLink(link: Link): void {
    this.link = link;
    this.options.onLink(link);
  }
}
