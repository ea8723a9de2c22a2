// Proves what is offered for one's own message: another wording only where the node takes it, else retracting and writing anew, which brings the
// words back into the box they came from and never over others.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Message } from "../src/core/timeline";
import type { Ability, Conversation } from "../src/core/wire";
import ComposerBox from "../src/ui/staff/Composer.svelte";
import { messageItems } from "../src/ui/staff/menus";
import { EDIT_WINDOW_S, mayRetract, wayToChange } from "../src/ui/staff/own-message";
import { actions } from "../src/ui/staff/parts";
import RetractDialog from "../src/ui/thread/RetractDialog.svelte";
import { clinic } from "../src/vm/clinic.svelte";
import { draftOf, dropDrafts, keepDraft } from "../src/vm/drafts";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { asks } from "../locales/en-staff-asks";
import { menus } from "../locales/en-staff-menus";
import { conversation, ORTIZ, RAMAN, said, settle } from "./fakes";

const NOW_MS = said(2, 2, "x").at_ms + EDIT_WINDOW_S * 1000;
const room = (more: Partial<Conversation> = {}, may: Ability[] = ["send", "note"]): Conversation => conversation({ ...more, my: { ...conversation().my, may, ...more.my } });
const patient = (may?: Ability[], more: Partial<Conversation> = {}): Conversation => room({ kind: "patient", care: { stage: "open" }, ...more }, may);
const message = (more: Partial<Message> = {}): Message => ({ ...(session.store.timeline("con_a").message(2) as Message), ...more });
const run = vi.fn();

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  run.mockReset().mockResolvedValue({});
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
  session.sync = { commands: { run }, open: async () => {}, transport: { send: () => true }, onLink: () => () => {} } as unknown as NonNullable<typeof session.sync>;
  session.store.putConversation(room({ members: [{ person_id: ORTIZ.id, name: ORTIZ.name, kind: "staff" }] }));
  session.store.timeline("con_a").applyPage([said(1, 1, "a"), said(2, 2, "The **dose** is 5 mg", RAMAN, { mentions: [{ person_id: ORTIZ.id }], priority: "urgent" }), said(3, 3, "b")], 1, 3, 1);
});
afterEach(() => {
  cleanup();
  dropDrafts();
  vi.unstubAllGlobals();
  session.store.clear();
  session.sync = session.me = clinic.settings = undefined;
  session.link = { state: "stopped" };
});

describe("what can become of it", () => {
  test.each([
    ["in a room, within the window", room(), {}, 0, false, "edit"],
    ["in a room, later", room(), {}, 1, false, "anew"],
    ["a team note", patient(), { audience: "team" }, 0, false, "edit"],
    ["a team note, later", patient(["note"]), { audience: "team" }, 1, false, "anew"],
    ["what a patient may have read", patient(), {}, 0, false, "anew"],
    ["somebody else's", room(), { author: ORTIZ }, 0, false, undefined],
    ["retracted", room(), { retracted: { at_ms: 1 } }, 0, false, undefined],
    ["archived", room({ state: "archived" }), {}, 0, false, undefined],
    ["from outside", room({ my: { ...conversation().my, member: false } }), {}, 0, false, undefined],
    ["no box to come back to", patient(["note"]), {}, 0, false, undefined],
    ["on behalf of somebody", patient(["note"], { care: { stage: "open", on_behalf_of: ORTIZ } }), { on_behalf_of: ORTIZ }, 0, false, "anew"],
    ["on behalf of somebody for whom one may not any more", patient(), { on_behalf_of: ORTIZ }, 0, false, undefined],
    ["switched off", room(), {}, 0, true, undefined],
    ["a note, messages with patients switched off", patient(["note"]), { audience: "team" }, 0, true, "anew"],
  ] as [string, Conversation, Partial<Message>, number, boolean, string | undefined][])("%s", (_where, where, more, late_ms, off, way) => {
    expect(wayToChange(message(more), RAMAN.id, where, off, NOW_MS + late_ms)).toBe(way);
  });
  test("for as long as the clinic says, and not at all where it says so", () => {
    const at = (window_s: number, later_ms: number): string | undefined => wayToChange(message({}), RAMAN.id, room(), false, message({}).at_ms + later_ms, window_s);
    expect([at(60, 60_000), at(60, 60_001), at(0, 0)]).toEqual(["edit", "anew", "anew"]);
  });
  test("whoever's name stands beside takes it back as well, and nobody what is archived", () => {
    const theirs = message({ author: ORTIZ, on_behalf_of: RAMAN });
    expect([mayRetract(theirs, RAMAN.id, room()), mayRetract(theirs, RAMAN.id, room({ state: "archived" })), mayRetract(message({ author: ORTIZ }), RAMAN.id, room())]).toEqual([true, false, false]);
  });
  test("the menu offers one of the two, and retracting alone where neither works", () => {
    const verbs = { reply: () => {}, edit: vi.fn(), ask: vi.fn(), acknowledge: () => Promise.resolve() };
    const labels = (one: Message, of: Conversation): string[] => messageItems(one, RAMAN.id, false, verbs, of).map(({ label }) => label).filter((label) => [menus.edit, menus.anew, menus.retract].includes(label));
    const fresh = message({ at_ms: Date.now() });
    clinic.settings = { guidance: "", hours: [], zone: "", patients: true, team: true, reasons: [] };
    expect([labels(fresh, room()), labels(fresh, patient()), labels(message(), room())]).toEqual([[menus.edit, menus.retract], [menus.anew, menus.retract], [menus.anew, menus.retract]]);
    messageItems(fresh, RAMAN.id, false, verbs, patient()).find(({ label }) => label === menus.anew)?.run();
    expect(verbs.ask).toHaveBeenCalledWith("anew", fresh);
    clinic.settings = { ...clinic.settings, team: false };
    expect(labels(fresh, room())).toEqual([menus.retract]);
  });
});

describe("the arrow in the empty box", () => {
  const up = async (at_ms: number): Promise<ReturnType<typeof vi.fn>> => {
    session.store.timeline("con_a").apply({ ...said(4, 4, "Mine, too", RAMAN), at_ms });
    const onanew = vi.fn();
    render(ComposerBox, { view: new ThreadView("con_a"), me: RAMAN.id, candidates: [], onanew });
    await actions.load();
    await tick();
    await fireEvent.keyDown(screen.getByRole("textbox"), { key: "ArrowUp" });
    await settle();
    await tick();
    return onanew;
  };
  test("edits the last one while it can be", async () => {
    const onanew = await up(Date.now());
    expect([(screen.getByRole("textbox") as HTMLTextAreaElement).value, onanew.mock.calls]).toEqual(["Mine, too", []]);
  });
  test("asks about it afterwards, and leaves the box empty", async () => {
    const onanew = await up(Date.now() - EDIT_WINDOW_S * 1000 - 1000);
    expect((screen.getByRole("textbox") as HTMLTextAreaElement).value).toBe("");
    expect(onanew).toHaveBeenCalledWith(expect.objectContaining({ seq: 4 }));
  });
});

describe("retracting and writing anew", () => {
  const open = (more: Partial<Message> = {}, onclose = vi.fn()): typeof onclose => {
    render(RetractDialog, { conversation: session.store.conversations.get("con_a") as Conversation, message: message(more), anew: true, onclose });
    return onclose;
  };
  const submit = async (reason: string): Promise<void> => {
    await fireEvent.input(screen.getByLabelText(asks.retract.reason), { target: { value: reason } });
    await fireEvent.submit(document.querySelector("form") as HTMLFormElement);
    await settle();
    await tick();
  };
  test("retracts with the reason, then the words are in the box, as urgent and with whom they mention", async () => {
    const onclose = open();
    expect(screen.getByRole("alertdialog").textContent).toContain(asks.retract.effect);
    await submit(" ");
    expect([screen.getByRole("alert").textContent, run.mock.calls.length]).toEqual([asks.retract.missing, 0]);
    await submit(" Wrong dose ");
    expect(run).toHaveBeenCalledWith({ type: "retract_message", conversation_id: "con_a", seq: 2, reason: "Wrong dose" });
    expect(draftOf("con_a")).toMatchObject({ text: "The **dose** is 5 mg", audience: "everyone", priority: "urgent", behalf: false, chosen: [{ name: ORTIZ.name, mention: { person_id: ORTIZ.id } }] });
    expect(onclose).toHaveBeenCalledOnce();
  });
  test("what was written in a thread comes back there, and what was for the team stays so", async () => {
    open({ reply_to: 1, audience: "team" });
    await submit("Too early");
    expect([draftOf("con_a"), draftOf("con_a", 1)?.audience]).toEqual([undefined, "team"]);
  });
  test("nothing is retracted while other words are in the box", async () => {
    keepDraft("con_a", undefined, { text: "Begun", audience: "everyone", behalf: false, priority: "routine", chosen: [] });
    const onclose = open();
    await submit("Wrong dose");
    expect([screen.getByRole("alert").textContent, run.mock.calls.length, draftOf("con_a")?.text, onclose.mock.calls.length]).toEqual([asks.retract.fullBox, 0, "Begun", 0]);
  });
});
