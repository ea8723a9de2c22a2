// Proves that nothing is lost by a dialog that is closed by accident, or by a conversation that is loaded anew under it: the title of a task, the
// summary of a pin, the messages that were chosen for it.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Message } from "../src/core/timeline";
import PinDialog from "../src/ui/staff/PinDialog.svelte";
import TaskDialog from "../src/ui/staff/TaskDialog.svelte";
import { anyDraft, draftOf, dropDrafts, keepDraft } from "../src/vm/drafts";
import { session } from "../src/vm/session.svelte";
import { todo } from "../src/vm/tasks.svelte";
import { pins } from "../locales/en-staff-pins";
import { tasks } from "../locales/en-staff-tasks";
import { conversation, MARIA, patientTask, RAMAN, said } from "./fakes";

const about = conversation({ kind: "patient", topic: "Sore throat", patient: patientTask().patient ?? null });
const all = Array.from({ length: 6 }, (_, index) => said(index + 1, index + 1, `words ${index + 1}`, index % 2 === 0 ? MARIA : RAMAN));
let sent: { path: string; body: unknown }[];
let refuse = false;
const onclose = vi.fn();
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(400); await tick(); };
const message = (seq: number): Message | undefined => session.store.timeline("con_a").message(seq);
const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await after(); };
const write = async (field: HTMLElement, value: string): Promise<void> => { await fireEvent.input(field, { target: { value } }); };
const alerts = (): string[] => screen.queryAllByRole("alert").map((one) => one.textContent.replace(/\s+/g, " ").trim());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  sent = [];
  refuse = false;
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["create_patient_conversation"] };
  vi.spyOn(session.http, "ask").mockImplementation(((path: string, { body, method = "GET" }: { body?: unknown; method?: string } = {}) => {
    if (method === "POST" && refuse) return Promise.reject(new Error("no"));
    if (method === "POST") sent.push({ path, body });
    return Promise.resolve(path.startsWith("/v1/patients") ? { patients: [] } : path.includes("people") ? { people: [] } : {});
  }) as never);
  session.store.putConversation(about);
  session.store.timeline("con_a").applyPage(all, 1, 6, 1);
});
afterEach(async () => {
  cleanup();
  dropDrafts();
  todo.forget();
  session.store.clear();
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
  session.me = undefined;
  session.link = { state: "stopped" };
});

describe("a pin's summary", () => {
  const summary = (): HTMLTextAreaElement => document.querySelector("textarea") as HTMLTextAreaElement;
  const open = async (seq?: number): Promise<void> => { cleanup(); render(PinDialog, { conversation: about, message: seq === undefined ? undefined : message(seq), me: RAMAN.id, onclose }); await after(); };

  test("is there again, for the message that it was begun with, until it is pinned", async () => {
    await open(3);
    await write(summary(), "Sore throat since Monday");
    await open(3);
    expect(summary().value).toBe("Sore throat since Monday");
    await open(5);
    expect(summary().value).toBe("");
    await open(3);
    refuse = true;
    await submit();
    await open(3);
    expect(summary().value).toBe("Sore throat since Monday");
    refuse = false;
    await submit();
    expect(sent.map(({ body }) => (body as { summary: string }).summary)).toEqual(["Sore throat since Monday"]);
    await open(3);
    expect([summary().value, anyDraft()]).toEqual(["", false]);
  });
  test("does not touch what is in the conversation's box, and goes with who signs out", async () => {
    keepDraft("con_a", undefined, { text: "a reply", audience: "everyone", behalf: false, priority: "routine", chosen: [] });
    await open();
    await write(summary(), "Well again");
    expect(draftOf("con_a")?.text).toBe("a reply");
    cleanup();
    dropDrafts();
    await open();
    expect(summary().value).toBe("");
  });
});

describe("a task's title", () => {
  const title = (): HTMLInputElement => screen.getByLabelText(tasks.dialog.what);
  const open = async (seq?: number): Promise<void> => { cleanup(); render(TaskDialog, { conversation: about, message: seq === undefined ? undefined : message(seq), me: RAMAN.id, onclose }); await after(); };

  test("is there again, for the message that it comes from, until the task is made; what was only proposed is no draft", async () => {
    await open(3);
    expect([title().value, anyDraft()]).toEqual(["words 3", false]);
    await write(title(), "Call the pharmacy");
    await open();
    expect(title().value).toBe("");
    await open(3);
    expect(title().value).toBe("Call the pharmacy");
    await write(title(), "words 3");
    expect(anyDraft()).toBe(false);
    await write(title(), "");
    await open(3);
    expect(title().value).toBe("words 3");
  });
});

describe("loaded anew while a pin is asked for", () => {
  const choice = (seq: number): HTMLInputElement | null => document.querySelector(`[data-choice="${seq}"] input`);
  async function reset(from: number): Promise<void> {
    session.store.timelines.clear();
    session.store.timeline("con_a").applyPage(all.slice(from - 1), from, 6, 1);
    session.store.touch("con_a");
    await after();
  }

  test("what was chosen and is not loaded any more is said, holds the pin up, and the summary stays", async () => {
    render(PinDialog, { conversation: about, message: message(2), me: RAMAN.id, onclose });
    await after();
    await fireEvent.click(choice(4) as HTMLElement);
    await write(document.querySelector("textarea") as HTMLElement, "Sore throat");
    await reset(4);
    expect(alerts()).toEqual([`${pins.dialog.away(1)} ${pins.dialog.withoutThem(1)}`]);
    expect([choice(2), choice(4)?.checked, document.querySelector("textarea")?.value]).toEqual([null, true, "Sore throat"]);
    await submit();
    expect([sent, document.activeElement?.textContent]).toEqual([[], pins.dialog.withoutThem(1)]);
    // they are here again
    await reset(1);
    expect([alerts(), choice(2)?.checked]).toEqual([[], true]);
    await reset(5);
    expect(alerts()).toEqual([`${pins.dialog.away(2)} ${pins.dialog.withoutThem(2)}`]);
    await fireEvent.click(screen.getByRole("button", { name: pins.dialog.withoutThem(2) }));
    await submit();
    expect(sent.map(({ body }) => body)).toEqual([expect.objectContaining({ seqs: [], summary: "Sore throat" })]);
  });
});
