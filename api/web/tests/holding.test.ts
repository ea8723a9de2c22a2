// Proves that a reply to a patient can be undone for as long as the clinic says, that nothing overtakes it, that nothing is lost or sent twice when
// its page goes, and that a message that names another patient goes nowhere without being told to.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { asPerson, unchecked, writable } from "../src/core/guard";
import { Outbox, type Row, type TabNote } from "../src/core/outbox";
import { MemoryRows } from "../src/core/sealed-rows";
import type { Command, Conversation, Problem, Result, SendMessage, Settings } from "../src/core/wire";
import Refused from "../src/ui/staff/Refused.svelte";
import { announcer } from "../src/vm/announce.svelte";
import { clinic } from "../src/vm/clinic.svelte";
import { Composer } from "../src/vm/composer.svelte";
import { draftOf, dropDrafts } from "../src/vm/drafts";
import { heldIn, isHeld, leave, mayUndo, sendNow, undo } from "../src/vm/holding.svelte";
import { own } from "../src/vm/own.svelte";
import { router } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { guard, undo as words } from "../locales/en-staff-guard";
import { conversation, FakeClock, patientTask, RAMAN } from "./fakes";

class Rows extends MemoryRows<Row> { override readonly durable = true as unknown as false; }
const patient = (more: Partial<Conversation> = {}): Conversation => conversation({ kind: "patient", patient: patientTask().patient ?? null, care: { stage: "open" }, my: { member: true, first_seq: 1, read_seq: 3, read_number: 2, unread: 0, may: ["send", "note"] }, ...more });
const message = (body: string, more: Partial<SendMessage> = {}): SendMessage => ({ body, audience: "everyone", priority: "routine", mentions: [], check_patient: true, ...more });
const NAMED: Problem = { status: 409, code: "another_patient", found: [{ what: "name", text: "Leo Tran" }, { what: "record_number", text: "MRN-10204" }] };

let clock: FakeClock;
let rows: Rows;
let sent: { id: string; message: SendMessage }[];
let notes: TabNote[];
let answer: Problem | undefined;
let leading: boolean;
const fetched = vi.fn();

function outbox(): Outbox {
  const line = {
    live: true,
    command: (command: Command, id = ""): Promise<Result> => {
      const { type: _type, conversation_id: _where, ...said } = command as Command & SendMessage & { conversation_id: string };
      sent.push({ id, message: said });
      return Promise.resolve(answer ? { type: "result", id, ok: false, problem: answer } : { type: "result", id, ok: true, seq: 10 + sent.length });
    },
  };
  session.sync = { transport: { ...line, send: () => true }, fetchConversation: () => Promise.resolve() } as unknown as NonNullable<typeof session.sync>;
  return new Outbox({ rows, line, clock, leading: () => leading, tell: (note) => notes.push(note), onChange: (id) => session.store.touch(id) });
}
const open = (undo_s = 10): void => { clinic.safeguards = { undo_s }; };
const bodies = (): string[] => sent.map((one) => one.message.body);
async function pass(span_ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + span_ms);
  await clock.pass(span_ms);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("fetch", fetched);
  fetched.mockReset().mockResolvedValue(new Response());
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  clock = new FakeClock();
  vi.setSystemTime(clock.now());
  rows = new Rows();
  [sent, notes, answer, leading] = [[], [], undefined, true];
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "Mercy" }, permissions: [] };
  session.outbox = outbox();
  session.store.putConversation(patient());
  router.now = { section: "inbox", conversation: "con_a", thread: undefined, filter: undefined };
  open();
});
afterEach(() => {
  cleanup();
  dropDrafts();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.store.clear();
  session.sync = session.me = session.outbox = clinic.safeguards = undefined;
  own.forget();
});

describe("held", () => {
  test("a reply to a patient leaves after the clinic's time, and counts as written then", async () => {
    await session.send("con_a", message("Take two", { seen_seq: 5 }));
    await pass(9_900);
    expect(bodies()).toEqual([]);
    await pass(200);
    expect(sent.map((one) => one.message)).toEqual([message("Take two", { seen_seq: 5 })]);
  });
  test("nothing is, where the clinic says so, where its words are not known yet, and in other rooms", async () => {
    open(0);
    await session.send("con_a", message("1"));
    clinic.safeguards = undefined;
    await session.send("con_a", message("2"));
    open();
    session.store.putConversation(conversation({ id: "con_b", kind: "group" }));
    await session.send("con_b", { body: "3", audience: "everyone", priority: "routine", mentions: [] });
    await session.send("con_a", message("4", { audience: "team" }));
    await pass(100);
    expect(bodies()).toEqual(["1", "2", "3", "4"]);
  });
  test("what is written behind it waits as long, elsewhere it does not; what is urgent takes it along", async () => {
    session.store.putConversation(patient({ id: "con_b" }));
    await session.send("con_a", message("reply"));
    await session.send("con_a", message("note", { audience: "team" }));
    await session.send("con_b", message("other note", { audience: "team" }));
    await pass(5_000);
    expect(bodies()).toEqual(["other note"]);
    await session.send("con_a", message("now", { priority: "stat" }));
    await pass(10);
    expect(bodies()).toEqual(["other note", "reply", "note", "now"]);
  });
  test("is sent now when told to, with what its author had seen", async () => {
    await session.send("con_a", message("Take two", { seen_seq: 5 }));
    await pass(8_000);
    sendNow(heldIn("con_a"));
    await pass(10);
    expect(sent[0]?.message.seen_seq).toBe(5);
    expect(heldIn("con_a")).toEqual([]);
  });
});

describe("undone", () => {
  test("it is nowhere any more, and its words are in the box with their terms", async () => {
    const say = vi.spyOn(announcer, "say");
    await session.send("con_a", message("Take two", { read_by_ms: 99 }));
    const [row] = heldIn("con_a");
    expect(row && mayUndo(row)).toBe(true);
    undo(row as Row);
    await pass(20_000);
    expect([bodies(), await rows.all(), session.outbox?.of("con_a")]).toEqual([[], [], []]);
    expect(notes.at(-1)).toEqual({ type: "remove", id: row?.id });
    expect(draftOf("con_a")).toMatchObject({ text: "Take two", audience: "everyone", read_by_ms: 99 });
    expect(say).toHaveBeenCalledWith(words.undone);
  });
  test("not in the last moment: another tab may be sending it", async () => {
    await session.send("con_a", message("Take two"));
    await pass(9_800);
    const [row] = heldIn("con_a");
    expect(row && [isHeld(row), mayUndo(row)]).toEqual([true, false]);
    undo(row as Row);
    await pass(500);
    expect(bodies()).toEqual(["Take two"]);
  });
  test("with other words in the box it is kept beside them, unsent, and can be sent as if it were written then", async () => {
    const view = new ThreadView("con_a");
    const box = new Composer(view, undefined);
    const close = box.open();
    await session.send("con_a", message("Take two"));
    box.text = "And";
    undo(heldIn("con_a")[0] as Row);
    await pass(20_000);
    expect([bodies(), box.text]).toEqual([[], "And"]);
    const [row] = session.outbox?.of("con_a") ?? [];
    render(Refused, { row: row as Row, view, note: false, box: undefined });
    expect(screen.getByRole("alert").textContent).toContain(words.why);
    await fireEvent.click(screen.getByRole("button", { name: words.send }));
    expect(heldIn("con_a").map((one) => one.message.body)).toEqual(["Take two"]);
    close();
  });
  test("by the keys of an empty box: the last one; Enter sends them", async () => {
    const box = document.body.appendChild(document.createElement("textarea"));
    box.dataset["composer"] = "";
    await session.send("con_a", message("1"));
    await session.send("con_a", message("2"));
    box.value = "x";
    await fireEvent.keyDown(box, { key: "z", ctrlKey: true });
    expect(heldIn("con_a").length).toBe(2);
    box.value = "";
    await fireEvent.keyDown(box, { key: "z", ctrlKey: true });
    expect(heldIn("con_a").map((one) => one.message.body)).toEqual(["1"]);
    expect(await fireEvent.keyDown(box, { key: "Enter" })).toBe(false); // it was for this
    await pass(10);
    expect(bodies()).toEqual(["1"]);
    expect(await fireEvent.keyDown(box, { key: "Enter" })).toBe(true);
    box.remove();
  });
});

describe("a page that goes", () => {
  test("hands it to the socket under its id; from the disk it is the same message, is sent at once, and cannot be taken back any more", async () => {
    await session.send("con_a", message("Take two", { seen_seq: 5 }));
    await pass(2_000);
    const id = heldIn("con_a")[0]?.id ?? "";
    leave();
    expect(sent.map((one) => one.id)).toContain(id);
    expect(fetched.mock.calls).toEqual([["/v1/conversations/con_a/messages", expect.objectContaining({ keepalive: true, headers: expect.objectContaining({ "idempotency-key": id }), body: JSON.stringify(message("Take two", { seen_seq: 5 })) })]]);
    await pass(100);
    // as if the page had ended before anything more was kept
    const kept: Row = { id, order: 1, conversation_id: "con_a", created_at_ms: Date.now() + 8_000, message: message("Take two", { seen_seq: 5 }), state: "waiting", attempts: 0, problem: null, seq: null, hold_until_ms: Date.now() + 8_000 };
    session.outbox?.stop();
    rows = new Rows();
    await rows.put(id, kept);
    sent = [];
    const next = outbox();
    await next.load();
    expect(next.withdraw(id)).toBeUndefined();
    await pass(60_000);
    expect(sent).toEqual([{ id, message: message("Take two", { seen_seq: 5 }) }]);
  });
  test("does not overtake what still waits, and leaves what another tab wrote to that one", async () => {
    leading = false;
    await session.send("con_a", message("mine"));
    const theirs: Row = { ...(heldIn("con_a")[0] as Row), id: "theirs", order: 1, conversation_id: "con_b" };
    session.outbox?.hear({ type: "put", row: theirs });
    const before: Row = { ...theirs, id: "before", conversation_id: "con_a", attempts: 2, hold_until_ms: undefined };
    session.outbox?.hear({ type: "put", row: before });
    leading = true;
    leave();
    expect(sent).toEqual([]); // not out of its turn
    expect(heldIn("con_b").map((one) => one.id)).toEqual(["theirs"]);
    await pass(10);
    expect(sent.map((one) => one.id)).toEqual(["before", expect.not.stringMatching("theirs")]);
  });
});

describe("another patient", () => {
  const failed = (): Row => ({ id: crypto.randomUUID(), order: 1, conversation_id: "con_a", created_at_ms: 0, message: message("For Leo Tran", { seen_seq: 5 }), state: "failed", attempts: 1, problem: NAMED, seq: null });
  const view = (): ThreadView => new ThreadView("con_a");
  const box = (room?: "fullBox") => ({ room: () => room, put: vi.fn() });

  test("staff ask for the check in every patient's conversation, patients and other rooms do not", () => {
    const composer = new Composer(view(), undefined);
    composer.audience = "team";
    expect(composer.message("x").check_patient).toBe(true);
    session.store.putConversation(conversation({ id: "con_b" }));
    expect("check_patient" in new Composer(new ThreadView("con_b"), undefined).message("x")).toBe(false);
    expect("check_patient" in unchecked(message("x"))).toBe(false);
  });
  test("is asked about once, over the page, the safe way first: what was found, and whose conversation this is", async () => {
    const row = failed();
    const alarm = vi.spyOn(announcer, "alarm");
    const retry = vi.spyOn(session.outbox as Outbox, "retry").mockResolvedValue();
    const { unmount } = render(Refused, { row, view: view(), note: false, box: box() });
    await tick();
    const dialog = screen.getByRole("alertdialog", { name: guard.title });
    expect(dialog.textContent).toContain("Leo Tran");
    expect(dialog.textContent).toMatch(/Maria Garcia.*born 03\/12\/1984.*number MRN-10240/);
    expect(dialog.querySelector("[data-autofocus]")?.textContent).toBe(guard.back);
    expect(alarm.mock.calls[0]?.[0]).toContain("“Leo Tran” and “MRN-10204”");
    await fireEvent.click([...dialog.querySelectorAll("footer button")][1] as HTMLElement);
    expect(retry).toHaveBeenCalledWith(row.id, unchecked(row.message));
    unmount();
    render(Refused, { row, view: view(), note: false, box: box() });
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(screen.getByRole("button", { name: guard.anyway })).toBeTruthy();
  });
  test("while something else is written it is asked beside the words, and takes no focus", async () => {
    render(Refused, { row: failed(), view: view(), note: false, box: box("fullBox") });
    await tick();
    expect(screen.queryByRole("alertdialog")).toBeNull();
    for (const name of [guard.back, guard.anyway, guard.other]) expect(screen.getByRole("button", { name })).toBeTruthy();
  });
  test("of one that left while its author was elsewhere they are told under the header", async () => {
    answer = NAMED;
    router.now = { section: "inbox", conversation: "con_z", thread: undefined, filter: undefined };
    await session.send("con_a", message("For Leo Tran"));
    await pass(100);
    await vi.waitFor(() => expect(session.waiting.length).toBe(1));
    await pass(10_000);
    await vi.waitFor(() => expect(own.notices).toEqual([{ trouble: guard.elsewhere("Maria Garcia"), conversation_id: "con_a" }]));
  });
  test("only conversations in which one may write are offered, who was found first, by name, number, birth date or topic", () => {
    const leo = { id: "per_leo", name: "Leo Tran", mrn: "MRN-10300", birth_date: "2015-04-01", state: "active" };
    const of = (id: string, more: Partial<Conversation>): Conversation => patient({ id, ...more });
    const all = [
      of("con_1", { topic: "Knee" }), of("con_2", { patient: leo, topic: "Fever" }), of("con_3", { patient: leo, state: "archived" }),
      of("con_4", { patient: { ...leo, state: "invited" }, topic: "Cough" }), of("con_5", { patient: leo, my: { ...patient().my, may: ["note"] } }), conversation({ id: "con_6" }),
    ];
    const ids = (typed: string, audience: "everyone" | "team" = "everyone", first: string[] = []): string[] => writable(all, audience, "con_a", typed, first).map((one) => one.id);
    expect(ids("")).toEqual(["con_1", "con_2"]);
    expect(ids("", "everyone", ["leo tran"])).toEqual(["con_2", "con_1"]);
    expect(ids("", "team", ["mrn 10300"])).toEqual(["con_2", "con_4", "con_5", "con_1"]);
    expect([ids("fever"), ids("10300"), ids("04/01/2015"), ids("2015-04"), ids("nobody")]).toEqual([["con_2"], ["con_2"], ["con_2"], ["con_2"], []]);
    expect(asPerson(all[1] as Conversation)).toMatchObject({ name: "Leo Tran", organization: "Fever", patient: { mrn: "MRN-10300", birth_date: "2015-04-01" } });
  });
});

test("how long it is, the clinic's settings say", async () => {
  const page = { settings: {} as Settings, safeguards: { undo_s: 7 } };
  vi.spyOn(session.http, "ask").mockResolvedValue(page as never);
  await clinic.look();
  expect(clinic.safeguards).toEqual({ undo_s: 7 });
});
