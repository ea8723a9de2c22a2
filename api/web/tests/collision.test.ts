// Proves that nobody answers a patient over a colleague's head without having been told, nor loses a word by it; and what must be read by a time.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { text } from "../src/core/i18n";
import type { Row } from "../src/core/outbox";
import type { Message } from "../src/core/timeline";
import type { Conversation, SendMessage } from "../src/core/wire";
import ComposerBox from "../src/ui/staff/Composer.svelte";
import ComposerNotes from "../src/ui/staff/ComposerNotes.svelte";
import QueueRow from "../src/ui/staff/QueueRow.svelte";
import { actions, around, asks, later } from "../src/ui/staff/parts";
import SendMore from "../src/ui/staff/SendMore.svelte";
import WaitingRow from "../src/ui/staff/WaitingRow.svelte";
import { announcer } from "../src/vm/announce.svelte";
import { Composer } from "../src/vm/composer.svelte";
import { draftOf, dropDrafts, keepDraft } from "../src/vm/drafts";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { care } from "../locales/en-staff-care";
import { later as later_words } from "../locales/en-staff-later";
import { menus } from "../locales/en-staff-menus";
import { panel } from "../locales/en-staff-panel";
import { reply as words } from "../locales/en-staff-reply";
import { conversation, MARIA, ORTIZ, patientTask, RAMAN, said, settle } from "./fakes";

const patient = (more: Partial<Conversation> = {}): Conversation => conversation({ kind: "patient", patient: patientTask().patient ?? null, care: { stage: "open" }, ...more });
const HOUR_MS = 3_600_000;
let frames: { type: string; conversation_id: string; active: boolean }[];
let sent: SendMessage[];
let onfocus = vi.fn();

beforeAll(async () => { await Promise.all([actions.load(), around.load(), asks.load(), later.load()]); });
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  HTMLElement.prototype.showPopover = function show() {};
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  frames = [];
  sent = [];
  onfocus = vi.fn();
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
  session.sync = { transport: { send: (frame: (typeof frames)[0]) => frames.push(frame) }, fetchConversation: vi.fn(() => Promise.resolve()) } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session, "send").mockImplementation((_id, message) => { sent.push(message); return Promise.resolve(); });
  session.store.putConversation(patient());
  session.store.timeline("con_a").applyPage([said(1, 1, "a", MARIA), said(2, 2, "b"), said(3, 3, "c"), said(4, 4, "d"), said(5, 5, "e", MARIA)], 1, 5, 1);
});
afterEach(() => {
  cleanup();
  dropDrafts();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.store.clear();
  session.sync = session.me = session.outbox = undefined;
  [session.typing, session.presence, session.link] = [new Map(), new Map(), { state: "stopped" }];
});

const composer = (): Composer => new Composer(new ThreadView("con_a"), undefined);
function write(box: Composer, typed: string): void {
  box.text = typed;
  box.typed();
}
const come = (seq: number, author = ORTIZ): void => void session.store.applyEvent(said(seq, seq, "Take one", author));

describe("what its author had seen", () => {
  test("is what was there when they began to write, not what came while they wrote", async () => {
    const box = composer();
    write(box, "T");
    come(6);
    write(box, "Take two");
    await box.send();
    write(box, "And rest");
    await box.send();
    expect(sent.map(({ body, seen_seq }) => [body, seen_seq])).toEqual([["Take two", 5], ["And rest", 6]]);
  });
  test("begins anew with an empty box, and with a draft that is opened again", async () => {
    const box = composer();
    write(box, "T");
    come(6);
    write(box, "");
    write(box, "Take two");
    await box.send();
    keepDraft("con_a", undefined, { text: "Later", audience: "everyone", behalf: false, priority: "routine", chosen: [] });
    come(7);
    await composer().send();
    expect(sent.map(({ seen_seq }) => seen_seq)).toEqual([6, 7]);
  });
  test("goes along towards patients only, from the staff only, and never with what is sent later", async () => {
    const box = composer();
    box.audience = "team";
    write(box, "A note");
    await box.send();
    box.audience = "everyone";
    session.me = { ...(session.me as NonNullable<typeof session.me>), person: { ...MARIA } };
    write(box, "Hello");
    await box.send();
    session.me = { ...(session.me as NonNullable<typeof session.me>), person: { ...RAMAN, title: "MD" } };
    session.store.putConversation(conversation({ kind: "group", revision: 106 }));
    const room = composer();
    write(room, "All");
    await room.send();
    expect(sent.map((message) => "seen_seq" in message)).toEqual([false, false, false]);
    expect("seen_seq" in box.message("x")).toBe(false);
  });
});

describe("that somebody writes to a patient", () => {
  const told = (): boolean[] => frames.filter(({ type }) => type === "typing").map(({ active }) => active);
  test("is told of a reply, in one's own name or another one's, and not of a note", () => {
    const box = composer();
    box.audience = "team";
    write(box, "A note");
    expect(told()).toEqual([]);
    box.behalf = true; // the audience of a note that was begun before is still there
    write(box, "He will call you");
    expect(told()).toEqual([true]);
  });
  test("ends at once with an empty box, with sending, and with leaving", async () => {
    const box = composer();
    const leave = box.open();
    write(box, "T");
    write(box, "");
    write(box, "T");
    await box.send();
    write(box, "T");
    leave();
    leave();
    expect(told()).toEqual([true, false, true, false, true, false]);
  });
  test("is a warning beside the box, said once; what the patient writes is none", async () => {
    const say = vi.spyOn(announcer, "say");
    session.presence = new Map([[ORTIZ.id, "available"]]);
    render(ComposerNotes, { composer: composer(), outside: false, onfocus });
    const types = async (...people: (typeof ORTIZ)[]): Promise<string[]> => {
      session.typing = new Map([["con_a", people.map(({ id, name }) => ({ person_id: id, name, until_ms: 0 }))]]);
      await tick();
      return [...document.querySelectorAll(".replying")].map((one) => one.textContent ?? "");
    };
    expect(await types(MARIA)).toEqual([]);
    expect(await types(MARIA, ORTIZ)).toEqual(["Jamie Ortiz is replying"]);
    await types();
    await types(ORTIZ);
    expect(say.mock.calls).toEqual([["Jamie Ortiz is replying"]]);
    expect([care.replying(["A", "B"]), care.replying(["A", "B", "C"])]).toEqual(["A and B are replying", "Several colleagues are replying"]);
  });
  test("is on its row in the queue", async () => {
    session.presence = new Map([[ORTIZ.id, "busy"]]);
    const row = { me: RAMAN.id, current: false, tab: true, live: true, busy: false, note: "", ontake: () => {}, onfocus: () => {} };
    render(QueueRow, { conversation: patient(), ...row });
    expect(document.querySelector(".replying")).toBeNull();
    session.typing = new Map([["con_a", [{ person_id: ORTIZ.id, name: ORTIZ.name, until_ms: 0 }]], ["con_b", [{ person_id: ORTIZ.id, name: "x", until_ms: 0 }]]]);
    await tick();
    expect(document.querySelector(".replying")?.textContent).toBe("Jamie Ortiz is replying");
  });
});

describe("refused", () => {
  const retry = vi.fn();
  const row = (code: string, message: Partial<SendMessage> = {}): Row => ({
    id: "one", order: 1, conversation_id: "con_a", created_at_ms: 0, state: "failed", attempts: 1, seq: null, problem: { status: 409, code },
    message: { body: "Take two", audience: "everyone", priority: "routine", mentions: [], seen_seq: 5, ...message },
  });
  const show = async (one: Row): Promise<void> => { render(WaitingRow, { row: one, view: new ThreadView("con_a"), box: undefined }); await tick(); };
  const alert = (): string | null => screen.getByRole("alert").textContent;
  const press = (name: string): Promise<unknown> => fireEvent.click(screen.getByRole("button", { name }));
  beforeEach(() => { retry.mockReset(); session.outbox = { retry, of: () => [], waiting: () => [] } as unknown as NonNullable<typeof session.outbox>; });

  test("because a colleague was quicker: by name, with the words, and sent anyway as another one who has seen it", async () => {
    come(6, RAMAN);
    come(7);
    await show(row("another_replied"));
    expect([alert(), screen.getByText("Take two"), screen.queryByRole("button", { name: text.retry })]).toEqual([`Not sent. ${words.replied("Jamie Ortiz")}`, expect.anything(), null]);
    expect(session.sync?.fetchConversation).not.toHaveBeenCalled();
    await press(words.anyway);
    expect(retry).toHaveBeenCalledWith("one", { body: "Take two", audience: "everyone", priority: "routine", mentions: [], seen_seq: 7 });
  });
  test("before their message is here it says so without a name, and asks for it", async () => {
    await show(row("another_replied"));
    expect([alert(), vi.mocked(session.sync?.fetchConversation as () => unknown).mock.calls]).toEqual([`Not sent. ${words.replied(undefined)}`, [["con_a"]]]);
    come(6);
    await vi.waitFor(() => expect(alert()).toContain("Jamie Ortiz has just replied"));
  });
  describe("to be edited", () => {
    const STATES = [{ state: "failed", attempts: 1, problem: { status: 409, code: "another_replied" } }, { state: "waiting", attempts: 0, problem: null }, { state: "ask", attempts: 0, problem: null }] as const;
    const withdraw = vi.fn();
    let view: ThreadView;
    let box: { room: () => "fullBox" | "noBox" | undefined; put: () => void; edit: (message: Message) => void };
    const typed = (): HTMLTextAreaElement => document.querySelector("#composer textarea") as HTMLTextAreaElement;
    const type = async (value: string): Promise<void> => { await fireEvent.input(typed(), { target: { value } }); await tick(); };
    const refusals = (): (string | null)[] => [...document.querySelectorAll(".why")].map((one) => one.textContent).filter((one) => /message box/.test(one ?? ""));
    async function open(more: Partial<Row>, of: Partial<Conversation> = {}): Promise<Row> {
      const one = { ...row("x", { mentions: [{ person_id: ORTIZ.id }, { role: "front_desk" }, { person_id: "per_gone" }], body: "Ask @Jamie Ortiz", priority: "urgent" }), ...more };
      withdraw.mockReset().mockReturnValue(one.message);
      session.outbox = { retry, withdraw, of: () => [], waiting: () => [] } as unknown as NonNullable<typeof session.outbox>;
      session.store.putConversation(patient({ revision: 106, members: [{ person_id: ORTIZ.id, name: ORTIZ.name, kind: ORTIZ.kind }], ...of }));
      view = new ThreadView("con_a");
      await settle();
      box = render(ComposerBox, { view, me: RAMAN.id, candidates: [] }).component as unknown as typeof box;
      await tick();
      render(WaitingRow, { row: one, view, box });
      await tick();
      return one;
    }

    test.each(STATES)("$state it goes back into the box with its mentions", async (more) => {
      await open(more);
      await press(text.edit);
      await tick();
      expect([withdraw.mock.calls, typed().value, refusals()]).toEqual([[["one"]], "Ask @Jamie Ortiz", []]);
      expect(draftOf("con_a")).toMatchObject({ text: "Ask @Jamie Ortiz", priority: "urgent", chosen: [{ name: "Jamie Ortiz", mention: { person_id: ORTIZ.id } }, { name: "front-desk" }] });
    });
    test.each(STATES)("$state it stays while other words are in the box, and says so until they are gone", async (more) => {
      await open(more);
      await type("Something else");
      await press(text.edit);
      await tick();
      expect([withdraw.mock.calls, typed().value, refusals()]).toEqual([[], "Something else", [expect.stringContaining(words.fullBox)]]);
      await type("");
      expect(refusals()).toEqual([]);
      await type("More");
      expect(refusals()).toEqual([]);
    });
    test.each(STATES)("$state it stays while a message is being edited, and where nothing can be written", async (more) => {
      await open(more);
      box.edit(session.store.timeline("con_a").message(2) as Message);
      await tick();
      await type("");
      await press(text.edit);
      await tick();
      expect([withdraw.mock.calls, refusals()]).toEqual([[], [expect.stringContaining(words.fullBox)]]);
      cleanup();
      await open(more, { state: "archived" });
      await press(text.edit);
      await tick();
      expect([withdraw.mock.calls, refusals()]).toEqual([[], [expect.stringContaining(words.noBox)]]);
    });
  });
  test("because of the time by which it must be read, or of anything else: in its own words, and the same again", async () => {
    await show(row("invalid", { read_by_ms: 5 }));
    expect(alert()).toBe(`Not sent. ${words.mustRead["invalid"]}`);
    cleanup();
    const { seen_seq: _, ...note } = row("archived", { audience: "team" }).message;
    await show({ ...row("archived"), message: note });
    expect(alert()).toBe("Not sent. The conversation is archived. Reopen it first.");
    await press(text.retry);
    expect(retry).toHaveBeenCalledWith("one", note);
  });
});

describe("by when it must be read", () => {
  const open = async (): Promise<void> => { await fireEvent.click(screen.getByRole("button", { name: words.more })); await tick(); };
  const chip = (): string => document.querySelector(".chip .time")?.textContent ?? "";
  const dialog = (): HTMLElement | null => screen.queryByRole("dialog", { name: later_words.read.title });
  function both(box = composer()): Composer {
    render(ComposerNotes, { composer: box, outside: false, onfocus });
    render(SendMore, { composer: box, sees: "", held: box.text === "", why: "x", before: (then: () => void) => then(), onfocus });
    return box;
  }

  test("is chosen beside Send, without a connection too, stands over the box, goes with the words once, and can be removed", async () => {
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    const box = both();
    await open();
    await fireEvent.click(screen.getByRole("menuitem", { name: menus.mustRead, hidden: true }));
    await tick();
    expect(dialog()?.textContent).toContain(later_words.read.effectInGeneral);
    await fireEvent.click(screen.getByRole("button", { name: later_words.choices.hour }));
    expect(dialog()?.textContent).toMatch(/If Maria Garcia has not read it by .*, there is a task/);
    await fireEvent.submit(document.querySelector("form") as HTMLFormElement);
    await settle();
    await tick();
    expect([dialog(), onfocus.mock.calls.length, chip()]).toEqual([null, 1, expect.stringMatching(/^Must be read by /)]);
    write(box, "Stop the tablets");
    expect(draftOf("con_a")?.read_by_ms).toBe(box.read_by_ms);
    await box.send();
    await tick();
    expect([sent[0]?.read_by_ms, chip()]).toEqual([expect.any(Number), ""]);
    box.read_by_ms = Date.now() + HOUR_MS;
    await tick();
    await fireEvent.click(screen.getByRole("button", { name: words.remove }));
    write(box, "And rest");
    await box.send();
    expect([chip(), "read_by_ms" in (sent[1] ?? {})]).toEqual(["", false]);
  });
  test("it is not sent when that time has passed, but asked for anew, and the words stay", async () => {
    const box = both();
    write(box, "Stop the tablets");
    box.read_by_ms = Date.now() - 1;
    await box.send();
    await tick();
    expect([sent, box.text, screen.getByRole("alert").textContent, dialog() !== null]).toEqual([[], "Stop the tablets", later_words.read.over, true]);
  });
  test("a note and a reply in another one's name have none; it waits until one writes to the patient again", async () => {
    const box = both();
    box.read_by_ms = Date.now() + HOUR_MS;
    box.audience = "team";
    await tick();
    expect([chip(), "read_by_ms" in box.message("x"), screen.queryByRole("button", { name: words.more })]).toEqual(["", false, null]);
    expect((screen.getByRole("button", { name: words.later }) as HTMLButtonElement).disabled).toBe(true);
    [box.audience, box.behalf] = ["everyone", true];
    await tick();
    expect([chip(), "read_by_ms" in box.message("x")]).toEqual(["", false]);
    box.behalf = false;
    await tick();
    expect(chip()).toMatch(/^Must be read by /);
  });
  test("from the menu it is sent later, and the box is empty then", async () => {
    const box = composer();
    write(box, "Come on Monday");
    both(box);
    vi.spyOn(session.http, "ask").mockResolvedValue({ id: "sch_a", conversation_id: "con_a", at_ms: 0, state: "waiting" } as never);
    await open();
    await fireEvent.click(screen.getByRole("menuitem", { name: menus.later, hidden: true }));
    await tick();
    await fireEvent.click(screen.getByRole("button", { name: later_words.choices.hour }));
    await fireEvent.submit(document.querySelector("form") as HTMLFormElement);
    await settle();
    await tick();
    expect([box.text, vi.mocked(session.http.ask).mock.calls[0]?.[1]?.body]).toEqual(["", { at_ms: expect.any(Number), body: "Come on Monday", audience: "everyone", priority: "routine", mentions: [], check_patient: true }]);
  });
});

test("who only looks on is told so over the box, and can come in", async () => {
  const ask = vi.spyOn(session.http, "ask").mockResolvedValue({} as never);
  render(ComposerNotes, { composer: composer(), outside: true, onfocus });
  expect(screen.getByText(words.notMember)).toBeTruthy();
  await fireEvent.click(screen.getByRole("button", { name: panel.joinConversation }));
  await settle();
  await vi.waitFor(() => expect(onfocus).toHaveBeenCalled());
  expect(ask.mock.calls[0]?.[0]).toBe("/v1/conversations/con_a/members");
});
