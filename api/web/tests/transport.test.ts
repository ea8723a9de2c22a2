// Proves the socket's manners: hello with the cursor, full jitter, goodbye's wait, answers that never come.
import { describe, expect, test, vi } from "vitest";
import { Commands, Marker } from "../src/core/commands";
import { Refusal } from "../src/core/http";
import { Transport, type Link } from "../src/core/transport";
import type { Command, Result } from "../src/core/wire";
import { FakeClock, FakeSocket } from "./fakes";

const WELCOME = { type: "welcome", version: 1, person: { id: "per_a", kind: "staff", name: "A" }, session_id: "ses_a", revision: 5, heartbeat_ms: 30_000 };
const READ: Command = { type: "mark_read", conversation_id: "con_a", seq: 3 };

function make() {
  const clock = new FakeClock();
  const sockets: FakeSocket[] = [];
  const links: Link[] = [];
  let since: number | undefined;
  const onSignedOut = vi.fn();
  const onFrame = vi.fn();
  const transport = new Transport({
    url: "ws://x", clock, since: () => since, onFrame, onLink: (link) => links.push(link), onSignedOut,
    open: () => { const socket = new FakeSocket(); sockets.push(socket); return socket; },
  });
  const last = (): FakeSocket => { const socket = sockets.at(-1); if (!socket) throw new Error("no socket"); return socket; };
  const welcome = (): void => { last().open(); last().say(WELCOME); };
  return { clock, sockets, links, transport, onSignedOut, onFrame, last, welcome, setSince: (value: number) => { since = value; } };
}

describe("transport", () => {
  test("the first hello has no cursor, the next one has", async () => {
    const it = make();
    it.transport.start();
    it.welcome();
    expect(it.last().sent[0]).toEqual({ type: "hello", version: 1 });
    expect(it.transport.live).toBe(true);
    it.setSince(42);
    it.last().breakOff();
    expect(it.links.at(-1)?.state).toBe("waiting");
    await it.clock.pass(1100);
    it.last().open();
    expect(it.last().sent[0]).toEqual({ type: "hello", version: 1, since: 42 });
  });
  test("waits grow, with full jitter, to a ceiling", async () => {
    const it = make();
    it.clock.chance = 0.999;
    it.transport.start();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      it.last().breakOff();
      const link = it.links.at(-1);
      if (link?.state !== "waiting") throw new Error("not waiting");
      waits.push(link.retry_at_ms - it.clock.now());
      await it.clock.pass(waits.at(-1) ?? 0);
    }
    expect(waits[0]).toBeLessThanOrEqual(1000);
    expect(waits[3]).toBeGreaterThan(7000);
    expect(waits.at(-1)).toBeGreaterThan(50_000);
    expect(waits.at(-1)).toBeLessThanOrEqual(60_000);
  });
  test("goodbye says how long to stay away, and nobody may come earlier", async () => {
    const it = make();
    it.transport.start();
    it.welcome();
    it.clock.chance = 0;
    it.last().say({ type: "goodbye", reason: "shutting_down", retry_after_ms: 4000 });
    it.transport.retryNow();
    await it.clock.pass(3999);
    expect(it.sockets.length).toBe(1);
    await it.clock.pass(2);
    expect(it.sockets.length).toBe(2);
  });
  test("a thousand that a node refuses do not come back together", async () => {
    const counts = new Array<number>(10).fill(0);
    for (let client = 0; client < 1000; client += 1) {
      const it = make();
      it.clock.chance = ((client * 7919) % 1000) / 1000;
      it.transport.start();
      it.last().breakOff(); // 503: a page sees a socket that never opened
      const link = it.links.at(-1);
      if (link?.state !== "waiting") throw new Error("not waiting");
      const slot = Math.floor((link.retry_at_ms - it.clock.now()) / 100);
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(110);
  });
  test("a session that has ended is not asked again", async () => {
    const it = make();
    it.transport.start();
    it.welcome();
    it.last().say({ type: "goodbye", reason: "session_ended" });
    expect(it.onSignedOut).toHaveBeenCalledTimes(1);
    await it.clock.pass(60_000);
    expect(it.sockets.length).toBe(1);
  });
  test("a session that is over is told in the first word, by goodbye", async () => {
    const it = make();
    it.transport.start();
    it.last().open();
    it.last().say({ type: "goodbye", reason: "session_ended" });
    expect(it.onSignedOut).toHaveBeenCalledTimes(1);
    expect(it.links.at(-1)?.state).toBe("stopped");
  });
  test("answers find their command; a break answers all that are open", async () => {
    const it = make();
    it.transport.start();
    it.welcome();
    const first = it.transport.command(READ, "a".repeat(32));
    const second = it.transport.command(READ, "b".repeat(32));
    it.last().say({ type: "result", id: "a".repeat(32), ok: true, seq: 3 });
    it.last().breakOff();
    expect(await first).toMatchObject({ ok: true, seq: 3 });
    expect(await second).toMatchObject({ ok: false, problem: { code: "unreachable" } });
  });
  test("silence after a command breaks the line", async () => {
    const it = make();
    it.transport.start();
    it.welcome();
    const asked = it.transport.command(READ);
    await it.clock.pass(15_001);
    expect(await asked).toMatchObject({ ok: false });
    expect(it.transport.live).toBe(false);
  });
  test("a machine that says nothing any more is left within seconds", async () => {
    const it = make();
    it.transport.start();
    it.last().open();
    it.last().say({ ...WELCOME, heartbeat_answered: true });
    for (let minute = 0; minute < 5; minute += 1) {
      await it.clock.pass(4000);
      expect(it.last().sent.at(-1)).toEqual({ type: "heartbeat" });
      it.last().say({ type: "heartbeat" });
    }
    await it.clock.pass(12_000);
    expect(it.links.some((link) => link.state === "waiting" && link.reason === "silent")).toBe(true);
  });
  test("who waits for an answer asks sooner", async () => {
    const it = make();
    it.transport.start();
    it.last().open();
    it.last().say({ ...WELCOME, heartbeat_answered: true });
    const answer = it.transport.command(READ);
    await it.clock.pass(6050);
    expect(it.links.some((link) => link.state === "waiting" && link.reason === "silent")).toBe(true);
    expect((await answer).ok).toBe(false);
  });
  test("a slow line is not a silent one while something leaves it", async () => {
    const it = make();
    it.transport.start();
    it.last().open();
    it.last().say({ ...WELCOME, heartbeat_answered: true });
    it.last().bufferedAmount = 60_000;
    for (let second = 0; second < 14; second += 1) {
      it.last().bufferedAmount -= 4000;
      await it.clock.pass(1000);
    }
    expect(it.transport.live).toBe(true);
    await it.clock.pass(9000);
    expect(it.links.some((link) => link.state === "waiting" && link.reason === "silent")).toBe(true);
  });
  test("long words on a slow line get the time that they take", async () => {
    const it = make();
    it.transport.start();
    it.last().open();
    it.last().say({ ...WELCOME, heartbeat_answered: true });
    void it.transport.command({ ...READ, note: "x".repeat(60_000) } as unknown as Command);
    await it.clock.pass(13_000);
    expect(it.transport.live).toBe(true);
    await it.clock.pass(1_000);
    expect(it.transport.live).toBe(false);
  });
  test("who speaks is not asked; a page that comes back to the front asks at once", async () => {
    const it = make();
    it.transport.start();
    it.last().open();
    it.last().say({ ...WELCOME, heartbeat_answered: true });
    for (let second = 0; second < 20; second += 1) {
      await it.clock.pass(1000);
      it.last().say({ type: "typing", conversation_id: "con_a", person_id: "per_b", name: "B", active: true });
    }
    expect(it.last().sent).toEqual([{ type: "hello", version: 1 }]);
    it.transport.wake();
    expect(it.last().sent.at(-1)).toEqual({ type: "heartbeat" });
    it.last().say({ type: "heartbeat" });
    await it.clock.pass(3000);
    expect(it.transport.live).toBe(true);
  });
  test("a browser that looks for the next machine gets its time; one that hangs after that does not", async () => {
    const it = make();
    it.transport.start();
    await it.clock.pass(22_000);
    expect(it.sockets.length).toBe(1);
    it.last().open();
    await it.clock.pass(10_001);
    expect(it.links.some((link) => link.state === "waiting" && link.reason === "no_welcome")).toBe(true);
  });
  test("heartbeats keep a quiet line; heartbeats that stop break it", async () => {
    const it = make();
    it.transport.start();
    it.welcome();
    for (let beat = 0; beat < 10; beat += 1) {
      await it.clock.pass(30_000);
      it.last().say({ type: "heartbeat" });
    }
    expect(it.transport.live).toBe(true);
    await it.clock.pass(70_000);
    expect(it.transport.live).toBe(true);
    await it.clock.pass(25_000);
    expect(it.links.some((link) => link.state === "waiting" && link.reason === "silent")).toBe(true);
  });
  test("a page that comes back to the front does not trust a line that missed a beat", async () => {
    const it = make();
    it.transport.start();
    it.welcome();
    it.clock.time_ms += 40_000; // asleep: no timer ran
    it.transport.wake();
    expect(it.transport.live).toBe(true);
    it.clock.time_ms += 10_000;
    it.transport.wake();
    expect(it.transport.live).toBe(false);
  });
  test("nonsense is ignored", () => {
    const it = make();
    it.transport.start();
    it.welcome();
    it.last().onmessage?.({ data: "{" } as MessageEvent);
    expect(it.transport.live).toBe(true);
  });
});

describe("commands", () => {
  const line = (answers: Result["ok"][] | (() => Result), ids: string[]) => ({
    live: true,
    command: (_command: Command, id = ""): Promise<Result> => {
      ids.push(id);
      if (typeof answers === "function") return Promise.resolve(answers());
      return Promise.resolve(answers.shift() ? { type: "result", id, ok: true } : { type: "result", id, ok: false, problem: { status: 503, code: "outcome_unknown" } });
    },
  });
  test("in doubt it asks again with the same id", async () => {
    const clock = new FakeClock();
    const ids: string[] = [];
    const done = new Commands(line([false, false, true], ids), clock).run(READ);
    await clock.pass(60_000);
    expect((await done).ok).toBe(true);
    expect(ids.length).toBe(3);
    expect(new Set(ids).size).toBe(1);
  });
  test("a refusal is final", async () => {
    const ids: string[] = [];
    const commands = new Commands(line(() => ({ type: "result", id: "", ok: false, problem: { status: 409, code: "edit_window_closed" } }), ids), new FakeClock());
    await expect(commands.run(READ)).rejects.toBeInstanceOf(Refusal);
    expect(ids.length).toBe(1);
  });
  test("marks: the newest of a period, at most one each second", async () => {
    const clock = new FakeClock();
    const sent: number[] = [];
    const marker = new Marker("confirm_delivery", 1000, { live: true, command: (command) => { sent.push((command as { seq: number }).seq); return Promise.resolve({ type: "result", id: "", ok: true }); } }, clock);
    for (let seq = 1; seq <= 50; seq += 1) marker.mark("con_a", seq);
    await clock.pass(999);
    expect(sent).toEqual([]);
    await clock.pass(10);
    expect(sent).toEqual([50]);
    marker.mark("con_a", 50);
    await clock.pass(5000);
    expect(sent).toEqual([50]);
  });
});
