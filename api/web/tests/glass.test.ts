// Proves reading in an emergency: offered only to whom it is allowed, asked for with a reason, read-only with a bar while it lasts, over by itself;
// and the words of a retracted message for compliance alone.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import type { Message } from "../src/core/timeline";
import type { Conversation } from "../src/core/wire";
import GlassBar from "../src/ui/staff/GlassBar.svelte";
import GlassRequest from "../src/ui/staff/GlassRequest.svelte";
import MessageView from "../src/ui/thread/Message.svelte";
import VersionsDialog from "../src/ui/thread/VersionsDialog.svelte";
import { glass, reasonFault } from "../src/vm/glass.svelte";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { glass as words } from "../locales/en-staff-glass";
import { conversation, event, ORTIZ, patientTask, RAMAN, said } from "./fakes";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const REASON = "On call, patient unconscious in the ER";
const opened = (basis: string): Conversation => conversation({ kind: "patient", patient: patientTask().patient ?? null, my: { ...conversation().my, member: false, basis, may: [] } });
let asked: { path: string; method: string; body: unknown; command_id: string | undefined }[];
let answer: unknown;
/** What is told of the conversation; undefined: that there is none. */
let there: Conversation | undefined;
const lose = vi.fn(({ conversation_id }: { conversation_id: string }) => session.store.removeConversation(conversation_id));
const after = async (ms = 0): Promise<void> => { await vi.advanceTimersByTimeAsync(ms); await tick(); };
const press = async (name: string | RegExp): Promise<void> => { await fireEvent.click(screen.getByRole("button", { name })); await after(); };
const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await after(); };
const alerts = (): string[] => screen.queryAllByRole("alert").map((one) => (one.textContent ?? "").trim());
const me = (...permissions: string[]): void => { session.me = { person: { ...RAMAN }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions }; };

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "Date"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  [asked, there] = [[], undefined];
  answer = { revision: 9, expires_at_ms: NOW + 30 * 60_000 };
  lose.mockClear();
  session.link = { state: "live" };
  me("break_glass");
  const fetchConversation = async (): Promise<Conversation> => {
    if (there === undefined) throw new Refusal({ status: 404, code: "not_found" });
    session.store.putConversation(there);
    return there;
  };
  session.sync = { open: fetchConversation, fetchConversation, lose } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { method = "GET", body, command_id }: { method?: string; body?: unknown; command_id?: string } = {}) => {
    asked.push({ path, method, body, command_id });
    if (answer instanceof Error) throw answer;
    return answer;
  }) as never);
});
afterEach(() => {
  cleanup();
  session.store.clear();
  session.sync = session.me = undefined;
  session.link = { state: "stopped" };
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function unreadable(): Promise<ThreadView> {
  const view = new ThreadView("con_a");
  await after();
  render(GlassRequest, { view });
  return view;
}

test("a reason is at least one sentence, and no essay", () => {
  expect([reasonFault(" because "), reasonFault("because he"), reasonFault("x".repeat(500)), reasonFault("é".repeat(251))]).toEqual(["short", undefined, undefined, "long"]);
});

describe("a conversation that cannot be read", () => {
  test("is known as such when the node has said so, and not when nobody answered", async () => {
    const view = new ThreadView("con_a");
    await after();
    expect(view.gone).toBe(true);
    (session.sync as NonNullable<typeof session.sync>).open = () => Promise.reject(new Refusal({ status: 0, code: "unreachable" }));
    const other = new ThreadView("con_b");
    await after();
    expect([other.gone, other.state]).toEqual([false, "failed"]);
  });
  test("offers nothing to whose role does not allow it", async () => {
    me("create_patient_conversation");
    await unreadable();
    expect(screen.queryByRole("button")).toBeNull();
  });
  test("opens for a reason and a time, which are what is asked for, and is over by itself", async () => {
    const view = await unreadable();
    await press(/Request access/);
    await submit();
    expect([alerts(), asked, document.activeElement?.tagName]).toEqual([[words.faults.short], [], "TEXTAREA"]);
    await fireEvent.input(screen.getByLabelText(words.reason), { target: { value: `  ${REASON} ` } });
    answer = new Refusal({ status: 404, code: "not_found" });
    await submit();
    expect(alerts()).toEqual([words.problems["not_found"]]);
    expect(screen.getByLabelText<HTMLTextAreaElement>(words.reason).value).toContain(REASON);
    answer = { revision: 9, expires_at_ms: NOW + 60 * 60_000 };
    await fireEvent.change(screen.getByLabelText(words.minutes), { target: { value: "60" } });
    there = opened("break_glass");
    await submit();
    expect(asked.at(-1)).toMatchObject({ path: "/v1/break-glass", method: "POST", body: { conversation_id: "con_a", reason: REASON, minutes: 60 } });
    expect(asked[0]?.command_id).not.toBe(asked[1]?.command_id);
    expect([view.gone, view.conversation?.my.basis]).toEqual([false, "break_glass"]);
    cleanup();
    render(GlassBar, { id: "con_a", until_ms: NOW + 60 * 60_000 });
    expect(screen.getByRole("status").textContent).toMatch(/^You read this by emergency access until \d+:00\s[AP]M; it is on the record\.$/);
    await after(60 * 60_000 - 1);
    expect(view.gone).toBe(false);
    there = undefined;
    await after(1);
    await vi.waitFor(() => expect(view.gone).toBe(true));
    expect(lose.mock.calls).toEqual([[{ conversation_id: "con_a" }]]);
  });
  test("is looked at again where the node's clock is behind, and left alone where another right has come", async () => {
    const view = await unreadable();
    there = opened("break_glass");
    await glass.break("con_a", REASON, 15, "id");
    await view.load();
    await after(15 * 60_000);
    expect(view.gone).toBe(false);
    there = opened("care_team");
    await after(5000);
    there = undefined;
    await after(60_000);
    expect([view.gone, lose.mock.calls]).toEqual([false, []]);
  });
  test("opened before this page it ends just so; an older node says nothing of a time", async () => {
    there = opened("break_glass");
    session.store.putConversation(there);
    const view = new ThreadView("con_a");
    await after();
    render(GlassBar, { id: "con_a", until_ms: NOW + 60_000 });
    expect(screen.getByRole("status").textContent).toContain("until");
    there = undefined;
    await after(60_000 - 1);
    expect(view.gone).toBe(false);
    await after(1);
    await vi.waitFor(() => expect(view.gone).toBe(true));
    expect(lose.mock.calls).toEqual([[{ conversation_id: "con_a" }]]);
    cleanup();
    render(GlassBar, { id: "con_elsewhere" });
    expect(screen.getByRole("status").textContent).toBe(words.forATime);
  });
});

describe("a retracted message", () => {
  const show = (basis: string): { message: Message; ask: ReturnType<typeof vi.fn> } => {
    there = opened(basis);
    session.store.putConversation(there);
    const timeline = session.store.timeline("con_a");
    timeline.applyPage([said(1, 1, "Wrong dose", ORTIZ), event(2, { type: "message_retracted", target_seq: 1, reason: "wrong patient" })], 1, 2, 1);
    const message = timeline.message(1) as Message;
    const ask = vi.fn();
    render(MessageView, { message, view: new ThreadView("con_a"), me: RAMAN.id, first: true, last_own: false, active: true, mentions: [], my_name: "", verbs: { reply: vi.fn(), edit: vi.fn(), ask, acknowledge: vi.fn() } });
    return { message, ask };
  };
  test("leads to its words for compliance by emergency access, and for nobody else", async () => {
    me("break_glass", "read_audit");
    const { message, ask } = show("break_glass");
    await press("Show the words");
    expect(ask).toHaveBeenCalledWith("versions", message);
    cleanup();
    me("break_glass");
    show("break_glass");
    expect(screen.queryByRole("button", { name: "Show the words" })).toBeNull();
    cleanup();
    me("read_audit");
    show("member");
    expect(screen.queryByRole("button", { name: "Show the words" })).toBeNull();
  });
  test("its words stand in the dialog, with the reason; where the node keeps them, that is said", async () => {
    const { message } = show("break_glass");
    cleanup();
    answer = { versions: [{ version: 1, at_ms: NOW, actor: ORTIZ, body: "Wrong dose" }] };
    render(VersionsDialog, { conversation_id: "con_a", message, onclose: vi.fn() });
    await after();
    const dialog = screen.getByRole("dialog", { name: words.retractedTitle });
    expect(dialog.textContent).toContain("Wrong dose");
    expect(dialog.textContent).toContain("Reason given: wrong patient");
    cleanup();
    answer = new Refusal({ status: 409, code: "already_retracted" });
    render(VersionsDialog, { conversation_id: "con_a", message, onclose: vi.fn() });
    await after();
    expect(alerts()).toEqual([words.notShown]);
  });
});
