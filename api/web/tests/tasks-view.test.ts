// Proves the faces of tasks: the list with each of its states, one task and its deeds, those of a conversation, and what is asked about them.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import { text } from "../src/core/i18n";
import { idOfRole } from "../src/core/tasks";
import type { Message } from "../src/core/timeline";
import type { Conversation } from "../src/core/wire";
import type { Task, Unread } from "../src/core/wire-tasks";
import { task_asks } from "../src/ui/staff/further";
import GiveTask from "../src/ui/staff/GiveTask.svelte";
import { actions } from "../src/ui/staff/parts";
import TaskDialog from "../src/ui/staff/TaskDialog.svelte";
import TaskDue from "../src/ui/staff/TaskDue.svelte";
import TasksPane from "../src/ui/staff/TasksPane.svelte";
import TasksSection from "../src/ui/staff/TasksSection.svelte";
import { announcer } from "../src/vm/announce.svelte";
import { dropDrafts } from "../src/vm/drafts";
import { router } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { todo } from "../src/vm/tasks.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { later } from "../locales/en-staff-later";
import { tasks as words } from "../locales/en-staff-tasks";
import { conversation, event, MARIA, ORTIZ, patientTask as task, RAMAN, said } from "./fakes";

const refusal = (code: string, status = 409): Refusal => new Refusal({ status, code });
const unread = (more: Partial<Unread> = {}): Unread => ({ conversation_id: "con_a", patient: task().patient ?? null, seq: 4, author: RAMAN, by_ms: Date.now() + 3_600_000, missed: false, ...more });
const LIST = "/v1/tasks?scope=mine&state=open";
let asked: { path: string; body: unknown; command_id: string | undefined }[];
let answers: Record<string, unknown>;
const posted = (path: string): unknown[] => asked.filter((one) => one.path === path).map(({ body }) => body);
/** What was asked has been answered, and what is told together has been asked for. */
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(400); await tick(); };
const press = async (name: string | RegExp, inside: HTMLElement = document.body): Promise<void> => { await fireEvent.click(within(inside).getByRole("button", { name })); await after(); };
const item = async (name: string): Promise<void> => { await fireEvent.click(screen.getByRole("menuitem", { name, hidden: true })); await after(); };
const alerts = (): (string | undefined)[] => screen.queryAllByRole("alert").map((one) => one.textContent?.trim());
const wordsOf = (one: Element | null | undefined): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();
const links = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("a[data-about]")];

beforeAll(async () => { await Promise.all([actions.load(), task_asks.load()]); });
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  HTMLElement.prototype.showPopover = function show() {};
  asked = [];
  answers = { [LIST]: { tasks: [], more: false } };
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { body, command_id }: { body?: unknown; command_id?: string } = {}) => {
    asked.push({ path, body, command_id });
    const answer = answers[path];
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  }) as never);
});
afterEach(async () => {
  cleanup();
  dropDrafts();
  todo.forget();
  session.store.clear();
  await after(); // what the store tells is told before the hands go back
  vi.useRealTimers();
  vi.restoreAllMocks();
  session.me = undefined;
  session.link = { state: "stopped" };
  router.go("inbox");
});

describe("the list", () => {
  const open = async (...tasks: Task[]): Promise<{ component: unknown }> => {
    answers[LIST] = { tasks, more: false };
    const list = render(TasksPane, { current: undefined });
    await after();
    return list;
  };

  test("it says that it loads, that there is nothing, that it failed, and that one may not", async () => {
    let answer: (value: unknown) => void = () => {};
    answers[LIST] = new Promise((resolve) => { answer = resolve; });
    render(TasksPane, { current: undefined });
    expect(screen.getByText(words.loading)).toBeTruthy();
    answer({ tasks: [], more: false });
    await after();
    expect([screen.getByText(words.none.mine.open), screen.getByText(words.noneMore)]).toHaveLength(2);
    answers["/v1/tasks?scope=all&state=open"] = refusal("unreachable", 0);
    await press(words.scopes.all);
    expect(alerts()).toEqual([expect.stringContaining(words.failed)]);
    answers["/v1/tasks?scope=all&state=open"] = { tasks: [task()], more: true };
    await press(text.retry);
    expect([alerts(), links().length, screen.getByText(words.more), screen.getByText("1+ task")]).toEqual([[], 1, expect.anything(), expect.anything()]);
    answers["/v1/tasks?scope=team&state=open"] = refusal("forbidden", 403);
    await press(words.scopes.team);
    expect([screen.getByText(words.forbidden), links()]).toEqual([expect.anything(), []]);
  });
  test("what is late is first and said in words, each leads to its conversation and is one stop for Tab", async () => {
    await open(task({ id: "tsk_a", due_at_ms: Date.now() - 1_500_000 }), task({ id: "tsk_b", title: "Fax it", conversation_id: "con_b", patient: null, topic: "Supplies" }), task({ id: "tsk_c", cause: "unread", title: "" }));
    expect(screen.getAllByRole("heading", { level: 2 }).map((one) => one.textContent)).toEqual(["Overdue 2", "No set time 1"]);
    expect(links().map((one) => one.getAttribute("href"))).toEqual(["#/tasks/con_a", "#/tasks/con_a", "#/tasks/con_b"]);
    expect(wordsOf(links()[0])).toBe("Overdue by 25 min Call the pharmacy Maria Garcia MRN-10240 · Sore throat For Jamie Ortiz, from you");
    expect(links()[1]?.textContent).toContain("Reach Maria Garcia another way");
    expect([...document.querySelectorAll('#list [tabindex="0"]')].map((one) => one.getAttribute("data-about") ?? one.getAttribute("aria-label") ?? one.textContent?.trim())).toEqual(["con_a", "Mark done Call the pharmacy", "Options for Call the pharmacy"]);
  });
  test("it is asked for when it is shown, when another one is chosen, and after news, and no more", async () => {
    const { component } = await open(task());
    expect(asked.map(({ path }) => path)).toEqual([LIST]);
    answers["/v1/tasks?scope=mine&state=closed"] = { tasks: [task({ state: "done", closed_by: ORTIZ, closed_at_ms: 5 })], more: false };
    await press(words.states.closed);
    expect(screen.getByText(/^Done by Jamie Ortiz/)).toBeTruthy();
    expect(screen.queryAllByRole("heading", { level: 2 })).toEqual([]);
    answers["/v1/unread-by-patients"] = { unread: [unread({ missed: true, by_ms: 5 })], more: false };
    (component as unknown as { choose: (nth: string) => void }).choose("put_away");
    await after();
    expect(asked.map(({ path }) => path)).toEqual([LIST, "/v1/tasks?scope=mine&state=closed", "/v1/unread-by-patients"]);
    expect(wordsOf(links()[0])).toMatch(/^Not read in time Maria Garcia MRN-10240 Your message\. Had to be read by /);
    expect(screen.queryByRole("group", { name: words.state })).toBeNull();
    answers["/v1/unread-by-patients"] = { unread: [], more: false };
    void todo.changed("con_z");
    await after();
    expect([screen.getByText(words.nothingUnread), asked.length]).toEqual([expect.anything(), 5]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked).toHaveLength(5);
  });
  test("the arrows, J, K and N go through it", async () => {
    const { component } = await open(task({ id: "tsk_a" }), task({ id: "tsk_b", conversation_id: "con_b" }), task({ id: "tsk_c", conversation_id: "con_c" }));
    const keyed = component as unknown as { move: (step: 1 | -1) => void; nextUnread: () => void; focusSearch: () => void };
    const focus = (): string | null | undefined => document.activeElement?.getAttribute("data-about");
    const key = async (name: string): Promise<void> => { await fireEvent.keyDown(document.activeElement as Element, { key: name }); await tick(); };
    keyed.move(1);
    await tick();
    expect(focus()).toBe("con_a");
    for (const [name, there] of [["ArrowDown", "con_b"], ["End", "con_c"], ["ArrowDown", "con_c"], ["ArrowUp", "con_b"], ["Home", "con_a"]] as const) {
      await key(name);
      expect(focus(), name).toBe(there);
    }
    keyed.nextUnread();
    expect(router.now).toMatchObject({ section: "tasks", conversation: "con_a" });
    keyed.focusSearch();
    expect(document.activeElement?.textContent).toBe(words.scopes.mine);
  });
  test("offline it can be read, and says why it cannot be changed", async () => {
    await open(task());
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await tick();
    const done = screen.getByRole("button", { name: "Mark done Call the pharmacy" }) as HTMLButtonElement;
    expect([links().length, done.disabled, document.getElementById(done.getAttribute("aria-describedby") ?? "")?.textContent]).toEqual([1, true, words.offline]);
    await press("Options for Call the pharmacy");
    expect(screen.getAllByRole("menuitem", { hidden: true }).every((one) => one.getAttribute("aria-disabled") === "true")).toBe(true);
  });
});

describe("its deeds", () => {
  test("done: told once, said, gone, and the next one in focus", async () => {
    const say = vi.spyOn(announcer, "say");
    answers[LIST] = { tasks: [task(), task({ id: "tsk_b", title: "Fax it", conversation_id: "con_b" })], more: false };
    render(TasksPane, { current: undefined });
    await after();
    screen.getByRole("button", { name: "Mark done Call the pharmacy" }).focus();
    answers[LIST] = { tasks: [task({ id: "tsk_b", title: "Fax it", conversation_id: "con_b" })], more: false };
    await press("Mark done Call the pharmacy");
    expect([posted("/v1/tasks/tsk_a"), say.mock.lastCall, document.activeElement?.getAttribute("data-about")]).toEqual([[{ step: "complete" }], [words.did.complete], "con_b"]);
  });
  test("taken back, taken over, opened again; in doubt the same id, after something else another one", async () => {
    answers[LIST] = { tasks: [task()], more: false };
    render(TasksPane, { current: undefined });
    await after();
    const [options, done] = ["Options for Call the pharmacy", "Mark done Call the pharmacy"];
    answers["/v1/tasks/tsk_a"] = refusal("unreachable", 0);
    await press(done);
    await press(done);
    await press(options);
    await item(words.cancel);
    await press(done);
    expect(alerts()).toEqual([text.problems["unreachable"]]);
    answers["/v1/tasks/tsk_a"] = refusal("target_not_a_member");
    await press(options);
    await item(words.take);
    expect(alerts()).toEqual([words.problems["target_not_a_member"]]);
    const ids = asked.filter(({ path }) => path === "/v1/tasks/tsk_a").map(({ command_id }) => command_id);
    expect(posted("/v1/tasks/tsk_a")).toEqual([{ step: "complete" }, { step: "complete" }, { step: "cancel" }, { step: "complete" }, { step: "assign", assignee: { person_id: RAMAN.id } }]);
    expect([ids[0] === ids[1], new Set(ids).size]).toEqual([true, 4]);
  });
  test("somebody was quicker: it is so, and nothing is wrong", async () => {
    answers[LIST] = { tasks: [task({ state: "done", closed_by: ORTIZ, closed_at_ms: 5 })], more: false };
    answers["/v1/tasks/tsk_a"] = refusal("nothing_to_do");
    render(TasksPane, { current: undefined });
    await after();
    await press("Open again Call the pharmacy");
    expect([posted("/v1/tasks/tsk_a"), alerts()]).toEqual([[{ step: "reopen" }], []]);
  });
});

describe("of a conversation", () => {
  const PATH = "/v1/conversations/con_a/tasks";
  const patient = (): Conversation => conversation({ kind: "patient", patient: task().patient ?? null, members: [{ person_id: RAMAN.id, name: RAMAN.name, kind: "staff" }, { person_id: MARIA.id, name: MARIA.name, kind: "patient", read_seq: 3 }] });
  const onask = vi.fn();
  async function open(answer: unknown, held: Conversation = patient()): Promise<ThreadView> {
    answers[PATH] = answer;
    session.store.putConversation(held);
    const timeline = session.store.timeline("con_a");
    timeline.applyPage([said(1, 1, "a"), said(2, 2, "b"), said(3, 3, "c"), said(4, 4, "d"), said(5, 5, "e")], 1, 5, 1);
    const view = new ThreadView("con_a");
    await after();
    render(TasksSection, { view, me: RAMAN.id, onask });
    await after();
    return view;
  }
  const tell = async (...events: Parameters<typeof session.store.applyEvent>[0][]): Promise<void> => { for (const one of events) session.store.applyEvent(one); await after(); await after(); };

  test("open ones, done ones folded, and what must be read; making one is asked over the conversation", async () => {
    await open({ tasks: [task(), task({ id: "tsk_b", title: "Fax it", state: "done", closed_by: ORTIZ, closed_at_ms: 5 })], unread: [unread(), unread({ seq: 5, missed: true, author: ORTIZ })] });
    expect(within(screen.getByRole("list", { name: words.section })).getByText("Call the pharmacy", { selector: ".title" })).toBeTruthy();
    expect([document.querySelector("details")?.open, document.querySelector("summary")?.textContent]).toEqual([false, "Done (1)"]);
    expect([...screen.getByRole("list", { name: words.mustRead }).querySelectorAll("li")].map(wordsOf)).toEqual([expect.stringMatching(/^Must be read by .* Your message$/), expect.stringMatching(/^Not read in time Message of Jamie Ortiz\. Had to be read by /)]);
    expect(links()).toEqual([]);
    await press(words.create);
    expect(onask).toHaveBeenCalledWith({ what: "task" });
  });
  test("nothing, failed, not allowed; in an archived one none is made", async () => {
    await open({ tasks: [], unread: [] }, { ...patient(), state: "archived" });
    expect([screen.getByText(words.noneHere), screen.queryByRole("button", { name: words.create })]).toEqual([expect.anything(), null]);
    cleanup();
    await open(refusal("unreachable", 0));
    expect(alerts()).toEqual([expect.stringContaining(words.failed)]);
    cleanup();
    await open(refusal("forbidden", 403));
    expect([screen.getByText(words.forbidden), screen.queryByRole("button", { name: words.create })]).toEqual([expect.anything(), null]);
  });
  test("it is asked for again when the conversation tells of a task, and when the patient has read what they must", async () => {
    await open({ tasks: [], unread: [unread({ seq: 5 })] });
    const times = (): number => asked.filter(({ path }) => path === PATH).length;
    await tell(said(6, 6, "f"));
    expect(times()).toBe(1);
    await tell(event(7, { type: "task_changed", task_id: "tsk_a", what: "created", assignee: { person: ORTIZ } }));
    expect(times()).toBe(2);
    await tell(event(8, { type: "read", person: MARIA, up_to_seq: 4, up_to_number: 4 }, MARIA));
    expect(times()).toBe(2);
    answers[PATH] = { tasks: [], unread: [] };
    await tell(event(9, { type: "read", person: MARIA, up_to_seq: 6, up_to_number: 6 }, MARIA));
    expect([times(), screen.queryByText(words.mustRead)]).toEqual([3, null]);
  });
});

describe("what is asked", () => {
  const members = [{ person_id: ORTIZ.id, name: ORTIZ.name, kind: ORTIZ.kind, title: "MA" }, { person_id: RAMAN.id, name: RAMAN.name, kind: RAMAN.kind }, { person_id: MARIA.id, name: MARIA.name, kind: MARIA.kind }];
  const about = conversation({ kind: "patient", topic: "Sore throat", patient: task().patient ?? null, members });
  const message: Message = { kind: "message", seq: 4, number: 3, at_ms: 5, author: MARIA, on_behalf_of: null, audience: "everyone", priority: "routine", body: "Can you **call** the pharmacy?\nThanks", mentions: [], reply_to: null, version: 1, edited_at_ms: null, retracted: null, acknowledged: [] };
  const onclose = vi.fn();
  const what = (): HTMLInputElement => screen.getByLabelText(words.dialog.what);
  const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await after(); };
  async function choose(name: string, typed = ""): Promise<void> {
    const box = screen.getByRole("combobox", { name: words.dialog.who });
    box.focus();
    await fireEvent.input(box, { target: { value: typed } });
    await after();
    await fireEvent.click(screen.getByRole("option", { name: new RegExp(name), hidden: true }));
    await after();
  }
  beforeEach(() => { onclose.mockClear(); session.store.putConversation(about); });

  test("a task from a message: its first line, one person or role of the conversation, a time if one wants", async () => {
    const say = vi.spyOn(announcer, "say");
    render(TaskDialog, { conversation: about, message, me: RAMAN.id, onclose });
    expect([what().value, screen.getByText(/^About: Sore throat · Maria Garcia, MRN-10240$/), screen.getByText(/^From the message of Maria Garcia, /), screen.getByText(words.dialog.sees)]).toEqual(["Can you call the pharmacy?", expect.anything(), expect.anything(), expect.anything()]);
    expect(document.activeElement).toBe(what());
    await choose("Jamie Ortiz");
    expect(document.activeElement?.textContent).toBe(words.dialog.change);
    await fireEvent.click(screen.getByLabelText(words.dialog.timed));
    await press(later.choices.hour);
    await submit();
    expect(posted("/v1/conversations/con_a/tasks")).toEqual([{ title: "Can you call the pharmacy?", assignee: { person_id: ORTIZ.id }, due_at_ms: expect.any(Number), seq: 4 }]);
    expect([say.mock.lastCall, onclose.mock.calls.length]).toEqual([["A task for Jamie Ortiz is made."], 1]);
  });
  test("offered are oneself first, the staff of the conversation, the roles; nobody else", async () => {
    render(TaskDialog, { conversation: about, me: RAMAN.id, onclose });
    screen.getByRole("combobox", { name: words.dialog.who }).focus();
    await after();
    expect([...document.querySelectorAll('[role="option"] .name')].map((one) => one.textContent)).toEqual(["Priya Raman", "Jamie Ortiz", "Front desk", "Physicians", "Nurses", "Medical assistants", "Billing"]);
    await choose("Nurses", "nur");
    await fireEvent.input(what(), { target: { value: " Call her " } });
    await submit();
    expect(posted("/v1/conversations/con_a/tasks")).toEqual([{ title: "Call her", assignee: { role: "nurse" } }]);
  });
  test("what is missing is said where it is, the first in focus, and the node asked for nothing", async () => {
    render(TaskDialog, { conversation: about, me: RAMAN.id, onclose });
    await fireEvent.click(screen.getByLabelText(words.dialog.timed));
    await submit();
    expect([alerts(), document.activeElement]).toEqual([[words.dialog.faults.what.missing, words.dialog.faults.who, later.faults.missing], what()]);
    await fireEvent.input(what(), { target: { value: "Call" } });
    await submit();
    expect(document.activeElement).toBe(screen.getByRole("combobox", { name: words.dialog.who }));
    await choose("Jamie Ortiz");
    await submit();
    expect([document.activeElement, asked.filter(({ path }) => path.endsWith("/tasks"))]).toEqual([screen.getByLabelText(later.day), []]);
  });
  test("refused it is told and stays written, and is another command; in doubt it is the same one until something else is wished", async () => {
    render(TaskDialog, { conversation: about, message, me: RAMAN.id, onclose });
    await choose("Jamie Ortiz");
    const path = "/v1/conversations/con_a/tasks";
    for (const code of ["too_many", "unreachable", "unreachable"]) {
      answers[path] = refusal(code, code === "unreachable" ? 0 : 409);
      await submit();
      expect(alerts()).toEqual([words.problems[code] ?? text.problems[code]]);
    }
    await fireEvent.input(what(), { target: { value: "Call them" } });
    expect(alerts()).toEqual([]);
    answers[path] = {};
    await submit();
    const ids = asked.filter((one) => one.path === path).map(({ command_id }) => command_id);
    expect([ids[1] === ids[2], new Set(ids).size, onclose.mock.calls.length]).toEqual([true, 3, 1]);
  });
  test("offline it says why it does nothing", async () => {
    session.link = { state: "stopped" };
    render(TaskDialog, { conversation: about, message, me: RAMAN.id, onclose });
    await choose("Jamie Ortiz");
    await submit();
    expect([screen.getByText(later.offline), (screen.getByRole("button", { name: words.dialog.do }) as HTMLButtonElement).disabled, posted("/v1/conversations/con_a/tasks")]).toEqual([expect.anything(), true, []]);
  });
  test("while the node is asked it is not left; taken away all the same, it closes nothing else when the answer comes", async () => {
    let answer: (value: unknown) => void = () => {};
    answers["/v1/conversations/con_a/tasks"] = new Promise((resolve) => { answer = resolve; });
    render(TaskDialog, { conversation: about, message, me: RAMAN.id, onclose });
    await choose("Jamie Ortiz");
    await submit();
    await press(text.close);
    await fireEvent(document.querySelector("dialog") as HTMLElement, new Event("cancel", { cancelable: true }));
    expect([(screen.getByRole("button", { name: text.cancel }) as HTMLButtonElement).disabled, onclose.mock.calls.length, posted("/v1/conversations/con_a/tasks").length]).toEqual([true, 0, 1]);
    cleanup();
    answer({});
    await after();
    expect(onclose).not.toHaveBeenCalled();
  });
  test("given to somebody else: not to who has it, and of a conversation that is not open here its members are asked for", async () => {
    session.store.clear();
    answers["/v1/conversations/con_a"] = about;
    const say = vi.spyOn(announcer, "say");
    render(GiveTask, { task: task(), me: RAMAN.id, onclose });
    await submit();
    expect(alerts()).toEqual([words.dialog.faults.who]);
    await after();
    expect([...document.querySelectorAll('[role="option"] .name')].map((one) => one.textContent)).toEqual(["Priya Raman", "Front desk", "Physicians", "Nurses", "Medical assistants", "Billing"]);
    await choose("Priya Raman");
    answers["/v1/tasks/tsk_a"] = refusal("cannot_hold");
    await submit();
    expect(alerts()).toEqual([words.problems["cannot_hold"]]);
    answers["/v1/tasks/tsk_a"] = {};
    await submit();
    expect([posted("/v1/tasks/tsk_a").at(-1), say.mock.lastCall, onclose.mock.calls.length, session.store.conversations.size]).toEqual([{ step: "assign", assignee: { person_id: RAMAN.id } }, ["Given to you."], 1, 0]);
    expect(idOfRole("nurse")).not.toBe("nurse");
  });
  test("due at another time, or at none where one is set", async () => {
    render(TaskDue, { task: task(), onclose });
    expect(screen.queryByRole("button", { name: words.when.none })).toBeNull();
    await press(later.choices.hour);
    await submit();
    expect(posted("/v1/tasks/tsk_a")).toEqual([{ step: "due", due_at_ms: expect.any(Number) }]);
    cleanup();
    render(TaskDue, { task: task({ due_at_ms: Date.now() + 7_200_000 }), onclose });
    await press(words.when.none);
    expect([posted("/v1/tasks/tsk_a").at(-1), onclose.mock.calls.length]).toEqual([{ step: "due" }, 2]);
  });
});
