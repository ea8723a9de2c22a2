// Proves threads: an answer has its row among the messages and opens its thread there; the panel has the whole of it, also what is older than
// what is loaded, page after page and live; one follows it or not, and with the first answer the page says so.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import { text } from "../src/core/i18n";
import type { Attention, Conversation, ConversationEvent } from "../src/core/wire";
import { wishOf } from "../src/ui/staff/keyboard";
import ConversationPane from "../src/ui/staff/ConversationPane.svelte";
import { actions, around, beside } from "../src/ui/staff/parts";
import { aim } from "../src/vm/aim.svelte";
import { attention } from "../src/vm/attention.svelte";
import { dropDrafts } from "../src/vm/drafts";
import { narrow } from "../src/vm/narrow.svelte";
import { router } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { WholeThread } from "../src/vm/whole-thread.svelte";
import { conversation as words } from "../locales/en-staff-conversation";
import { panel } from "../locales/en-staff-panel";
import { conversation, event, MARIA, ORTIZ, RAMAN, said } from "./fakes";

const THREAD = "/v1/conversations/con_a/messages/2/thread?limit=100";
const NEXT = "/v1/conversations/con_a/messages/2/thread?after=40&limit=100";
const ATTENTION = "/v1/conversations/con_a/attention";
let asked: { path: string; body: unknown }[];
let answers: Record<string, unknown>;
let marked: string[];
const refusal = (code: string, status = 404): Refusal => new Refusal({ status, code });
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(400); await tick(); await tick(); };
const wordsOf = (one: Element | null | undefined): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();
const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-answer]")];
const aside = (): HTMLElement => screen.getByRole("complementary", { name: panel.thread });
const inPanel = (): (string | undefined)[] => [...aside().querySelectorAll<HTMLElement>("li[data-of]")].map((one) => one.dataset["of"]);
const answer = (seq: number, body: string, more: Parameters<typeof said>[4] = {}, by = ORTIZ): ConversationEvent => said(seq, seq, body, by, { reply_to: 2, ...more });
const follow = (follows: boolean): object => ({ step: "follow", seq: 2, follows });

beforeAll(async () => { await Promise.all([actions.load(), around.load(), beside.load()]); });
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  vi.stubGlobal("ResizeObserver", class { observe(): void {} disconnect(): void {} });
  HTMLElement.prototype.scrollIntoView = () => {};
  HTMLElement.prototype.showPopover = function show() {};
  [asked, answers, marked] = [[], {}, []];
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
  session.store.me = session.me.person;
  session.sync = {
    open: () => Promise.resolve(), pages: { earlier: () => Promise.resolve(true) }, transport: { send: () => {} }, markRead: (id: string) => { marked.push(id); },
    fetchConversation: () => Promise.resolve(), watchQueue: () => () => {},
  } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { body }: { body?: unknown } = {}) => {
    asked.push({ path, body });
    const given = answers[path];
    if (given instanceof Error) throw given;
    return given ?? {};
  }) as never);
});
afterEach(async () => {
  cleanup();
  dropDrafts();
  session.store.clear();
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.me = session.sync = undefined;
  session.link = { state: "stopped" };
  aim.now = undefined;
  narrow.now = attention.here = false;
  router.go("inbox");
});

/** Events 10 to 14 are loaded; the thread hangs on message 2, which is not. */
function hold(events: ConversationEvent[], more: Partial<Conversation> = {}): void {
  session.store.putConversation(conversation({ last_seq: events.at(-1)?.seq ?? 0, my: { member: true, first_seq: 1, read_seq: 99, read_number: 99, unread: 0, may: ["send", "note"] }, ...more }));
  session.store.timeline("con_a").applyPage(events, events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0, 1);
}
const root = said(2, 2, "Who has room **3**?\nIt is about today", RAMAN);
const late = (): ConversationEvent[] => [said(10, 10, "Good morning"), answer(11, "I have **it**.\nUntil noon"), said(12, 12, "Hello", RAMAN)];

async function open(thread?: number): Promise<void> {
  router.go("inbox", "con_a", thread);
  render(ConversationPane, { id: "con_a", thread, onback: () => {} });
  await after();
}

describe("a row among the messages", () => {
  test("has who, when, the first line as plain words, and of the thread what is known; nothing of it is a full message", async () => {
    hold(late());
    await open();
    expect(rows().map(wordsOf)).toEqual([expect.stringMatching(/^Jamie Ortiz, MA I have it\. in a thread \d+:\d\d/)]);
    expect(document.querySelector('article[data-message="11"]')).toBeNull();
    cleanup();
    session.store.clear();
    hold([root, ...late()].map((one, at) => ({ ...one, seq: at + 2 })));
    await open();
    expect(wordsOf(rows()[0])).toContain("in a thread: Who has room 3?");
    expect(screen.getByRole("button", { name: /1 reply/ })).toBeTruthy();
  });
  test("says of each answer in a patient's conversation who sees it", async () => {
    const patient = { id: MARIA.id, name: MARIA.name, mrn: "MRN-1", birth_date: "1984-03-12", state: "active" };
    hold([answer(10, "Take two"), answer(11, "Ask her again", { audience: "team" }), answer(12, "It hurts", {}, MARIA), answer(13, "Now", { priority: "stat" })], { kind: "patient", patient });
    await open();
    const tags = rows().map((one) => [...one.querySelectorAll(".tag")].map(wordsOf));
    expect(tags).toEqual([[words.actions.patientSees], [text.message.teamOnly], [], [text.message.stat, words.actions.patientSees]]);
    expect(rows().map((one) => one.classList.contains("note"))).toEqual([false, true, false, false]);
  });
  test("of a retracted one says only that; one that has not left yet stands there too, and says so", async () => {
    hold([...late(), event(13, { type: "message_retracted", target_seq: 11, reason: "wrong room" })]);
    session.outbox = { of: () => [{ id: "row", state: "failed", seq: null, message: { body: "On my way", audience: "everyone", priority: "routine", mentions: [], reply_to: 2 } }], waiting: () => [] } as never;
    await open();
    expect(rows().map(wordsOf)).toEqual([expect.stringContaining(text.message.retracted), expect.stringMatching(/On my way.*Not sent/)]);
    expect(wordsOf(rows()[0])).not.toContain("I have");
    session.outbox = undefined;
  });
  test("opens the thread at it, by hand, with T and with Enter, and the arrows and J and K walk over it as over any other", async () => {
    hold(late());
    await open();
    const row = (seq: number): HTMLElement => document.querySelector(`li[data-seq="${seq}"]`) as HTMLElement;
    row(10).focus();
    await fireEvent.keyDown(row(10), { key: "j" });
    expect(document.activeElement).toBe(row(11));
    expect(wishOf({ key: "Enter", target: row(11) } as never)).toBe("open");
    expect(wishOf({ key: "Enter", target: row(10) } as never)).toBeUndefined();
    const stop = actions.held?.hearKeys({ list: undefined, pane: undefined, section: "inbox", covered: false, writeNew: undefined, help: () => {}, back: () => {} });
    for (const key of ["t", "Enter"]) {
      router.go("inbox", "con_a");
      aim.now = undefined;
      row(11).focus();
      await fireEvent.keyDown(row(11), { key });
      expect([router.now.thread, aim.now]).toEqual([2, { id: "con_a", seq: 11, done: true }]);
    }
    stop?.();
    await fireEvent.keyDown(row(11), { key: "k" });
    expect(document.activeElement).toBe(row(10));
  });
  test("counts as read when it can be seen, and not under a panel that covers all of it", async () => {
    hold(late(), { last_number: 12, my: { member: true, first_seq: 1, read_seq: 10, read_number: 10, unread: 2, may: [] } });
    attention.here = true;
    [narrow.now, answers[THREAD]] = [true, { events: [], follows: false }];
    await open(2);
    expect(marked).toEqual([]);
    cleanup();
    await open();
    expect(marked).toContain("con_a");
    expect(document.querySelector("[data-new]")?.nextElementSibling?.getAttribute("data-seq")).toBe("11");
  });
});

describe("the panel", () => {
  const page = (events: ConversationEvent[], more: object = {}): object => ({ events, follows: true, ...more });

  test("has all of the thread, page after page, an empty one too, and says while it loads", async () => {
    hold(late());
    let release: (value: unknown) => void = () => {};
    answers[THREAD] = page([root, answer(5, "one"), answer(11, "I have it")], { next_after: 40 });
    answers[NEXT] = new Promise((resolve) => { release = resolve; });
    await open(2);
    expect(wordsOf(within(aside()).getByRole("status"))).toBe(panel.threadLoading);
    expect(inPanel()).toEqual(["2", "5", "11"]);
    release({ events: [], follows: true });
    await after();
    expect(wordsOf(within(aside()).getByRole("status"))).toBe("");
    expect(asked.filter(({ path }) => path.includes("/thread"))).toHaveLength(2);
    // live
    session.store.applyEvent(answer(13, "Me too"));
    await after();
    expect(inPanel()).toEqual(["2", "5", "11", "13"]);
  });
  test("shows what is older than the loaded messages as it stands: what changed since, and who acknowledged it before", async () => {
    hold(late());
    const urgent = said(2, 2, "Room 3, now", RAMAN, { priority: "urgent", acknowledged_by: [ORTIZ] });
    answers[THREAD] = page([urgent, answer(5, "one")]);
    await open(2);
    expect(wordsOf(aside().querySelector(".acknowledged"))).toBe("Acknowledged by Jamie Ortiz");
    session.store.applyEvent(event(13, { type: "message_edited", target_seq: 5, version: 2, body: "two" }));
    session.store.applyEvent(event(14, { type: "message_retracted", target_seq: 2, reason: "mistake" }, RAMAN));
    await after();
    expect(wordsOf(aside().querySelector('[data-of="5"] .body'))).toBe("two");
    expect(wordsOf(aside().querySelector('[data-of="2"]'))).toContain("mistake");
  });
  test("that could not be loaded says so and is asked for again from where it broke off; one that begins out of reach says that", async () => {
    hold(late());
    answers[THREAD] = page([root], { next_after: 40 });
    answers[NEXT] = refusal("unreachable", 0);
    await open(2);
    expect(wordsOf(within(aside()).getByRole("alert"))).toContain(panel.threadFailed);
    answers[NEXT] = { events: [answer(41, "late")] };
    await fireEvent.click(within(aside()).getByRole("button", { name: text.retry }));
    await after();
    expect(inPanel()).toEqual(["2", "11", "41"]);
    expect(asked.filter(({ path }) => path === THREAD)).toHaveLength(1);
    cleanup();
    answers[THREAD] = refusal("not_found");
    await open(2);
    expect([inPanel(), wordsOf(aside())]).toEqual([["11"], expect.stringContaining(panel.rootGone)]);
    cleanup();
    answers[THREAD] = { events: [answer(11, "I have it")], follows: false };
    await open(2);
    expect([inPanel(), wordsOf(aside())]).toEqual([["11"], expect.stringContaining(panel.rootGone)]);
  });
  test("stands out at the answer that was asked for", async () => {
    hold(late());
    answers[THREAD] = page([root, answer(11, "I have it")]);
    aim.now = { id: "con_a", seq: 11, done: true };
    await open(2);
    expect(aside().querySelector('[data-of="11"]')?.getAttribute("aria-current")).toBe("true");
    expect(aside().querySelectorAll("[aria-current]")).toHaveLength(1);
  });
  test("asks for the thread anew when the messages behind it began anew", async () => {
    hold(late());
    answers[THREAD] = page([root]);
    const whole = new WholeThread("con_a", 2);
    await after();
    session.store.timelines.clear();
    hold([said(50, 50, "much later")]);
    await after();
    expect(asked.filter(({ path }) => path === THREAD)).toHaveLength(2);
    whole.close();
  });
});

describe("following", () => {
  const attentionOf = (more: Partial<Attention>): Conversation["my"] => ({ member: true, first_seq: 1, read_seq: 99, read_number: 99, unread: 0, may: ["send"], attention: { muted: false, marked_unread: false, ...more } });
  const button = (): HTMLButtonElement => within(aside()).getByRole("button", { name: /^Follow/ }) as HTMLButtonElement;

  test("is so of what one began, unless one said otherwise, and of the rest where one said so", async () => {
    hold([said(2, 2, "mine", RAMAN), said(3, 3, "x")]);
    answers[THREAD] = { events: [], follows: true };
    await open(2);
    expect(wordsOf(button())).toBe(panel.following);
    session.store.setAttention("con_a", { muted: false, marked_unread: false, threads: [{ seq: 2, follows: false }] });
    await after();
    expect(wordsOf(button())).toBe(panel.follow);
    cleanup();
    session.store.clear();
    hold([said(2, 2, "theirs"), said(3, 3, "x")], { my: attentionOf({ threads: [{ seq: 3, follows: true }] }) });
    await open(2);
    expect(wordsOf(button())).toBe(panel.follow);
  });
  test("is turned with one request each, says what the node refused, and offline says that it needs a connection", async () => {
    hold([said(2, 2, "theirs"), said(3, 3, "x")]);
    answers[THREAD] = { events: [], follows: false };
    await open(2);
    await fireEvent.click(button());
    await after();
    expect(asked.filter(({ path }) => path === ATTENTION).map(({ body }) => body)).toEqual([follow(true)]);
    answers[ATTENTION] = refusal("too_many", 422);
    await fireEvent.click(button());
    await after();
    expect(wordsOf(within(aside()).getByRole("alert"))).toBe(panel.tooMany);
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await tick();
    expect([button().disabled, document.getElementById(button().getAttribute("aria-describedby") ?? "")?.textContent]).toEqual([true, panel.followOffline]);
  });
  test("is not offered to those of other organizations, nor to whoever only looks on", async () => {
    answers[THREAD] = { events: [], follows: false };
    hold([said(2, 2, "theirs")], { my: { ...attentionOf({}), member: false } });
    await open(2);
    expect(within(aside()).queryByRole("button", { name: /^Follow/ })).toBeNull();
  });
});
