// Proves tasks apart from the screen: what is late, the first line of a message, the words, the lines, and when the node is asked.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../src/core/clock";
import { Refusal } from "../src/core/http";
import type { Lost } from "../src/core/sync";
import { assigneeOf, dueOf, groupsOf, idOf, idOfRole, TITLE_LENGTH_MAX, titleFault, titleFrom } from "../src/core/tasks";
import type { Line } from "../src/core/timeline";
import type { PinList } from "../src/core/wire-pins";
import type { ConversationTasks, Task, TaskEvent, TaskList, UnreadList } from "../src/core/wire-tasks";
import { messageItems, sendItems } from "../src/ui/staff/menus";
import { createTask, isSoAlready, stepTask, whyNot } from "../src/ui/staff/task-deeds";
import { taskLine } from "../src/ui/staff/task-line";
import { closedWords, dueWords, forWords, titleOfTask } from "../src/ui/staff/task-words";
import { lineWords as patientLineWords } from "../src/ui/patient/lines";
import type { Verbs } from "../src/ui/thread/verbs";
import { hrefOf, parseRoute } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { Look, todo } from "../src/vm/tasks.svelte";
import { tasks as words } from "../locales/en-staff-tasks";
import { menus } from "../locales/en-staff-menus";
import { Timeline } from "../src/core/timeline";
import { event, FakeClock, MARIA, ORTIZ, patientTask, pinned, RAMAN, said, settle } from "./fakes";
import "../src/ui/kit/refusals";

const NOW = new Date(2026, 10, 25, 10, 0).getTime(); // a Wednesday
const MINUTE = 60_000;
const at = (day: number, hours: number, minutes = 0): number => new Date(2026, 10, day, hours, minutes).getTime();
const task = (more: Partial<Task> = {}): Task => patientTask({ created_at_ms: NOW, ...more });
const refusal = (code: string, status = 409): Refusal => new Refusal({ status, code });
const me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };

afterEach(() => { vi.restoreAllMocks(); todo.forget(); session.sync = undefined; session.me = undefined; session.link = { state: "stopped" }; });

describe("what is true of a task", () => {
  test("late by its time, by the node's word, or because a patient has not read; never once it is closed", () => {
    expect(dueOf(task({ due_at_ms: NOW }), NOW)).toBe("late");
    expect(dueOf(task({ due_at_ms: NOW + 1, overdue: true }), NOW)).toBe("late");
    expect(dueOf(task({ cause: "unread", title: "" }), NOW)).toBe("late");
    expect([dueOf(task({ cause: "unread", state: "done" }), NOW), dueOf(task({ due_at_ms: at(25, 9), state: "done" }), NOW)]).toEqual(["anytime", "today"]);
    expect([dueOf(task({ due_at_ms: at(25, 23, 59) }), NOW), dueOf(task({ due_at_ms: at(26, 0) }), NOW), dueOf(task(), NOW)]).toEqual(["today", "ahead", "anytime"]);
  });
  test("groups: what is late first, in the node's order, without empty ones", () => {
    const list = [task({ id: "tsk_a", due_at_ms: at(25, 11) }), task({ id: "tsk_b" }), task({ id: "tsk_c", due_at_ms: at(25, 9) }), task({ id: "tsk_d", due_at_ms: at(25, 8) })];
    expect(groupsOf(list, NOW).map(({ due, tasks }) => [due, tasks.map(({ id }) => id)])).toEqual([["late", ["tsk_c", "tsk_d"]], ["today", ["tsk_a"]], ["anytime", ["tsk_b"]]]);
    expect(groupsOf([], NOW)).toEqual([]);
  });
  test("a title is the first line with words, plain, and never longer than the node takes", () => {
    expect(titleFrom("\n  **Call** the pharmacy\nabout `amoxicillin`")).toBe("Call the pharmacy");
    expect(titleFrom("- 20 mg, or 40 mg?")).toBe("20 mg, or 40 mg?");
    expect(titleFrom("```\n\n```")).toBe("");
    expect(titleFrom("x".repeat(300))).toHaveLength(TITLE_LENGTH_MAX);
    const wide = titleFrom("漢".repeat(190));
    expect([titleFault(wide), new TextEncoder().encode(wide).length <= 500, wide.length]).toEqual([undefined, true, 166]);
    expect(titleFrom(`${"x".repeat(199)}😀`)).toBe("x".repeat(199));
    expect([titleFault("  "), titleFault("x".repeat(201)), titleFault("漢".repeat(167)), titleFault(" Call ")]).toEqual(["missing", "long", "long", undefined]);
  });
  test("a person and a role can be chosen from one list", () => {
    expect([assigneeOf(idOfRole("nurse")), assigneeOf(ORTIZ.id)]).toEqual([{ role: "nurse" }, { person_id: ORTIZ.id }]);
    expect([idOf({ role: "nurse" }), idOf({ person: ORTIZ })]).toEqual([idOfRole("nurse"), ORTIZ.id]);
  });
});

describe("words", () => {
  test("when it is due, from the one who reads", () => {
    const due = (due_at_ms: number, more: Partial<Task> = {}): string => dueWords(task({ due_at_ms, ...more }), NOW);
    expect([due(NOW - 30_000), due(NOW - 25 * MINUTE), due(NOW - 3 * 60 * MINUTE), due(NOW - 50 * 60 * MINUTE)]).toEqual(["Overdue", "Overdue by 25 min", "Overdue by 3 h", "Overdue by 2 days"]);
    expect([due(NOW + 20 * MINUTE), due(at(25, 16)), due(at(26, 8))]).toEqual(["Due in 20 min", "Due today, 04:00 PM", "Due tomorrow, 08:00 AM"]);
    expect(due(at(30, 8))).toMatch(/^Due Mon, Nov 30/);
    expect([dueWords(task(), NOW), dueWords(task({ cause: "unread" }), NOW)]).toEqual(["", "Not read in time"]);
    expect(due(at(25, 9), { state: "done" })).toMatch(/^Due Wed, Nov 25/);
  });
  test("what, for whom, by whom, what became of it", () => {
    expect([titleOfTask(task()), titleOfTask(task({ cause: "unread", title: "" })), titleOfTask(task({ cause: "unread", title: "", patient: null }))]).toEqual(["Call the pharmacy", "Reach Maria Garcia another way", "Reach the patient another way"]);
    expect([forWords(task(), ORTIZ.id), forWords(task(), RAMAN.id), forWords(task({ assignee: { role: "nurse" } }), "per_x"), forWords(task({ assignee: { role: "radiology" } }), RAMAN.id)])
      .toEqual(["For you, from Priya Raman", "For Jamie Ortiz, from you", "For Nurses, from Priya Raman", "For radiology, from you"]);
    const closed = { closed_by: ORTIZ, closed_at_ms: NOW };
    expect(closedWords(task({ state: "done", ...closed }), RAMAN.id)).toMatch(/^Done by Jamie Ortiz, Wed, Nov 25/);
    expect(closedWords(task({ state: "cancelled", ...closed }), ORTIZ.id)).toMatch(/^Taken back by you, /);
    expect(closedWords(task(), ORTIZ.id)).toBe("");
    expect([words.total(1, false), words.total(200, true)]).toEqual(["1 task", "200+ tasks"]);
  });
  test("what happened to a task is one line for the staff, and none for the patient", () => {
    const line = (body: Omit<TaskEvent, "type" | "task_id">): Line => ({ kind: "line", ...event(6, { type: "task_changed", task_id: "tsk_a", ...body }, RAMAN) }) as Line;
    expect(taskLine(line({ what: "created", assignee: { person: ORTIZ } }), "per_x")).toBe("Priya Raman created a task for Jamie Ortiz");
    expect(taskLine(line({ what: "assigned", assignee: { role: "nurse" } }), RAMAN.id)).toBe("You gave a task to the nurses");
    expect(taskLine(line({ what: "created", assignee: { person: ORTIZ } }), ORTIZ.id)).toBe("Priya Raman created a task for you");
    expect([ORTIZ.id, RAMAN.id].map((who) => taskLine(line({ what: "not_read", assignee: { person: RAMAN } }), who))).toEqual(["The patient has not read in time: a task for Priya Raman", "The patient has not read in time: a task for you"]);
    expect((["rescheduled", "completed", "cancelled", "reopened"] as const).map((what) => taskLine(line({ what }), RAMAN.id))).toEqual(["You changed when a task is due", "You did a task", "You took back a task", "You opened a task again"]);
    expect(patientLineWords(line({ what: "completed" }), MARIA.id)).toBe("");
    const timeline = new Timeline();
    timeline.applyPage([said(1, 1, "a"), event(2, { type: "task_changed", task_id: "tsk_a", what: "completed" })], 1, 2, 1);
    expect(timeline.list().map(({ kind }) => kind)).toEqual(["message", "line"]);
  });
  test("the place has an address, with a conversation beside it", () => {
    expect(parseRoute(hrefOf("tasks"))).toMatchObject({ section: "tasks", conversation: undefined });
    expect(parseRoute(hrefOf("tasks", "con_01abc"))).toMatchObject({ section: "tasks", conversation: "con_01abc" });
    expect(parseRoute("#/account").section).toBe("inbox");
  });
});

describe("menus", () => {
  const message = { kind: "message", seq: 2, number: 1, at_ms: 0, author: MARIA, on_behalf_of: null, audience: "everyone", priority: "routine", body: "x", mentions: [], reply_to: null, version: 1, edited_at_ms: null, retracted: null, acknowledged: [] } as const;
  test("a message can become a task for the staff, not once it was retracted, and not for people of other organizations", () => {
    const run = vi.fn();
    const labels = (more: object = {}): string[] => messageItems({ ...message, mentions: [], ...more }, RAMAN.id, false, { ask: run } as unknown as Verbs).map(({ label }) => label);
    session.me = me;
    expect(labels()).toContain(menus.task);
    expect(labels({ retracted: { at_ms: 1 } })).not.toContain(menus.task);
    messageItems({ ...message, mentions: [] }, RAMAN.id, true, { ask: run } as unknown as Verbs).find(({ label }) => label === menus.task)?.run();
    expect(run).toHaveBeenCalledOnce();
    session.me = { ...me, person: { ...me.person, kind: "partner" } };
    expect(labels()).not.toContain(menus.task);
  });
  test("beside Send: what cannot be now says why", () => {
    const run = vi.fn();
    const items = (...args: [boolean, number | undefined, boolean]) => sendItems(args[0], args[1], run, run, args[2]).map(({ label, off, note }) => [label, off ?? false, note]);
    expect(items(false, undefined, true)).toEqual([[menus.later, false, undefined], [menus.mustRead, false, menus.mustReadNote]]);
    expect(items(true, undefined, true)[0]).toEqual([menus.later, true, menus.nothing]);
    expect(items(false, undefined, false)[0]?.[1]).toBe(true);
    expect(items(false, 5, true)).toEqual([[menus.later, true, menus.notTogether], [menus.change, false, menus.mustReadNote]]);
  });
});

describe("asked of the node", () => {
  let clock: FakeClock;
  let asked: string[];
  let answer: (path: string) => unknown;
  let sync: { onTask: (id: string) => void; onReach: (lost: Lost) => void };
  const list = (...tasks: Task[]): TaskList => ({ tasks, more: false });
  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
    sync = { onTask: () => {}, onReach: () => {} };
    answer = () => list(task());
    session.sync = sync as unknown as NonNullable<typeof session.sync>;
    session.me = me;
    vi.spyOn(systemClock, "after").mockImplementation((delay_ms, run) => clock.after(delay_ms, run));
    vi.spyOn(session.http, "ask").mockImplementation((async (path: string) => {
      asked.push(path);
      const given = await answer(path);
      if (given instanceof Error) throw given;
      return given;
    }) as never);
  });

  test("one's own at the start, and once for news that come together", async () => {
    await todo.look();
    expect([asked, todo.count]).toEqual([["/v1/tasks?scope=mine&state=open"], 1]);
    answer = () => list(task(), task({ id: "tsk_b" }));
    sync.onTask("con_a");
    sync.onTask("con_b");
    sync.onTask("con_a");
    await clock.pass(299);
    expect(asked).toHaveLength(1);
    await clock.pass(1);
    expect([asked.length, todo.count]).toEqual([2, 2]);
    await clock.pass(60_000);
    expect(asked).toHaveLength(2);
  });
  test("a conversation's only while they are shown, and for its own news", async () => {
    const look = new Look("/v1/conversations/con_a/tasks", "con_a");
    const leave = todo.show(look);
    await settle();
    void todo.changed("con_b");
    await clock.pass(300);
    const done = todo.changed("con_a");
    await clock.pass(300);
    await done;
    leave();
    void todo.changed("con_a");
    await clock.pass(300);
    expect(asked.filter((path) => path === "/v1/conversations/con_a/tasks")).toHaveLength(2);
  });
  test("more than are listed are more than the rail shows; what was told before an older answer came stays", async () => {
    answer = () => ({ tasks: Array.from({ length: 99 }, (_, index) => task({ id: `tsk_${index}` })), more: true });
    await todo.look();
    expect(todo.count).toBe(100);
    let late: (list: TaskList) => void = () => {};
    answer = () => new Promise((resolve) => { late = resolve as typeof late; });
    const first = todo.mine.look();
    answer = () => list();
    await todo.mine.look();
    late(list(task()));
    await first;
    expect(todo.count).toBe(0);
  });
  test("what is there stays when it cannot be asked for, and goes when it may not be seen", async () => {
    await todo.look();
    answer = () => refusal("unreachable", 0);
    await todo.mine.look();
    expect([todo.mine.state, todo.count]).toEqual(["failed", 1]);
    answer = () => refusal("forbidden", 403);
    await todo.mine.look();
    expect([todo.mine.state, todo.count]).toEqual(["forbidden", 0]);
    answer = () => list(task());
    await todo.mine.look();
    expect([todo.mine.state, todo.count]).toEqual(["ready", 1]);
  });
  test("what one may no longer read goes at once from everything that is held, also when it cannot be asked for, and all is asked for anew", async () => {
    const unread = { conversation_id: "con_b", seq: 1, author: RAMAN, by_ms: 1, missed: false };
    const [one, all, not_read, pins] = [new Look<ConversationTasks>("/v1/conversations/con_b/tasks", "con_b"), new Look<TaskList>("/v1/tasks?scope=all&state=open"), new Look<UnreadList>("/v1/unread-by-patients"), new Look<PinList>("/v1/conversations/con_a/pins", "pins per_a")];
    answer = (path) => (path.includes("unread") ? { unread: [unread, { ...unread, conversation_id: "con_a" }], more: false } : path.endsWith("pins") ? { pins: [pinned(), pinned({ conversation_id: "con_b" })], more: false } : list(task(), task({ id: "tsk_b", conversation_id: "con_b" })));
    await todo.look();
    const leave = [one, all, not_read, pins].map((look) => todo.show(look as Look<unknown>));
    await settle();
    const before = asked.length;
    answer = () => refusal("unreachable", 0);
    sync.onReach({ conversation_id: "con_b" });
    const held = (): unknown[] => [todo.mine.held?.tasks.map(({ id }) => id), one.held, all.held?.tasks.length, not_read.held?.unread.length, pins.held?.pins.length]; // a chart stays readable: where a pin was said is told no more
    expect([held(), todo.count]).toEqual([[["tsk_a"], undefined, 1, 1, 2], 1]);
    await clock.pass(300);
    expect([asked.length - before, held()]).toEqual([5, [["tsk_a"], undefined, 1, 1, 2]]);
    sync.onReach({ conversation_id: "con_a" });
    expect([held(), todo.count]).toEqual([[[], undefined, 0, 0, undefined], 0]);
    for (const go of leave) go();
    await clock.pass(300);
  });
  test("an answer that was under way does not bring it back", async () => {
    let late: (list: TaskList) => void = () => {};
    answer = () => new Promise((resolve) => { late = resolve as typeof late; });
    const first = todo.look();
    await settle();
    sync.onReach({ conversation_id: "con_a" });
    answer = () => list();
    late(list(task()));
    await first;
    expect(todo.count).toBe(0);
    await clock.pass(300);
    expect([todo.mine.state, todo.count]).toEqual(["ready", 0]);
  });
  test("where rights became less, and nobody says which, nothing is held until it is told anew; where they may have, it stays until then", async () => {
    await todo.look();
    sync.onReach("none");
    expect([todo.count, asked.length]).toEqual([1, 1]);
    await clock.pass(300);
    expect(asked).toHaveLength(2);
    sync.onReach("all");
    expect([todo.mine.held, todo.mine.state]).toEqual([undefined, "loading"]);
    await clock.pass(300);
    expect([asked.length, todo.count]).toEqual([3, 1]);
  });
  test("whoever comes next sees nothing of it", async () => {
    await todo.look();
    session.me = { ...me, person: { ...me.person, id: "per_next" } };
    answer = () => refusal("unreachable", 0);
    await todo.look();
    expect([todo.mine.held, todo.count]).toEqual([undefined, 0]);
  });
  test("a deed is one request with its id, and is over when what is shown is up to date", async () => {
    const ask = vi.mocked(session.http.ask);
    await todo.look();
    answer = () => list();
    const done = stepTask(task(), { step: "complete" }, "one");
    await clock.pass(300);
    await done;
    expect(ask).toHaveBeenCalledWith("/v1/tasks/tsk_a", { method: "POST", body: { step: "complete" }, command_id: "one" });
    expect(todo.count).toBe(0);
    await createTask("con_a", { title: "x", assignee: { role: "nurse" } }, "two");
    expect(ask).toHaveBeenCalledWith("/v1/conversations/con_a/tasks", { method: "POST", body: { title: "x", assignee: { role: "nurse" } }, command_id: "two" });
    await clock.pass(300);
  });
  test("whoever was second is shown how it stands, and told so", async () => {
    await todo.look();
    answer = (path) => (path.startsWith("/v1/tasks/") ? refusal("nothing_to_do") : list());
    const done = stepTask(task(), { step: "complete" }, "one").catch((error: unknown) => error);
    await clock.pass(300);
    const error = await done;
    expect([isSoAlready(error), todo.count, whyNot(error)]).toEqual([true, 0, words.problems["nothing_to_do"]]);
    expect([whyNot(refusal("target_not_a_member")), whyNot(refusal("archived"))]).toEqual([words.problems["target_not_a_member"], "The conversation is archived. Reopen it first."]);
  });
});
