// Proves that a message moves to the right patient in one request that can be asked for again, saying who may have read it; and that all that was
// said with a patient is shown in order, notes apart, without what was taken back.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal, type Ask } from "../src/core/http";
import type { Message } from "../src/core/timeline";
import type { Conversation } from "../src/core/wire";
import type { TimelineItem, TimelinePage } from "../src/core/wire-guard";
import { messageItems } from "../src/ui/staff/menus";
import MoveDialog from "../src/ui/staff/MoveDialog.svelte";
import PatientTimeline from "../src/ui/staff/PatientTimeline.svelte";
import { announcer } from "../src/vm/announce.svelte";
import { session } from "../src/vm/session.svelte";
import { guard } from "../locales/en-staff-guard";
import { menus } from "../locales/en-staff-menus";
import { move as words, timeline as timeline_words } from "../locales/en-staff-move";
import { conversation, MARIA, ORTIZ, patientTask, RAMAN, said, settle } from "./fakes";

const LEO = { id: "per_leo", name: "Leo Tran", mrn: "MRN-10300", birth_date: "2015-04-01", state: "active" };
const patient = (more: Partial<Conversation> = {}): Conversation => conversation({ kind: "patient", patient: patientTask().patient ?? null, care: { stage: "open" }, my: { member: true, first_seq: 1, read_seq: 3, read_number: 2, unread: 0, may: ["send", "note"] }, ...more });
let asked: { path: string; body: unknown; id: string | undefined }[];
let answer: (path: string) => unknown;

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  HTMLElement.prototype.scrollIntoView = function scroll() {};
  [asked, answer] = [[], () => ({})];
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "Mercy" }, permissions: [] };
  session.sync = { onLink: () => () => {}, transport: { send: () => true } } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation(((path: string, { body, command_id }: Ask = {}) => {
    asked.push({ path, body, id: command_id });
    try { return Promise.resolve(answer(path)); } catch (error) { return Promise.reject(error as Error); }
  }) as never);
  session.store.putConversation(patient({ members: [{ person_id: MARIA.id, name: MARIA.name, kind: "patient" }] }));
  session.store.putConversation(patient({ id: "con_leo", patient: LEO, topic: "Fever" }));
  session.store.timeline("con_a").applyPage([said(1, 1, "a", MARIA), said(2, 2, "The potassium is **6.9**", RAMAN), said(3, 3, "c")], 1, 3, 1);
  session.conversations = [...session.store.conversations.values()];
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.store.clear();
  session.conversations = [];
  session.sync = session.me = undefined;
  session.link = { state: "stopped" };
});
const ready = async (): Promise<void> => { await settle(); await tick(); };

describe("moving", () => {
  const message = (more: Partial<Message> = {}): Message => ({ ...(session.store.timeline("con_a").message(2) as Message), ...more });
  const here = (): Conversation => session.store.conversations.get("con_a") as Conversation;
  const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await ready(); };
  async function choose(): Promise<void> {
    await fireEvent.focus(screen.getByRole("combobox"));
    await vi.waitFor(() => expect(screen.getByRole("option")).toBeTruthy());
    await fireEvent.click(screen.getByRole("option"));
    await ready();
  }

  test("is offered for one's own, written in one's own name, in a patient's conversation", () => {
    const verbs = { reply: () => {}, edit: () => {}, ask: vi.fn(), acknowledge: () => Promise.resolve() };
    const offered = (one: Message, of: Conversation = here()): boolean => messageItems(one, RAMAN.id, false, verbs, of).some(({ label }) => label === menus.move);
    expect([offered(message()), offered(message({ audience: "team" })), offered(message({ author: ORTIZ })), offered(message({ on_behalf_of: ORTIZ })), offered(message({ retracted: { at_ms: 1 } })), offered(message(), conversation())])
      .toEqual([true, true, false, false, false, false]);
    messageItems(message(), RAMAN.id, false, verbs, here()).find(({ label }) => label === menus.move)?.run();
    expect(verbs.ask).toHaveBeenCalledWith("move", message());
  });
  test.each([
    ["nothing is known", 0, 0, words.seen.sent("Maria Garcia")],
    ["it was delivered", 2, 0, words.seen.delivered("Maria Garcia")],
    ["it was read", 2, 2, words.seen.read("Maria Garcia")],
  ])("says who may have read it: %s", (_how, delivered, read, sentence) => {
    session.store.timeline("con_a").mark(MARIA.id, delivered, read);
    render(MoveDialog, { conversation: here(), message: message(), onclose: () => {} });
    expect(screen.getByText(sentence)).toBeTruthy();
    expect(document.querySelector(".quote strong")?.textContent).toBe("6.9");
  });
  test("asks for the right patient first, then is one request, and leads to the new place", async () => {
    const say = vi.spyOn(announcer, "say");
    answer = () => ({ conversation_id: "con_leo", seq: 9, number: 3, revision: 200, at_ms: 1 });
    render(MoveDialog, { conversation: here(), message: message(), onclose: () => {} });
    await submit();
    expect([screen.getByRole("alert").textContent, asked]).toEqual([guard.another.missing, []]);
    await choose();
    expect(document.querySelector(".chosen")?.textContent).toMatch(/Leo Tran.*04\/01\/2015.*MRN-10300.*Fever/s);
    await submit();
    expect(asked).toEqual([{ path: "/v1/conversations/con_a/messages/2/move", body: { to_id: "con_leo" }, id: expect.any(String) }]);
    expect(screen.getByRole("link", { name: words.open("Leo Tran") }).getAttribute("href")).toBe("#/inbox/con_leo");
    expect(say).toHaveBeenCalledWith(words.done("Leo Tran"));
  });
  test("in doubt it goes on under the same id; after a refusal it is another request, with its reason", async () => {
    render(MoveDialog, { conversation: here(), message: message({ audience: "team" }), onclose: () => {} });
    expect(screen.getByText(words.seen.note)).toBeTruthy();
    await choose();
    const tries = [{ status: 503, code: "outcome_unknown" }, { status: 403, code: "forbidden" }, undefined];
    answer = () => { const problem = tries.shift(); if (problem) throw new Refusal(problem); return { conversation_id: "con_leo" }; };
    await submit();
    await submit();
    expect(screen.getByRole("alert").textContent).toBe(words.problems["forbidden"]);
    await submit();
    expect([asked[0]?.id === asked[1]?.id, asked[1]?.id === asked[2]?.id]).toEqual([true, false]);
  });
  test("needs a connection", () => {
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    render(MoveDialog, { conversation: here(), message: message(), onclose: () => {} });
    expect([screen.getByText(words.offline) !== null, (screen.getByRole("button", { name: words.do }) as HTMLButtonElement).disabled]).toEqual([true, true]);
  });
});

describe("all that was said with a patient", () => {
  const item = (revision: number, body: string, more: Partial<TimelineItem> = {}, event: object = {}): TimelineItem => {
    const base = said(revision, revision, body, ORTIZ, event);
    return { ...base, revision, topic: "Knee", ...more };
  };
  let pages: Record<string, TimelinePage>;
  beforeEach(() => {
    pages = { latest: { items: [item(10, "first", { actor: MARIA }), item(11, "note", { conversation_id: "con_b", topic: "Refill" }, { audience: "team" }), item(12, "", { on_behalf_of: RAMAN }, { body: null, retracted: { at_ms: 1, person: ORTIZ, reason: "wrong" } })], next_before: 10 } };
    answer = (path) => {
      const before = /before=(\d+)/.exec(path)?.[1] ?? "latest";
      const page = pages[before];
      if (page === undefined) throw new Refusal({ status: 403, code: "forbidden" });
      return page;
    };
  });
  const open = async (): Promise<void> => {
    render(PatientTimeline, { patient: { ...LEO, id: MARIA.id, name: MARIA.name }, me: RAMAN.id, onback: () => {} });
    await ready();
  };
  const rows = (): string[] => [...document.querySelectorAll("[data-item]")].map((one) => (one.textContent ?? "").replace(/\s+/g, " "));

  test("stands in order, each with its topic and who wrote it; notes apart, nothing of what was taken back, in whose name it was", async () => {
    await open();
    expect(rows()).toEqual([expect.stringMatching(/Knee.*Maria Garcia \(patient\).*first/), expect.stringMatching(/Refill.*Jamie Ortiz.*Team only.*note/), expect.stringMatching(/Jamie Ortiz on behalf of Priya Raman.*Jamie Ortiz retracted this message.*wrong/)]);
    expect([...document.querySelectorAll("[data-item]")].map((one) => one.classList.contains("note"))).toEqual([false, true, false]);
    expect(screen.getByRole("link", { name: timeline_words.open("Refill") }).getAttribute("href")).toBe("#/inbox/con_b");
    expect(document.querySelectorAll(".day").length).toBe(1);
  });
  test("earlier ones come when they are asked for, once, to the beginning", async () => {
    await open();
    pages["10"] = { items: [item(8, "older"), item(9, "old")] };
    await fireEvent.click(screen.getByRole("button", { name: timeline_words.earlier }));
    await ready();
    expect(rows().map((one) => /older|old|first|note|wrong/.exec(one)?.[0])).toEqual(["older", "old", "first", "note", "wrong"]);
    expect(screen.queryByRole("button", { name: timeline_words.earlier })).toBeNull();
    expect(screen.getByText(timeline_words.start)).toBeTruthy();
  });
  test("who leaves while earlier ones come leaves nothing broken", async () => {
    await open();
    pages["10"] = { items: [item(9, "old")] };
    void fireEvent.click(screen.getByRole("button", { name: timeline_words.earlier }));
    cleanup();
    await ready(); // what is thrown here fails the run
    expect(asked.filter(({ path }) => path.includes("before=10")).length).toBe(1);
  });
  test("says that there is nothing, that one may not, and that it could not be asked; what is there stays", async () => {
    pages = { latest: { items: [] } };
    await open();
    expect(screen.getByText(timeline_words.none)).toBeTruthy();
    cleanup();
    pages = {};
    await open();
    expect(screen.getByText(timeline_words.forbidden)).toBeTruthy();
    cleanup();
    answer = () => { throw new Refusal({ status: 0, code: "unreachable" }); };
    await open();
    expect(screen.getByText(timeline_words.failed, { exact: false })).toBeTruthy();
    cleanup();
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await open();
    expect(screen.getByText(timeline_words.offline)).toBeTruthy();
  });
});
