// Proves the faces of labels and confidences: chips and what they say, what is asked before each, the clinic's settings, a new conversation; and
// the patient's pages, with that of somebody who may not read it any more.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import type { Author, Conversation, EventBody } from "../src/core/wire";
import Home from "../src/ui/patient/Home.svelte";
import NewMessage from "../src/ui/patient/NewMessage.svelte";
import { privacy as privacy_part } from "../src/ui/patient/parts";
import PrivacyDialog from "../src/ui/patient/PrivacyDialog.svelte";
import PatientThread from "../src/ui/patient/Thread.svelte";
import WhoReads from "../src/ui/patient/WhoReads.svelte";
import ClinicSettings from "../src/ui/staff/ClinicSettings.svelte";
import ConversationRow from "../src/ui/staff/ConversationRow.svelte";
import CoverageForm from "../src/ui/staff/CoverageForm.svelte";
import NewConversation from "../src/ui/staff/NewConversation.svelte";
import RestrictionAsks from "../src/ui/staff/RestrictionAsks.svelte";
import RestrictionChips from "../src/ui/staff/RestrictionChips.svelte";
import { announcer } from "../src/vm/announce.svelte";
import { clinic } from "../src/vm/clinic.svelte";
import { draftOf, keepDraft } from "../src/vm/drafts";
import { session } from "../src/vm/session.svelte";
import { patient as patient_words } from "../locales/en-patient";
import { fresh } from "../locales/en-patient-new";
import { privacy } from "../locales/en-patient-privacy";
import { opened } from "../locales/en-patient-thread";
import { compose } from "../locales/en-staff-new";
import { restriction as words } from "../locales/en-staff-restriction";
import { safeguards_words } from "../locales/en-staff-safeguards";
import { conversation, event, RAMAN } from "./fakes";

const LEO: Author = { id: "per_leo", name: "Leo Tran", kind: "patient" };
const MOTHER: Author = { id: "per_mother", name: "Hanh Tran", kind: "proxy" };
const BORN = `${new Date().getFullYear() - 13}-01-01`;
const facts = { mrn: "MRN-10251", birth_date: BORN };
const PATH = "/v1/conversations/con_a/restriction";
const SETTINGS = { guidance: "", hours: [], zone: "UTC", patients: true, team: true, reasons: [] };
let asked: { path: string; method: string; body: unknown; command_id: string | undefined }[];
let answers: Record<string, unknown>;
const sent = (path: string): unknown[] => asked.filter((one) => one.path === path && one.method !== "GET").map(({ body }) => body);
const refusal = (code: string, status = 409): Refusal => new Refusal({ status, code });
const after = async (): Promise<void> => { for (let turn = 0; turn < 12; turn += 1) { await Promise.resolve(); await tick(); } };
const press = async (name: string | RegExp): Promise<void> => { await fireEvent.click(screen.getByRole("button", { name })); await after(); };
const alerts = (): (string | undefined)[] => screen.queryAllByRole("alert").map((one) => one.textContent?.trim());
const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await after(); };
const member = ({ id, name, kind }: Author) => ({ person_id: id, name, kind });
const theirs = (more: Partial<Conversation> = {}): Conversation => conversation({
  kind: "patient", topic: "School", patient: { ...facts, id: LEO.id, name: LEO.name, state: "active" }, members: [RAMAN, LEO, MOTHER].map(member),
  my: { ...conversation().my, may: ["send", "label", "keep_confidential", "add_member"] }, ...more,
});
const here = (person: Author, more = {}): void => { session.me = { person: { ...person, ...more }, session_id: "", expires_at_ms: 0, workspace: { name: "Clinic" }, permissions: ["create_patient_conversation", "change_settings"] }; };

beforeAll(async () => { await privacy_part.load(); });
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked = [];
  answers = { "/v1/settings": { settings: SETTINGS, safeguards: { confidential_from_years: 12, undo_s: 10 } } };
  session.link = { state: "live" };
  session.sync = { onReach: () => {}, onSettings: () => {}, onLink: () => () => {}, fetchConversation: async () => {}, open: async () => {}, markRead: () => {}, transport: { send: () => {} } } as unknown as NonNullable<typeof session.sync>;
  here(RAMAN);
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { method = "GET", body, command_id }: { method?: string; body?: unknown; command_id?: string } = {}) => {
    asked.push({ path, method, body, command_id });
    const answer = answers[`${method} ${path}`] ?? (method === "GET" ? answers[path] : undefined);
    if (answer instanceof Error) throw answer;
    return answer ?? { conversation_id: "con_new" };
  }) as never);
  vi.spyOn(session, "send").mockResolvedValue();
  vi.spyOn(announcer, "say");
});
afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  session.store.clear();
  session.conversations = [];
  await after();
  vi.restoreAllMocks();
  session.me = undefined;
  session.sync = undefined;
  session.link = { state: "stopped" };
});

describe("the chips", () => {
  test("say what they do to whoever reaches them, until Escape", async () => {
    const shown: string[] = [];
    HTMLElement.prototype.showPopover = function show() { shown.push(this.textContent ?? ""); };
    HTMLElement.prototype.hidePopover = function hide() { shown.push("hidden"); };
    render(RestrictionChips, { conversation: theirs({ sensitivity: "state_law", confidential: true }) });
    const [label, confidential] = screen.getAllByRole("button");
    expect([label, confidential].map((one) => one?.textContent?.trim())).toEqual([words.labels.state_law, words.confidential]);
    expect(document.getElementById(label?.getAttribute("aria-describedby") ?? "")?.textContent).toBe(words.means.state_law);
    await fireEvent.focus(confidential as HTMLElement);
    await fireEvent.keyDown(confidential as HTMLElement, { key: "Escape" });
    expect(shown).toEqual([words.means.confidential("Leo Tran"), "hidden"]);
  });
  test("stand in a row of the list, with what they mean", () => {
    const row = { me: RAMAN.id, section: "inbox" as const, current: false, tab: true, waiting: "", onfocus: () => {} };
    const { container, rerender } = render(ConversationRow, { conversation: theirs({ sensitivity: "part_2", confidential: true }), ...row });
    expect([...container.querySelectorAll(".tag[title]")].map((one) => one.textContent)).toEqual(["Part 2", "Confidential"]);
    return rerender({ conversation: theirs(), ...row }).then(() => expect(container.querySelectorAll(".tag[title]")).toHaveLength(0));
  });
});

describe("what is asked", () => {
  const ask = (what: "label" | "unlabel" | "keep" | "share", more: Partial<Conversation> = {}) => {
    const [onadd, onclose] = [vi.fn(), vi.fn()];
    render(RestrictionAsks, { what, conversation: theirs(more), onadd, onclose });
    return { onadd, onclose };
  };
  test("a label: which, what it does, and once", async () => {
    const { onclose } = ask("label");
    for (const effect of words.label.effects) expect(screen.getByText(effect)).toBeTruthy();
    await press(words.label.do);
    await submit();
    expect([alerts(), sent(PATH)]).toEqual([[words.label.missing], []]);
    await fireEvent.click(screen.getByLabelText(/Part 2/));
    answers[`POST ${PATH}`] = refusal("overloaded", 503);
    await submit();
    answers[`POST ${PATH}`] = refusal("nothing_to_do");
    await submit();
    expect(sent(PATH)).toEqual([{ step: "label", sensitivity: "part_2" }, { step: "label", sensitivity: "part_2" }]);
    const [first, second] = asked.filter(({ path }) => path === PATH);
    expect(second?.command_id).toBe(first?.command_id);
    expect([onclose.mock.calls.length, vi.mocked(announcer.say).mock.calls]).toEqual([1, [[words.label.done]]]);
  });
  test("taking it away: named, and asked once", async () => {
    const { onclose } = ask("unlabel", { sensitivity: "part_2" });
    expect(screen.getByRole("alertdialog", { name: words.unlabel.title("Part 2") })).toBeTruthy();
    await press(words.unlabel.do);
    expect([sent(PATH), onclose.mock.calls.length]).toEqual([[{ step: "label" }], 1]);
  });
  test("keeping it from caregivers: who leaves, and why not", async () => {
    clinic.follow();
    await after();
    const { onclose } = ask("keep");
    expect(screen.getByText(/^Leaves now: Hanh Tran\. What they have read already, they know\.$/)).toBeTruthy();
    answers[`POST ${PATH}`] = refusal("too_young");
    await press(words.keep.do);
    expect([alerts(), onclose.mock.calls.length]).toEqual([[words.problems.tooYoung(12)], 0]);
    answers[`POST ${PATH}`] = {};
    await press(words.keep.do);
    expect([sent(PATH).at(-1), onclose.mock.calls.length]).toEqual([{ step: "confidential", confidential: true }, 1]);
  });
  test("sharing it again: nobody comes back, and whoever acts for the patient can be added", async () => {
    session.conversations = [theirs({ id: "con_b" }), theirs({ id: "con_c", confidential: true, members: [member({ ...MOTHER, id: "per_x", name: "Nobody" })] })];
    const { onadd } = ask("share", { confidential: true, members: [RAMAN, LEO].map(member) });
    expect(screen.getByText(words.share.body)).toBeTruthy();
    await press(words.share.do);
    expect(screen.getByText(words.share.done)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Nobody/ })).toBeNull();
    await press(words.share.add("Hanh Tran"));
    expect(onadd).toHaveBeenCalledWith(expect.objectContaining({ id: MOTHER.id, name: "Hanh Tran", kind: "proxy" }));
  });
});

describe("a new conversation of the team", () => {
  const choose = async (birth_date: string): Promise<void> => {
    answers[`/v1/patients?q=Leo&limit=20`] = { patients: [{ ...LEO, state: "active", patient: { mrn: "MRN-10251", birth_date, care_team: [] } }] };
    render(NewConversation, { start: "patient", onclose: () => {} });
    await after();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await fireEvent.input(screen.getByRole("combobox"), { target: { value: "Leo" } });
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    await after();
    await fireEvent.mouseDown(screen.getByRole("option"));
    await fireEvent.click(screen.getByRole("option"));
    await after();
  };
  test("can be kept from caregivers at that age", async () => {
    await choose(BORN);
    expect(screen.getByText(compose.sees)).toBeTruthy();
    await fireEvent.click(screen.getByLabelText(compose.keep));
    expect(screen.getByText(compose.seesKept)).toBeTruthy();
    await fireEvent.input(screen.getByLabelText(compose.topic), { target: { value: "A talk" } });
    await submit();
    expect(sent("/v1/conversations")).toEqual([{ kind: "patient", patient_id: LEO.id, topic: "A talk", confidential: true }]);
  });
  test("not of who is younger", async () => {
    await choose(`${new Date().getFullYear() - 5}-01-01`);
    expect(screen.queryByLabelText(compose.keep)).toBeNull();
  });
});

test("a coverage names conversations with a label only where that is ticked", async () => {
  render(CoverageForm, { me: RAMAN.id, administers: false, live: true, offline: "", arrange: false, covered: undefined, onarranged: () => {} });
  expect((screen.getByLabelText("Also conversations with a label (Part 2, state law)") as HTMLInputElement).checked).toBe(false);
});

describe("the clinic's settings", () => {
  const open = async () => {
    const onclose = vi.fn();
    render(ClinicSettings, { onclose });
    await after();
    return { onclose, years: screen.getByLabelText(safeguards_words.years) as HTMLSelectElement, undo: screen.getByLabelText(safeguards_words.undo) as HTMLInputElement };
  };
  test("what is the same is not saved; what is wrong is said where it is", async () => {
    const { onclose, undo } = await open();
    await fireEvent.input(undo, { target: { value: "61" } });
    await submit();
    expect([alerts(), sent("/v1/settings"), sent("/v1/safeguards")]).toEqual([expect.arrayContaining([safeguards_words.undoFault]), [], []]);
    expect(document.activeElement).toBe(undo);
    await fireEvent.input(undo, { target: { value: "10" } });
    await submit();
    expect([sent("/v1/safeguards"), onclose.mock.calls.length]).toEqual([[], 1]);
  });
  test("an age, or none; refused, the dialog stays", async () => {
    const { onclose, years, undo } = await open();
    expect([years.value, undo.value]).toEqual(["12", "10"]);
    years.selectedIndex = 0;
    await fireEvent.change(years);
    expect(screen.getByText(safeguards_words.yearsOff)).toBeTruthy();
    answers["PUT /v1/safeguards"] = refusal("forbidden", 403);
    await submit();
    expect([onclose.mock.calls.length, sent("/v1/settings")]).toEqual([0, []]);
    answers["PUT /v1/safeguards"] = {};
    await submit();
    expect([sent("/v1/safeguards").at(-1), onclose.mock.calls.length]).toEqual([{ undo_s: 10 }, 1]);
  });
  test("another age that somebody else has set meanwhile is said", async () => {
    await open();
    clinic.safeguards = { confidential_from_years: 14, undo_s: 10 };
    await after();
    expect(screen.getByText(/Somebody else has changed the settings meanwhile/)).toBeTruthy();
    await press("Show theirs");
    expect((screen.getByLabelText(safeguards_words.years) as HTMLSelectElement).value).toBe("14");
  });
});

describe("the patient's pages", () => {
  beforeEach(() => here(LEO, { patient: { ...facts, care_team: [] } }));
  test("a new message can be kept; who is too young is told, and can send it without", async () => {
    render(NewMessage, { start: "Hello", onclose: () => {} });
    await after();
    await fireEvent.click(screen.getByLabelText(fresh.keep));
    await fireEvent.input(screen.getByLabelText(fresh.about), { target: { value: "Me" } });
    answers["POST /v1/conversations"] = refusal("too_young");
    await submit();
    expect(alerts()).toEqual([fresh.tooYoungFor(12)]);
    await submit();
    expect(sent("/v1/conversations")).toEqual([{ kind: "patient", patient_id: LEO.id, topic: "Me", confidential: true }, { kind: "patient", patient_id: LEO.id, topic: "Me" }]);
  });
  test("nobody is offered it who acts for somebody, is too young, or whose clinic allows it at no age", async () => {
    const offered = async (): Promise<boolean> => {
      const { unmount } = render(NewMessage, { start: "", onclose: () => {} });
      await after();
      const found = screen.queryByLabelText(fresh.keep) !== null;
      unmount();
      return found;
    };
    expect(await offered()).toBe(true);
    here(LEO, { patient: { ...facts, birth_date: `${new Date().getFullYear() - 5}-01-01`, care_team: [] } });
    expect(await offered()).toBe(false);
    here(MOTHER, { proxy_for: [LEO.id] });
    expect(await offered()).toBe(false);
    here(LEO, { patient: { ...facts, care_team: [] } });
    answers["/v1/settings"] = { settings: SETTINGS, safeguards: { undo_s: 10 } };
    expect(await offered()).toBe(false);
  });
  test("the list and the conversation say that only they and the clinic read it", async () => {
    session.conversations = [theirs({ confidential: true, members: [RAMAN, LEO].map(member) })];
    render(Home, { onnew: () => {} });
    expect(screen.getByText(patient_words.private)).toBeTruthy();
    cleanup();
    const onask = vi.fn();
    render(WhoReads, { conversation: theirs(), onask });
    await after();
    await press(privacy.title);
    expect(onask).toHaveBeenCalledOnce();
    cleanup();
    answers["/v1/settings"] = { settings: SETTINGS, safeguards: { undo_s: 10 } };
    const { rerender } = render(WhoReads, { conversation: theirs(), onask });
    await after();
    expect(screen.queryByRole("button")).toBeNull();
    await rerender({ conversation: theirs({ confidential: true }), onask });
    expect(screen.getByRole("button", { name: privacy.title })).toBeTruthy();
  });
  test("who can read it is named, and who will not be able to", async () => {
    clinic.follow();
    await after();
    const onclose = vi.fn();
    render(PrivacyDialog, { conversation: theirs(), onclose });
    expect(screen.getAllByRole("listitem").map((one) => one.textContent)).toEqual([privacy.you, privacy.team, privacy.acts("Hanh Tran")]);
    await submit();
    expect([onclose.mock.calls.length, sent(PATH)]).toEqual([1, []]);
    await fireEvent.click(screen.getByLabelText(privacy.keep));
    expect(screen.getByText(privacy.leaves("Hanh Tran"))).toBeTruthy();
    answers[`POST ${PATH}`] = refusal("too_young");
    await submit();
    expect(alerts()).toEqual([privacy.from(12)]);
    answers[`POST ${PATH}`] = {};
    await submit();
    expect([onclose.mock.calls.length, sent(PATH).at(-1)]).toEqual([2, { step: "confidential", confidential: true }]);
    cleanup();
    render(PrivacyDialog, { conversation: theirs({ confidential: true, members: [RAMAN, LEO].map(member) }), onclose });
    await fireEvent.click(screen.getByLabelText(privacy.keep));
    expect(screen.getByText(privacy.nobodyBack)).toBeTruthy();
    await submit();
    expect(sent(PATH).at(-1)).toEqual({ step: "confidential", confidential: false });
  });
});

describe("somebody who acts for the patient", () => {
  const open = async (by: EventBody["type"]): Promise<HTMLElement> => {
    vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: () => {}, removeEventListener: () => {} }));
    vi.stubGlobal("ResizeObserver", class { observe(): void {} unobserve(): void {} disconnect(): void {} });
    here(MOTHER, { proxy_for: [LEO.id] });
    session.store.me = { ...MOTHER };
    session.store.putConversation(theirs({ my: { ...conversation().my, may: ["send"] } }));
    session.conversations = [...session.store.conversations.values()];
    session.store.timeline("con_a").applyPage([event(5, { type: "message_sent", number: 4, audience: "everyone", priority: "routine", body: "Friday!" }, LEO)], 5, 5, 1);
    const { container } = render(PatientThread, { id: "con_a", onback: () => {}, onnew: () => {} });
    await after();
    expect(within(container).getByText("School")).toBeTruthy();
    keepDraft("con_a", undefined, { text: "I was about to say", audience: "everyone", behalf: false, priority: "routine", chosen: [] });
    session.store.removeConversation("con_a");
    session.sync?.onReach({ conversation_id: "con_a", by });
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await after();
    return container;
  };
  test("sees that it is private now, and nothing of it stays", async () => {
    const container = await open("confidential_changed");
    expect(within(container).getByText(opened.privateNow("Leo"))).toBeTruthy();
    expect(container.textContent).not.toMatch(/School|Friday|about to say/);
    expect([screen.queryByRole("textbox"), draftOf("con_a"), session.store.timelines.has("con_a")]).toEqual([null, undefined, false]);
    expect(announcer.say).toHaveBeenCalledWith(opened.privateNow("Leo"));
    cleanup();
    expect(draftOf("con_a")).toBeUndefined();
  });
  test("is not told more than that it is gone where something else was the cause", async () => {
    const container = await open("member_removed");
    expect(within(container).getByText(opened.gone)).toBeTruthy();
    expect(container.textContent).not.toContain("private");
  });
});
