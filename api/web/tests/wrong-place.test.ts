// Proves that words about a patient are asked about wherever they can be in the wrong place: in a care room, in a channel that is not for patient
// information, in an edit; and that only what goes to a patient is held.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { unchecked } from "../src/core/guard";
import { Refusal } from "../src/core/http";
import type { Outbox, Row } from "../src/core/outbox";
import type { Message } from "../src/core/timeline";
import type { Conversation, Problem } from "../src/core/wire";
import ComposerNotes from "../src/ui/staff/ComposerNotes.svelte";
import Refused from "../src/ui/staff/Refused.svelte";
import { announcer } from "../src/vm/announce.svelte";
import { clinic } from "../src/vm/clinic.svelte";
import { Composer } from "../src/vm/composer.svelte";
import { dropDrafts } from "../src/vm/drafts";
import { holdUntil } from "../src/vm/holding.svelte";
import { saveEdit } from "../src/vm/save-edit";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { guard } from "../locales/en-staff-guard";
import { beginEdit } from "../src/vm/edits";
import { conversation, patientTask, RAMAN, said } from "./fakes";

const patient = patientTask().patient ?? null;
const FOUND: Problem = { status: 409, code: "names_a_patient", found: [{ what: "record_number", text: "MRN-10204" }] };
const run = vi.fn();
const put = (more: Partial<Conversation>): Composer => {
  session.store.putConversation(conversation(more));
  return new Composer(new ThreadView("con_a"), undefined);
};
const channel = (phi_allowed?: boolean): Partial<Conversation> => ({ kind: "channel", channel: { visibility: "public", ...(phi_allowed === undefined ? {} : { phi_allowed }) } });

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  session.store.clear();
  session.me = { person: { ...RAMAN }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
  run.mockReset().mockResolvedValue({});
  session.sync = { commands: { run }, transport: { send: () => true }, open: () => Promise.resolve(), fetchConversation: () => Promise.resolve() } as unknown as NonNullable<typeof session.sync>;
  session.outbox = { of: () => [], waiting: () => [], retry: vi.fn(), withdraw: vi.fn() } as unknown as Outbox;
  dropDrafts();
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  session.me = undefined;
  session.store.clear();
});

test.each([
  ["a patient's conversation", { kind: "patient", patient }, true],
  ["a care room", { kind: "care_room", patient }, true],
  ["a channel that is not for patient information", channel(false), true],
  ["a channel that is", channel(true), false],
  ["a channel of which nothing is said", channel(), false],
  ["a group", {}, false],
] as [string, Partial<Conversation>, boolean][])("in %s the check is asked for: %j", (_, more, asked) => {
  expect("check_patient" in put(more).message("x")).toBe(asked);
});

test("only what goes to a patient is held, and says what its author had seen", async () => {
  clinic.safeguards = { undo_s: 10 };
  const send = vi.spyOn(session, "send").mockResolvedValue();
  const room = put({ kind: "care_room", patient });
  room.text = "For the team";
  await room.send();
  expect(send.mock.calls[0]?.[1]).toEqual({ body: "For the team", audience: "everyone", priority: "routine", mentions: [], check_patient: true });
  expect(holdUntil("con_a", room.message("x"))).toBeUndefined();
  const box = put({ kind: "patient", patient });
  expect(holdUntil("con_a", box.message("x"))).toBeGreaterThan(Date.now());
});

test("in a channel it is asked once, with what was found, the text first; sent anyway it is not checked again", async () => {
  put(channel(false));
  const row: Row = { id: "row_a", order: 1, conversation_id: "con_a", created_at_ms: 0, message: { body: "MRN-10204 came", audience: "everyone", priority: "routine", mentions: [], check_patient: true }, state: "failed", attempts: 1, problem: FOUND, seq: null };
  const alarm = vi.spyOn(announcer, "alarm");
  const onput = vi.fn();
  render(Refused, { row, view: new ThreadView("con_a"), note: false, box: { room: () => undefined, put: onput } });
  await tick();
  const dialog = screen.getByRole("alertdialog", { name: guard.channel.title });
  expect([...dialog.querySelectorAll("footer button")].map((one) => one.textContent?.trim())).toEqual([guard.channel.back, guard.anyway]);
  expect(dialog.querySelector("[data-autofocus]")?.textContent).toBe(guard.channel.back);
  expect(document.body.textContent).toContain("Found:");
  expect(document.body.textContent).toContain("MRN-10204");
  expect(document.body.textContent).not.toContain(guard.here);
  expect(alarm.mock.calls[0]?.[0]).toBe(guard.channel.said("“MRN-10204”"));
  expect(screen.queryByRole("button", { name: guard.other }), "a channel's words belong to no patient's box").toBeNull();
  await fireEvent.click(within(dialog).getByRole("button", { name: guard.anyway }));
  expect(session.outbox?.retry).toHaveBeenCalledWith("row_a", unchecked(row.message));
  vi.mocked(session.outbox as Outbox).withdraw = vi.fn(() => row.message);
  await fireEvent.click(screen.getByRole("button", { name: guard.channel.back }));
  expect(onput).toHaveBeenCalledOnce();
});

test("an edit is checked as well: what was found stands over the box, and goes with the words; anyway is not checked", async () => {
  const composer = put({ kind: "patient", patient });
  session.store.timeline("con_a").apply(said(1, 1, "Your result is here", RAMAN));
  const message = session.store.timeline("con_a").message(1) ?? ({ seq: 1, body: "Your result is here", author: RAMAN } as unknown as Message);
  beginEdit(composer, message, []);
  const onfocus = vi.fn();
  render(ComposerNotes, { composer, outside: false, onfocus });
  composer.text = "Leo Tran's result is here";
  run.mockRejectedValueOnce(new Refusal({ status: 409, code: "another_patient", found: [{ what: "name", text: "Leo Tran" }] }));
  await saveEdit(composer);
  await tick();
  expect(run.mock.calls[0]?.[0]).toMatchObject({ type: "edit_message", seq: 1, body: "Leo Tran's result is here", check_patient: true });
  expect(composer.problem).toBe(guard.problems.another_patient);
  expect(screen.getByRole("group", { name: guard.title }).textContent).toContain("Leo Tran");
  composer.text = "Your other result is here";
  await tick();
  expect(screen.queryByRole("group", { name: guard.title }), "it was said of other words").toBeNull();
  composer.text = "Leo Tran's result is here";
  await tick();
  await fireEvent.click(screen.getByRole("button", { name: guard.saveAnyway }));
  await vi.waitFor(() => expect(onfocus).toHaveBeenCalledOnce());
  expect("check_patient" in (run.mock.calls[1]?.[0] as object)).toBe(false);
  expect(composer.editing).toBeUndefined();
});
