// Proves the faces of what was begun and not sent: rows and the list that finds them, the box that takes what comes from another tab, a reply to a
// patient who has no account yet, what one may not send any more, and the question before signing out.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Ability, Conversation, SendMessage } from "../src/core/wire";
import { dropUnreadable } from "../src/ui/patient/begun";
import Home from "../src/ui/patient/Home.svelte";
import { clinic as clinic_part, privacy } from "../src/ui/patient/parts";
import ComposerBox from "../src/ui/staff/Composer.svelte";
import ConversationRow from "../src/ui/staff/ConversationRow.svelte";
import KeptDraft from "../src/ui/staff/KeptDraft.svelte";
import Leaving from "../src/ui/staff/Leaving.svelte";
import ListPane from "../src/ui/staff/ListPane.svelte";
import { actions, around, care, mentions, news } from "../src/ui/staff/parts";
import { announcer } from "../src/vm/announce.svelte";
import { Composer } from "../src/vm/composer.svelte";
import { drafted } from "../src/vm/drafted.svelte";
import { draftOf, drafts, dropDrafts, keepDraft, keyOf, putDraft, type Draft } from "../src/vm/drafts";
import { beginEdit, cancelEdit } from "../src/vm/edits";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { leaving as patient_leaving } from "../locales/en-patient-privacy";
import { patient as patient_words } from "../locales/en-patient";
import { conversation as words } from "../locales/en-staff-conversation";
import { list } from "../locales/en-staff-list";
import { none } from "../locales/en-staff-list-none";
import { leaving } from "../locales/en-staff-new";
import { reply } from "../locales/en-staff-reply";
import { conversation, MARIA, RAMAN } from "./fakes";

const begun = (text: string, more: Partial<Draft> = {}): Draft => ({ text, audience: "everyone", behalf: false, priority: "routine", chosen: [], ...more });
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(500); await tick(); await tick(); };
const box = (): HTMLTextAreaElement => screen.getByRole("textbox");
const button = (name: string): HTMLButtonElement => screen.getByRole("button", { name });
const write = async (value: string): Promise<void> => { await fireEvent.input(box(), { target: { value } }); await after(); };
const audience = (): string | null | undefined => document.querySelector("[data-audience]")?.getAttribute("data-audience");
let sent: SendMessage[];
let fetched: string[];
let out: number;

beforeAll(async () => { await Promise.all([actions.load(), around.load(), care.load(), mentions.load(), news.load(), clinic_part.load(), privacy.load()]); });
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  HTMLElement.prototype.scrollIntoView = () => {};
  [sent, fetched, out] = [[], [], 0];
  session.link = { state: "live" };
  session.loaded = true;
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
  session.sync = { open: () => Promise.resolve(), transport: { send: () => {} }, markRead: () => {}, onLink: () => () => {}, fetchConversation: (id: string) => { fetched.push(id); return Promise.resolve(); } } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session, "send").mockImplementation((_id, message) => { sent.push(message); return Promise.resolve(); });
  vi.spyOn(session, "signOut").mockImplementation(() => { out += 1; return Promise.resolve(); });
  vi.spyOn(session.http, "ask").mockResolvedValue({} as never);
  vi.spyOn(announcer, "say");
});
afterEach(async () => {
  cleanup();
  dropDrafts();
  drafted.look();
  session.store.clear();
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.me = session.sync = undefined;
  session.loaded = false;
  session.link = { state: "stopped" };
});

const patients = (state: string, may: Ability[], more: Partial<Conversation> = {}): Conversation => conversation({
  kind: "patient", topic: "Welcome", patient: { id: MARIA.id, name: MARIA.name, mrn: "MRN-10240", birth_date: "1984-03-12", state }, care: { stage: "open" }, my: { ...conversation().my, may }, ...more,
});
const put = async (one: Conversation): Promise<void> => { session.store.putConversation(one); await after(); };
const show = async (one: Conversation): Promise<void> => { await put(one); render(ComposerBox, { view: new ThreadView(one.id), me: RAMAN.id, candidates: [] }); await after(); };

describe("a row", () => {
  const READ = conversation({ my: { ...conversation().my, unread: 0, read_seq: 5, read_number: 4 } });
  const row = async (one: Conversation, current = false): Promise<string> => {
    cleanup();
    render(ConversationRow, { conversation: one, me: RAMAN.id, section: "team", current, tab: true, waiting: "", onfocus: () => {} });
    await after();
    return document.querySelector("a")?.textContent ?? "";
  };

  test("says how it begins, in plain words, but not beside the box itself, nor in the place of what is new", async () => {
    keepDraft("con_a", undefined, begun("Call **Maria**\nabout it"));
    await after();
    expect(await row(READ)).toMatch(/Draft:\s+Call Maria about it/);
    expect(await row(READ, true)).not.toContain("Draft");
    const fresh = await row(conversation());
    expect([fresh.includes("Call Maria"), document.querySelector(".tag")?.textContent]).toEqual([false, list.drafted]);
    keepDraft("con_a", undefined, begun(""));
    await after();
    expect(await row(READ)).not.toContain("Draft");
  });
  test("is a moment behind, and of a thread as well; what is begun in a dialog is none", async () => {
    keepDraft("con_a", 7, begun("In the thread"));
    expect(drafted.of("con_a")).toBeUndefined();
    await after();
    expect(drafted.of("con_a")).toBe("In the thread");
    keepDraft("con_b", "pin", begun("A summary"));
    await after();
    expect(drafted.of("con_b")).toBeUndefined();
  });
});

describe("the list", () => {
  test("finds them, archived ones too, asks the node for nothing, and has no filter for them where there is none", async () => {
    const refresh = vi.fn(() => Promise.resolve());
    (session.sync as unknown as { refresh: unknown }).refresh = refresh;
    for (const id of ["con_a", "con_b", "con_c"]) session.store.putConversation(conversation({ id, my: { ...conversation().my, attention: id === "con_b" ? { put_away_number: 4 } as never : undefined } as never }));
    render(ListPane, { section: "team", current: undefined, onnew: () => {}, onbrowse: () => {} });
    await after();
    expect(screen.queryByRole("button", { name: /^Drafts/ })).toBeNull();
    for (const id of ["con_b", "con_c"]) keepDraft(id, undefined, begun(`Words ${id}`));
    await after();
    await fireEvent.click(button(list.drafts(2)));
    await after();
    const ids = (): (string | undefined)[] => [...document.querySelectorAll<HTMLElement>("a[data-conversation]")].map((one) => one.dataset["conversation"]).sort();
    expect([ids(), refresh.mock.calls.length]).toEqual([["con_b", "con_c"], 0]);
    dropDrafts();
    keepDraft("con_b", undefined, begun(""));
    await after();
    await fireEvent.click(button(list.drafts(0)));
    await after();
    expect([ids(), screen.getByText(none.noDrafts).tagName]).toEqual([[], "P"]);
    await fireEvent.click(button(none.showAll));
    await after();
    expect(ids().length).toBe(2);
  });
});

describe("the box", () => {
  test("has what comes from another tab at once, and is empty when it was sent there; an edit stays what it is", async () => {
    await put(conversation());
    const one = new Composer(new ThreadView("con_a"), undefined);
    const thread = new Composer(new ThreadView("con_a"), 3);
    const closes = [one.open(), thread.open()];
    putDraft(keyOf("con_a", undefined), begun("From there", { priority: "urgent" }), true);
    expect([one.text, one.priority, thread.text]).toEqual(["From there", "urgent", ""]);
    beginEdit(one, { seq: 2, body: "An older message" } as never, []);
    putDraft(keyOf("con_a", undefined), begun("From there, later"), true);
    expect(one.text).toBe("An older message");
    cancelEdit(one);
    expect(one.text).toBe("From there, later");
    putDraft(keyOf("con_a", undefined), undefined, true);
    expect([one.text, draftOf("con_a")]).toEqual(["", undefined]);
    for (const close of closes) close();
    expect(drafts.size).toBe(0);
  });
});

describe("a patient without an account", () => {
  const NOTE: Ability[] = ["note"];

  test("a note is what goes by itself; a reply is begun on purpose, and stays", async () => {
    await show(patients("invited", NOTE));
    expect([audience(), screen.getByText(reply.inactive(MARIA.name, true)).tagName]).toEqual(["team", "P"]);
    await fireEvent.click(button(words.composer.reply));
    await write("Welcome");
    expect([audience(), screen.getByText(reply.stays(MARIA.name)).tagName, screen.getByText(words.composer.stays).className.includes("sees")]).toEqual(["everyone", "P", true]);
    expect(button(words.composer.send).disabled).toBe(true);
    await fireEvent.keyDown(box(), { key: "Enter" });
    await after();
    expect([sent, draftOf("con_a")]).toEqual([[], expect.objectContaining({ text: "Welcome", audience: "everyone", waits: true })]);
  });
  test("when they have one the box says so, once, and sends nothing by itself; who presses sends it to them", async () => {
    keepDraft("con_a", undefined, begun("Welcome", { waits: true }));
    await show(patients("invited", NOTE));
    expect(button(words.composer.send).disabled).toBe(true);
    await put(patients("active", ["send", "note"], { revision: 200 }));
    expect([screen.getByText(reply.reachable(MARIA.name)).tagName, vi.mocked(announcer.say).mock.calls.filter(([said]) => said === reply.reachable(MARIA.name)).length, sent]).toEqual(["P", 1, []]);
    await fireEvent.click(button(words.composer.send));
    await after();
    expect([sent.map(({ body, audience: to }) => [body, to]), screen.queryByText(reply.reachable(MARIA.name)), draftOf("con_a")]).toEqual([[["Welcome", "everyone"]], null, undefined]);
  });
  test("what was begun for them while they had one is not made a note when it is closed", async () => {
    await show(patients("active", ["send", "note"]));
    await write("Your result");
    await put(patients("suspended", NOTE, { revision: 200 }));
    expect([audience(), button(words.composer.send).disabled, draftOf("con_a")?.audience]).toEqual(["everyone", true, "everyone"]);
  });
  test("whether they have one is asked for now and then, while somebody looks; not of others", async () => {
    await show(patients("invited", NOTE));
    await vi.advanceTimersByTimeAsync(41_000);
    expect(fetched).toEqual(["con_a", "con_a"]);
    await put(patients("active", ["send", "note"], { revision: 200 }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetched.length).toBe(2);
  });
});

describe("without the right to send", () => {
  test.each([["archived", { state: "archived" }], ["read only", {}]] as const)("%s: it is kept and shown, and there is no box", async (_how, more) => {
    keepDraft("con_a", undefined, begun("Half a thought"));
    await show(conversation({ ...more, my: { ...conversation().my, may: [] } }));
    expect([screen.getByText(reply.keptHere).tagName, document.querySelector("blockquote")?.textContent, screen.queryByRole("textbox"), draftOf("con_a")?.text]).toEqual(["P", "Half a thought", null, "Half a thought"]);
    await put(conversation({ state: "open", revision: 200, my: { ...conversation().my, may: ["send"] } }));
    expect([box().value, document.querySelector("blockquote")]).toEqual(["Half a thought", null]);
  });
  test("where not even the conversation may be read any more, too", () => {
    keepDraft("con_a", undefined, begun("Half a thought"));
    render(KeptDraft, { id: "con_a" });
    expect(document.querySelector("blockquote")?.textContent).toBe("Half a thought");
    cleanup();
    render(KeptDraft, { id: "con_b" });
    expect(document.querySelector("blockquote")).toBeNull();
  });
});

test("on the patient page what was begun where one may not read any more goes when all is loaded, once", async () => {
  session.loaded = false;
  await put(patients("active", ["send"]));
  for (const id of ["con_a", "con_gone"]) keepDraft(id, undefined, begun("Words"));
  dropUnreadable();
  expect(drafts.size).toBe(2);
  session.loaded = true;
  dropUnreadable();
  expect([draftOf("con_a")?.text, draftOf("con_gone")]).toEqual(["Words", undefined]);
  keepDraft("con_new", undefined, begun("In another tab"));
  dropUnreadable();
  expect(draftOf("con_new")?.text).toBe("In another tab");
});

describe("signing out", () => {
  test("asks of the staff where something is begun, and goes by itself where nothing is", async () => {
    keepDraft("con_a", undefined, begun("Half a thought"));
    render(Leaving, { onclose: () => {} });
    await after();
    expect([screen.getByText(leaving.drafts(1)).tagName, out]).toEqual(["P", 0]);
    await fireEvent.click(button(leaving.do));
    await after();
    expect(out).toBe(1);
    cleanup();
    dropDrafts();
    render(Leaving, { onclose: () => {} });
    await after();
    expect(out).toBe(2);
  });
  test("asks a patient, whose list says what is begun", async () => {
    session.me = { person: { ...MARIA }, session_id: "", expires_at_ms: 0, workspace: { name: "Clinic" }, permissions: [] };
    await put(patients("active", ["send"], { my: { ...conversation().my, unread: 0, may: ["send"] } }));
    render(Home, { onnew: () => {} });
    await fireEvent.click(button(patient_words.signOut));
    expect(out).toBe(1);
    keepDraft("con_a", undefined, begun("My *knee*"));
    await after();
    expect(document.querySelector("[data-conversation]")?.textContent).toContain(`${patient_words.draft} My knee`);
    await fireEvent.click(button(patient_words.signOut));
    await after();
    expect([screen.getByRole("alertdialog", { name: patient_leaving.title }).textContent?.includes(patient_leaving.body), out]).toEqual([true, 1]);
    await fireEvent.click(screen.getAllByRole("button", { name: patient_leaving.do }).at(-1) as HTMLElement);
    expect(out).toBe(2);
  });
});
