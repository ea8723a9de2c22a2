// Proves the way to a message that a task came from: older pages are loaded until it is here, with an end; then it is aimed at, and where it
// cannot be shown that is said in the conversation.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { text } from "../src/core/i18n";
import type { ConversationEvent } from "../src/core/wire";
import NotShown from "../src/ui/staff/NotShown.svelte";
import TasksPane from "../src/ui/staff/TasksPane.svelte";
import { aim } from "../src/vm/aim.svelte";
import { PAGES_MAX, reach } from "../src/vm/reach.svelte";
import { router } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { todo } from "../src/vm/tasks.svelte";
import { reach as words } from "../locales/en-staff-reach";
import { conversation, MARIA, patientTask, RAMAN, said, settle } from "./fakes";

const PAGE = 10;
let all: ConversationEvent[];
/** The first that this person may see. */
let first_seq: number;
let pages: number;
let broken: boolean;

/** As sync does it: the newest page, then one older one each time. */
function load(from: number, to: number): void {
  session.store.timeline("con_a").applyPage(all.slice(from - 1, to), from, to, from <= first_seq ? from : first_seq);
}
beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  all = Array.from({ length: 500 }, (_, index) => said(index + 1, index + 1, `words ${index + 1}`, MARIA));
  [first_seq, pages, broken] = [1, 0, false];
  router.go("tasks");
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
  session.store.putConversation(conversation({ last_seq: 500 }));
  session.sync = {
    open: () => { if (session.store.timeline("con_a").last_held === 0) load(500 - PAGE + 1, 500); return Promise.resolve(); },
    pages: { earlier: () => {
      if (broken) return Promise.reject(new Error("away"));
      pages += 1;
      const to = session.store.timeline("con_a").first_held - 1;
      load(Math.max(first_seq, to - PAGE + 1), to);
      return Promise.resolve(true);
    } },
  } as unknown as NonNullable<typeof session.sync>;
});
afterEach(async () => {
  cleanup();
  await reach.to("con_none", 1);
  aim.now = undefined;
  reach.lost = undefined;
  todo.forget();
  router.go("inbox");
  session.store.clear();
  session.sync = session.me = undefined;
  session.link = { state: "stopped" };
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("the way", () => {
  test("to one that is here is no page long; to an older one it is as many as are needed", async () => {
    await reach.to("con_a", 495);
    expect([pages, aim.now, router.now.conversation]).toEqual([0, { id: "con_a", seq: 495 }, "con_a"]);
    await reach.to("con_a", 462);
    expect([pages, aim.now, reach.lost]).toEqual([3, { id: "con_a", seq: 462 }, undefined]);
  });
  test("has an end, says so, and goes on from there", async () => {
    await reach.to("con_a", 250);
    expect([pages, aim.now, reach.lost]).toEqual([PAGES_MAX, undefined, { id: "con_a", seq: 250, why: "far" }]);
    await reach.to("con_a", 250);
    expect([pages, aim.now, reach.lost]).toEqual([PAGES_MAX + 5, { id: "con_a", seq: 250 }, undefined]);
  });
  test("to one that this person may not see, or that nobody answers for, is said", async () => {
    first_seq = 480;
    await reach.to("con_a", 470);
    expect([aim.now, reach.lost?.why]).toEqual([undefined, "gone"]);
    first_seq = 1;
    session.store.timelines.clear();
    broken = true;
    await reach.to("con_a", 470);
    expect([aim.now, reach.lost?.why]).toEqual([undefined, "failed"]);
  });
  test("to an answer leads to its place among the messages, and opens its thread, whether what it answers is here or not", async () => {
    all[494] = said(495, 495, "an answer", MARIA, { reply_to: 485 });
    await reach.to("con_a", 495);
    expect([pages, aim.now, router.now.thread]).toEqual([0, { id: "con_a", seq: 495 }, 485]);
  });
  test("is left when another one is taken, or another conversation is opened", async () => {
    const early = reach.to("con_a", 300);
    const late = reach.to("con_a", 490);
    await Promise.all([early, late]);
    expect([aim.now, reach.lost]).toEqual([{ id: "con_a", seq: 490 }, undefined]);
    const left = reach.to("con_a", 300);
    router.go("tasks", "con_b");
    await left;
    expect([aim.now, reach.lost]).toEqual([undefined, undefined]);
  });
});

describe("on the screen", () => {
  const open = async (seq: number | null, more: object = {}): Promise<void> => {
    todo.mine.held = { tasks: [patientTask({ seq })], more: false };
    todo.mine.state = "ready";
    vi.spyOn(session.http, "ask").mockResolvedValue({ tasks: [patientTask({ seq })], more: false });
    render(TasksPane, { current: undefined });
    await tick();
    await fireEvent.click(document.querySelector("a[data-about]") as HTMLElement, more);
    await settle();
  };
  test("a task is opened with the message that it came from; one without leads to its conversation; a new tab is the browser's", async () => {
    await open(470);
    expect(aim.now).toEqual({ id: "con_a", seq: 470 });
    cleanup();
    aim.now = undefined;
    router.go("tasks");
    await open(null);
    expect([aim.now, router.now.conversation]).toEqual([undefined, "con_a"]);
    cleanup();
    router.go("tasks");
    await open(470, { ctrlKey: true });
    expect([aim.now, router.now.conversation]).toEqual([undefined, undefined]);
  });
  test.each([["far", words.further], ["failed", text.retry], ["gone", undefined]] as const)("why not (%s), with the way on", async (why, button) => {
    render(NotShown, { id: "con_a" });
    reach.lost = { id: "con_b", seq: 1, why };
    await tick();
    expect(screen.queryByRole("alert")).toBe(null);
    reach.lost = { id: "con_a", seq: 485, why };
    await tick();
    expect(screen.getByRole("alert").textContent).toContain(words[why]);
    expect(screen.queryByRole("button")?.textContent).toBe(button);
    if (button === undefined) return;
    await fireEvent.click(screen.getByRole("button"));
    await settle();
    expect([aim.now, screen.queryByRole("alert")]).toEqual([{ id: "con_a", seq: 485 }, null]);
  });
});
