// Proves the outbox: in order, once, the same id until an answer, refusals final, stale STAT asked.
import { describe, expect, test, vi } from "vitest";
import { sentence } from "../src/core/problems";
import { MemoryRows, Seal } from "../src/core/sealed-rows";
import { Outbox, SEEN_STALE_MS, STAT_STALE_MS, type Row, type TabNote } from "../src/core/outbox";
import type { Command, Problem, Result, SendMessage } from "../src/core/wire";
import { FakeClock, RAMAN, said, settle } from "./fakes";
import "../src/ui/kit/refusals";

type Answer = "ok" | "silence" | Problem;
class Rows extends MemoryRows<Row> { override readonly durable = true as unknown as false; }
/** A disk that takes its time, more for writing than for deleting. */
class SlowRows extends Rows {
  /** How few there were after the first one was kept and before one was sent for good. */
  fewest = Infinity;
  override async put(id: string, value: Row): Promise<void> { for (let turn = 0; turn < 4; turn += 1) await Promise.resolve(); await super.put(id, value); }
  override async remove(id: string): Promise<void> {
    const [before] = [await super.all()];
    const held = before.find((one) => one.id === id)?.value;
    await super.remove(id);
    if (held?.state === "failed") this.fewest = Math.min(this.fewest, (await super.all()).length);
  }
}
/** A disk without room for one more. */
class FullRows extends Rows {
  room = Infinity;
  override async put(id: string, value: Row): Promise<void> {
    const held = await super.all();
    if (held.length >= this.room && !held.some((one) => one.id === id)) throw new DOMException("no room", "QuotaExceededError");
    await super.put(id, value);
  }
}
const words = (body: string, more: Partial<SendMessage> = {}): SendMessage => ({ body, audience: "everyone", priority: "routine", mentions: [], ...more });

function make(answers: (body: string, attempt: number) => Answer = () => "ok", leading = true, rows = new Rows()) {
  const clock = new FakeClock();
  const sent: { id: string; body: string }[] = [];
  const messages: SendMessage[] = [];
  const notes: TabNote[] = [];
  let seq = 10;
  const line = {
    live: true,
    command: (command: Command, id = ""): Promise<Result> => {
      if (command.type !== "send_message") throw new Error("not a message");
      sent.push({ id, body: command.body });
      const { type: _type, conversation_id: _about, ...message } = command;
      messages.push(message);
      const answer = answers(command.body, sent.filter((one) => one.id === id).length);
      if (answer === "ok") return Promise.resolve({ type: "result", id, ok: true, seq: (seq += 1) });
      return Promise.resolve({ type: "result", id, ok: false, problem: answer === "silence" ? { status: 0, code: "unreachable" } : answer });
    },
  };
  const outbox = new Outbox({ rows, line, clock, leading: () => leading, tell: (note) => notes.push(note), onChange: () => {} });
  return { clock, sent, messages, notes, line, outbox, rows };
}

describe("outbox", () => {
  test("first written, first sent, in each conversation", async () => {
    const it = make();
    for (const body of ["1", "2", "3"]) void it.outbox.write("con_a", words(body));
    await it.clock.pass(100);
    expect(it.sent.map((one) => one.body)).toEqual(["1", "2", "3"]);
  });
  test("a disk that lets go of nothing holds nobody up: what was accepted is, and the next goes", async () => {
    const it = make();
    vi.spyOn(it.rows, "remove").mockRejectedValue(new Error("the disk"));
    for (const body of ["1", "2"]) void it.outbox.write("con_a", words(body));
    await it.clock.pass(100);
    expect([it.sent.map((one) => one.body), it.outbox.of("con_a").map(({ state }) => state)]).toEqual([["1", "2"], ["accepted", "accepted"]]);
  });
  test("no answer: the same id again, and nobody overtakes", async () => {
    const it = make((body, attempt) => (body === "1" && attempt < 3 ? "silence" : "ok"));
    void it.outbox.write("con_a", words("1"));
    void it.outbox.write("con_a", words("2"));
    await it.clock.pass(60_000);
    expect(it.sent.map((one) => one.body)).toEqual(["1", "1", "1", "2"]);
    expect(new Set(it.sent.filter((one) => one.body === "1").map((one) => one.id)).size).toBe(1);
  });
  test("outcome_unknown waits as long as the node says", async () => {
    const it = make((_body, attempt) => (attempt === 1 ? { status: 503, code: "outcome_unknown", retry_after_ms: 5000 } : "ok"));
    void it.outbox.write("con_a", words("1"));
    await it.clock.pass(4900);
    expect(it.sent.length).toBe(1);
    await it.clock.pass(2000);
    expect(it.sent.length).toBe(2);
  });
  test("a refusal is final, shown, and does not hold up the next; retry has a new id", async () => {
    const it = make((body, attempt) => (body === "1" && attempt === 1 && it.sent.length < 2 ? { status: 409, code: "archived" } : "ok"));
    const row = await it.outbox.write("con_a", words("1"));
    await it.outbox.write("con_a", words("2"));
    await it.clock.pass(100_000);
    expect(it.outbox.of("con_a")[0]).toMatchObject({ state: "failed", problem: { code: "archived" } });
    expect(it.sent.map((one) => one.body)).toEqual(["1", "2"]);
    await it.outbox.retry(row.id);
    await it.clock.pass(100);
    expect(it.sent.at(-1)?.body).toBe("1");
    expect(it.sent.at(-1)?.id).not.toBe(row.id);
  });
  test("what a closed conversation refuses keeps its words, and says why", async () => {
    const rows = new Rows();
    const it = make(() => ({ status: 409, code: "closed" }), true, rows);
    await it.outbox.write("con_a", words("and the other knee?"));
    await it.clock.pass(100);
    const row = it.outbox.of("con_a")[0];
    expect(row).toMatchObject({ state: "failed", message: { body: "and the other knee?" } });
    expect((await rows.all()).length).toBe(1);
    expect(sentence(row?.problem ?? { status: 0, code: "" })).toMatch(/^Your care team has closed this conversation\./);
  });
  test("what its author had seen goes along at once; a colleague's reply meanwhile is a refusal, and the words come back with it", async () => {
    const rows = new Rows();
    const it = make((_body, attempt) => (attempt === 1 && it.sent.length === 1 ? { status: 409, code: "another_replied" } : "ok"), true, rows);
    const row = await it.outbox.write("con_a", words("Take two", { seen_seq: 7 }));
    await it.clock.pass(100);
    expect(it.messages).toEqual([words("Take two", { seen_seq: 7 })]);
    expect(it.outbox.of("con_a")[0]).toMatchObject({ state: "failed", problem: { code: "another_replied" }, message: { body: "Take two" } });
    expect((await rows.all()).length).toBe(1);
    await it.outbox.retry(row.id, words("Take two", { seen_seq: 9 }));
    await it.clock.pass(100);
    expect([it.messages[1]?.seen_seq, it.sent[1]?.id === row.id]).toEqual([9, false]);
  });
  test("written without a connection it goes without that when it goes late, and is not lost", async () => {
    const it = make();
    it.line.live = false;
    for (const [body, conversation] of [["late", "con_a"], ["stat", "con_b"]] as const) await it.outbox.write(conversation, words(body, { seen_seq: 7, read_by_ms: 9, ...(body === "stat" ? { priority: "stat" } : {}) }));
    await it.clock.pass(SEEN_STALE_MS + 1);
    await it.outbox.write("con_c", words("in time", { seen_seq: 7 }));
    it.line.live = true;
    it.outbox.drain();
    await it.clock.pass(10);
    expect(it.messages).toEqual([words("late", { read_by_ms: 9 }), words("stat", { read_by_ms: 9, priority: "stat" }), words("in time", { seen_seq: 7 })]);
  });
  test("a STAT message that waited and is sent after all goes without it, too", async () => {
    const it = make();
    it.line.live = false;
    const row = await it.outbox.write("con_a", words("come", { priority: "stat", seen_seq: 7 }));
    await it.clock.pass(STAT_STALE_MS + 1);
    it.line.live = true;
    it.outbox.drain();
    await it.clock.pass(10);
    await it.outbox.retry(row.id);
    await it.clock.pass(10);
    expect(it.messages).toEqual([words("come", { priority: "stat" })]);
  });
  test("once it may have left it is the same message under its id, however late", async () => {
    const rows = new Rows();
    const before = make(() => "silence", true, rows);
    await before.outbox.write("con_a", words("1", { seen_seq: 7 }));
    await settle();
    before.outbox.stop();
    const after = make((_body, attempt) => (attempt < 3 ? "silence" : "ok"), true, rows);
    after.clock.time_ms += SEEN_STALE_MS * 10;
    await after.outbox.load();
    await after.clock.pass(60_000);
    expect(after.messages).toEqual([1, 2, 3].map(() => words("1", { seen_seq: 7 })));
  });
  test("a STAT message that waited two minutes asks first", async () => {
    const it = make();
    it.line.live = false;
    const row = await it.outbox.write("con_a", words("come", { priority: "stat" }));
    await it.clock.pass(STAT_STALE_MS + 1);
    it.line.live = true;
    it.outbox.drain();
    await it.clock.pass(10);
    expect(it.sent).toEqual([]);
    expect(it.outbox.of("con_a")[0]?.state).toBe("ask");
    await it.outbox.retry(row.id);
    await it.clock.pass(10);
    expect(it.sent).toEqual([{ id: row.id, body: "come" }]);
  });
  test("what may have left cannot be taken back; what did not leave can", async () => {
    const it = make(() => "silence");
    const row = await it.outbox.write("con_a", words("1"));
    await settle();
    expect(await it.outbox.withdraw(row.id)).toBeUndefined();
    it.line.live = false;
    const other = await it.outbox.write("con_b", words("2"));
    expect((await it.outbox.withdraw(other.id))?.body).toBe("2");
    expect(await it.rows.all().then((rows) => rows.map((one) => one.value.message.body))).toEqual(["1"]);
  });
  test("sent again with two clicks it goes once, and its words are on the disk at every moment", async () => {
    const rows = new SlowRows();
    const it = make((_body, attempt) => (attempt === 1 && it.sent.length === 1 ? { status: 409, code: "another_replied" } : "ok"), true, rows);
    const row = await it.outbox.write("con_a", words("Take two"));
    await it.clock.pass(100);
    const clicks = [it.outbox.retry(row.id), it.outbox.retry(row.id)];
    expect(it.outbox.of("con_a").map(({ id, state }) => [id === row.id, state])).toEqual([[false, "waiting"]]);
    await Promise.all(clicks);
    await it.clock.pass(100);
    expect([it.sent.length, it.sent[1]?.id === row.id, it.notes.filter(({ type }) => type === "remove")]).toEqual([2, false, [{ type: "remove", id: row.id }]]);
    expect(rows.fewest).toBe(1);
    expect(await rows.all()).toEqual([]);
  });
  test("taken back it does not go when the link comes back meanwhile, nor when the disk is read again, and its words are there at once", async () => {
    const rows = new SlowRows();
    const it = make(() => "ok", true, rows);
    it.line.live = false;
    const row = await it.outbox.write("con_a", words("1"));
    const read = it.outbox.load();
    expect(it.outbox.withdraw(row.id)?.body).toBe("1");
    expect([it.outbox.withdraw(row.id), it.outbox.of("con_a")]).toEqual([undefined, []]);
    it.line.live = true;
    it.outbox.drain();
    await read;
    await it.clock.pass(100);
    expect([it.sent, it.outbox.of("con_a"), await rows.all()]).toEqual([[], [], []]);
  });
  test("taken back before it is on the disk it does not stay there; what the disk does not do loses no words", async () => {
    const rows = new SlowRows();
    const it = make(() => "ok", true, rows);
    it.line.live = false;
    const written = it.outbox.write("con_a", words("1"));
    expect(it.outbox.withdraw(it.outbox.of("con_a")[0]?.id ?? "")?.body).toBe("1");
    await written;
    await settle();
    expect(await rows.all()).toEqual([]);
    const row = await it.outbox.write("con_a", words("2"));
    vi.spyOn(rows, "remove").mockRejectedValue(new Error("the disk"));
    expect(it.outbox.withdraw(row.id)?.body).toBe("2");
    await settle();
  });
  test("a tab that does not lead does not send, it tells", async () => {
    const it = make(() => "ok", false);
    await it.outbox.write("con_a", words("1"));
    await it.clock.pass(1000);
    expect(it.sent).toEqual([]);
    expect(it.notes[0]).toMatchObject({ type: "put" });
  });
  test("after a crash the rows come back with their ids", async () => {
    const rows = new Rows();
    const before = make(() => "silence", true, rows);
    const row = await before.outbox.write("con_a", words("1"));
    await settle();
    before.outbox.stop();
    const after = make(() => "ok", true, rows);
    await after.outbox.load();
    await after.clock.pass(10);
    expect(after.sent).toEqual([{ id: row.id, body: "1" }]);
    expect(await rows.all()).toEqual([]);
  });
  test("the event before the answer: shown once", async () => {
    let answer: (result: Result) => void = () => {};
    const it = make();
    it.line.command = (_command: Command, id = "") => new Promise<Result>((resolve) => { answer = (result) => resolve({ ...result, id }); });
    await it.outbox.write("con_a", words("same"));
    await settle();
    it.outbox.seen(said(9, 3, "same", RAMAN), RAMAN.id);
    expect(it.outbox.of("con_a")[0]?.seq).toBe(9);
    answer({ type: "result", id: "", ok: true, seq: 9 });
    await settle();
    expect(it.outbox.of("con_a")).toEqual([]);
  });
  test("the answer before the event: shown as sent until the event is held", async () => {
    const it = make();
    await it.outbox.write("con_a", words("1"));
    await settle();
    expect(it.outbox.of("con_a")[0]).toMatchObject({ state: "accepted", seq: 11 });
    it.outbox.held("con_a", 10);
    expect(it.outbox.of("con_a").length).toBe(1);
    it.outbox.held("con_a", 11);
    expect(it.outbox.of("con_a")).toEqual([]);
  });
  test("what the disk has no room for is known to be in this page only, until it is kept or sent", async () => {
    const rows = new FullRows();
    const it = make((_, attempt) => (attempt === 1 ? { status: 409, code: "archived" } : "ok"), true, rows);
    const shown = (): (boolean | undefined)[] => it.outbox.of("con_a").map(({ loose }) => loose);
    await it.outbox.write("con_a", words("1"));
    await settle();
    expect([it.outbox.of("con_a")[0]?.state, shown()]).toEqual(["failed", [false]]);
    it.line.live = false;
    rows.room = 0;
    await it.outbox.retry(it.outbox.of("con_a")[0]?.id ?? "");
    expect(shown()).toEqual([true]);
    expect(it.outbox.waiting().map(({ message }) => message.body)).toEqual(["1"]);
    // there is room again: it is kept with its next step, and nothing on the disk says otherwise
    rows.room = 1;
    it.line.live = true;
    it.line.command = () => new Promise(() => {});
    it.outbox.drain();
    await settle();
    expect(shown()).toEqual([false]);
    expect((await rows.all()).map(({ value }) => [value.state, value.loose])).toEqual([["sending", false]]);
  });
  test("sent again it has the room of the one that it stands for", async () => {
    const rows = new FullRows();
    rows.room = 1;
    const it = make((_, attempt) => (attempt === 1 ? { status: 409, code: "archived" } : "ok"), true, rows);
    await it.outbox.write("con_a", words("1"));
    await settle();
    it.line.live = false;
    await it.outbox.retry(it.outbox.of("con_a")[0]?.id ?? "");
    expect(it.outbox.of("con_a").map(({ state, loose }) => [state, loose])).toEqual([["waiting", false]]);
    expect((await rows.all()).map(({ value }) => [value.id, value.state])).toEqual([[it.outbox.of("con_a")[0]?.id, "waiting"]]);
  });
  test("what never had room is sent from the page, once", async () => {
    const rows = new FullRows();
    rows.room = 0;
    const it = make(() => "ok", true, rows);
    await it.outbox.write("con_a", words("1"));
    await settle();
    expect(it.sent.map(({ body }) => body)).toEqual(["1"]);
    expect(it.outbox.waiting()).toEqual([]);
  });
});

describe("seal", () => {
  test("opens only with the row it was made for; the key cannot leave", async () => {
    const key = await Seal.newKey();
    const seal = new Seal(key);
    const row = await seal.seal("a", { body: "sore throat" });
    expect(new TextDecoder().decode(row.sealed)).not.toContain("sore");
    expect(await seal.open("a", row.iv, row.sealed)).toEqual({ body: "sore throat" });
    await expect(seal.open("b", row.iv, row.sealed)).rejects.toThrow();
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });
});
