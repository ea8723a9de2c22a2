// Proves which doors the staff page shows and what it says where something is switched off: the queue and its two views, the guidance that folds and
// does not go, why one cannot write, what can be begun and with whom.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { text } from "../src/core/i18n";
import type { Coverage, Me, Person, Settings } from "../src/core/wire";
import Composer from "../src/ui/staff/Composer.svelte";
import AboveBox from "../src/ui/staff/AboveBox.svelte";
import GuidanceLine from "../src/ui/staff/GuidanceLine.svelte";
import ListPane from "../src/ui/staff/ListPane.svelte";
import NewConversation from "../src/ui/staff/NewConversation.svelte";
import { actions, news } from "../src/ui/staff/parts";
import { permittedTo } from "../src/ui/staff/permitted";
import ScopeSwitch from "../src/ui/staff/ScopeSwitch.svelte";
import { clinic } from "../src/vm/clinic.svelte";
import { covers } from "../src/vm/covers.svelte";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { clinic_words } from "../locales/en-clinic";
import { compose } from "../locales/en-staff-new";
import { conversation as conversation_words } from "../locales/en-staff-conversation";
import { refusals } from "../locales/en-staff-refusals";
import { scope } from "../locales/en-staff-scope";
import { standing } from "../locales/en-staff-standing";
import { conversation, ORTIZ, RAMAN, settle } from "./fakes";

const SETTINGS: Settings = { guidance: "", hours: [], zone: "UTC", patients: true, team: true, reasons: [] };
const me = (...permissions: string[]): Me => ({ person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions });
const PEOPLE: Person[] = [{ ...ORTIZ, title: "MA", state: "active" }, { id: "per_lab", kind: "partner", name: "Lena Lab", organization: "Northlab", state: "active" }];
/** What the node says it is. */
let told: Settings;
const asked: { path: string; body: unknown }[] = [];
const fetchConversation = vi.fn(async () => conversation());
const ready = async (): Promise<void> => { for (let turn = 0; turn < 4; turn += 1) { await settle(); await tick(); } };

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked.length = 0;
  fetchConversation.mockClear();
  session.link = { state: "live" };
  session.me = me("read_people", "create_group", "create_channel", "create_patient_conversation");
  session.sync = { onLink: () => () => {}, onSettings: () => {}, open: async () => {}, transport: { send: () => true }, fetchConversation } as unknown as NonNullable<typeof session.sync>;
  clinic.settings = told = SETTINGS;
  vi.spyOn(session.http, "ask").mockImplementation(((path: string, { body }: { body?: unknown } = {}) => {
    if (body !== undefined) asked.push({ path, body });
    if (path.startsWith("/v1/people")) return Promise.resolve({ people: PEOPLE });
    return Promise.resolve(path === "/v1/settings" ? { settings: told } : path === "/v1/scheduled" ? { scheduled: [] } : path === "/v1/sites" ? { sites: [] } : { conversation_id: "con_new" });
  }) as never);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  session.store.clear();
  session.conversations = [];
  session.me = session.sync = clinic.settings = undefined;
  covers.now = [];
  session.link = { state: "stopped" };
});

describe("the two views", () => {
  test("the queue is there with the permission, with the role, and for as long as one covers", () => {
    expect([me("patient_queue"), me("organization_queue"), me("read_people")].map((one) => [permittedTo(one).queue, permittedTo(one).organization])).toEqual([[true, false], [true, true], [false, false]]);
    expect(permittedTo(me(), true)).toMatchObject({ queue: true, organization: false });
  });
  test.each([
    ["the whole organization", ["organization_queue", "patient_queue"], scope.organization, scope.ofOrganization],
    ["one's own patients", ["patient_queue"], scope.patients, scope.ofPatients],
  ])("%s: two parts, the second named after what is in it, and said in the queue", (_which, permissions, name, said) => {
    session.me = me(...permissions);
    const { unmount } = render(ScopeSwitch, { section: "inbox" });
    const links = (): [string | null, string | null, string | null][] => screen.getAllByRole("link").map((one) => [one.textContent, one.getAttribute("href"), one.getAttribute("aria-current")]);
    expect([links(), document.querySelector("[data-view]")]).toEqual([[[scope.mine, "#/inbox", "page"], [name, "#/queue", null]], null]);
    unmount();
    render(ScopeSwitch, { section: "queue" });
    expect([links().map(([, , current]) => current), document.querySelector("[data-view]")?.textContent]).toEqual([[null, "page"], said]);
  });
  test("whoever has only their own sees none of it; it comes with a coverage", async () => {
    render(ScopeSwitch, { section: "inbox" });
    expect(screen.queryByRole("navigation")).toBeNull();
    covers.now = [{ id: "cov_a" } as Coverage];
    await tick();
    expect(screen.getByRole("link", { name: scope.patients })).toBeTruthy();
  });
  test("it stands at the head of the inbox, not of the team's rooms", async () => {
    session.me = me("patient_queue");
    session.loaded = true;
    await actions.load();
    const { unmount } = render(ListPane, { section: "inbox", current: undefined, onnew: () => {}, onbrowse: () => {} });
    expect(screen.getByRole("link", { name: scope.patients })).toBeTruthy();
    unmount();
    render(ListPane, { section: "team", current: undefined, onnew: () => {}, onbrowse: () => {} });
    expect(screen.queryByRole("link", { name: scope.patients })).toBeNull();
  });
});

test("the guidance folds to one line with the hours, and stays folded in the next conversation, and there", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"], now: Date.UTC(2024, 0, 6, 12) }); // a Saturday
  clinic.settings = { ...SETTINGS, guidance: "Call 911.\nDesk: 555 0100", hours: [{ day: 0, from_minute: 480, until_minute: 1020 }] };
  const { unmount } = render(GuidanceLine, { usual: "Usual" });
  const line = (): HTMLElement => document.querySelector("[data-guidance]") as HTMLElement;
  expect(line().textContent).toContain(standing.said(clinic.settings.guidance));
  expect(line().querySelector("[data-hours]")?.textContent).toContain(clinic_words.closedUntil("Mon 8:00 AM"));
  expect(screen.getByRole("button", { name: standing.fold }).getAttribute("aria-expanded")).toBe("true");
  await fireEvent.click(screen.getByRole("button", { name: standing.fold }));
  expect([line().classList.contains("folded"), line().textContent?.includes("Call 911."), screen.getByRole("button").getAttribute("aria-expanded")]).toEqual([true, true, "false"]);
  unmount();
  clinic.settings = { ...SETTINGS };
  render(GuidanceLine, { usual: "Usual" });
  expect([line().classList.contains("folded"), line().textContent?.includes("Usual"), line().querySelector("[data-hours]")]).toEqual([true, true, null]);
  await fireEvent.click(screen.getByRole("button", { name: standing.unfold }));
  expect(line().classList.contains("folded")).toBe(false);
});

describe("switched off", () => {
  const box = async (kind: "patient" | "group", may: ("send" | "note")[]): Promise<void> => {
    await news.load();
    session.store.putConversation(conversation({ kind, care: kind === "patient" ? { stage: "open" } : null, my: { ...conversation().my, may } }));
    render(Composer, { view: new ThreadView("con_a"), me: RAMAN.id, candidates: [] });
    await ready();
  };
  test("messages with patients: why stands there, and notes go on", async () => {
    clinic.settings = { ...SETTINGS, patients: false };
    await box("patient", ["send", "note"]);
    for (const one of [screen.getByText(text.problems["patient_messages_off"] ?? ""), screen.getByRole("textbox")]) expect(one).toBeTruthy();
    expect([(screen.getByRole("button", { name: conversation_words.composer.reply }) as HTMLButtonElement).disabled, document.querySelector("[data-audience]")?.getAttribute("data-audience")]).toEqual([true, "team"]);
  });
  test.each([["patient", "patient_messages_off"], ["group", "team_chat_off"]] as const)("%s: nothing can be written, and not for want of a right", async (kind, code) => {
    clinic.settings = { ...SETTINGS, patients: false, team: false };
    await box(kind, []);
    expect([screen.queryByRole("textbox"), document.querySelector(".closed")?.textContent]).toEqual([null, text.problems[code]]);
  });
  test("nothing switched off: it is for want of a right", async () => {
    await box("group", []);
    expect(document.querySelector(".closed")?.textContent).toBe(conversation_words.composer.readOnly);
  });
  test("what one may do is asked for anew when it is switched, and only then", async () => {
    render(AboveBox, { id: "con_a" });
    await ready();
    clinic.settings = { ...SETTINGS, guidance: "Other" };
    await ready();
    expect(fetchConversation).not.toHaveBeenCalled();
    clinic.settings = { ...SETTINGS, team: false };
    await ready();
    expect(fetchConversation.mock.calls).toEqual([["con_a"]]);
  });
  const kinds = (): string[] => [...document.querySelectorAll(".kinds button")].map((one) => one.textContent ?? "");
  test("team chat: only patients can be written to, with the reason", async () => {
    told = { ...SETTINGS, team: false };
    render(NewConversation, { start: "teammate", onclose: () => {} });
    await ready();
    expect([kinds(), screen.getByText(refusals["team_chat_off"] ?? "").getAttribute("role")]).toEqual([[compose.patient], "status"]);
    clinic.settings = SETTINGS;
    await ready();
    expect([kinds(), screen.queryByText(refusals["team_chat_off"] ?? "")]).toEqual([[compose.patient, compose.teammate, compose.group, compose.channel], null]);
  });
  test("both: nothing can be begun, and nothing is asked for", async () => {
    told = { ...SETTINGS, team: false, patients: false };
    render(NewConversation, { start: "patient", onclose: () => {} });
    await ready();
    expect([kinds(), screen.queryByRole("combobox"), (screen.getByRole("button", { name: compose.create }) as HTMLButtonElement).disabled]).toEqual([[], null, true]);
    expect(document.querySelectorAll('.note[role="status"]').length).toBe(2);
  });
});

describe("people of other organizations", () => {
  const field = (): HTMLElement => document.querySelector('input[role="combobox"]') as HTMLElement;
  const offered = async (): Promise<(string | null)[]> => {
    await fireEvent.focus(field());
    await vi.waitFor(() => expect(document.querySelector('li[role="option"]')).toBeTruthy());
    return [...document.querySelectorAll('li[role="option"] .name')].map((one) => one.textContent);
  };
  const kind = async (name: string): Promise<void> => { await fireEvent.click(screen.getByRole("button", { name })); await tick(); };
  test("are offered for a group, not for a direct message; chosen for the one they are gone with the other", async () => {
    session.me = me("read_people", "create_group", "create_channel");
    render(NewConversation, { start: "teammate", onclose: () => {} });
    expect(await offered()).toEqual([ORTIZ.name]);
    await kind(compose.group);
    expect(await offered()).toEqual([ORTIZ.name, "Lena Lab"]);
    await fireEvent.click(screen.getByRole("option", { name: /Lena Lab/ }));
    expect(screen.getByRole("list", { name: compose.chosen }).textContent).toContain("Lena Lab");
    await kind(compose.teammate);
    expect(screen.queryByRole("list", { name: compose.chosen })).toBeNull();
    await fireEvent.submit(document.querySelector("form") as HTMLFormElement);
    expect([screen.getByRole("alert").textContent, asked.filter(({ path }) => path === "/v1/conversations")]).toEqual([compose.choosePerson, []]);
  });
  test("are offered for a partner channel alone", async () => {
    session.me = me("read_people", "create_channel", "create_group", "create_announcement");
    render(NewConversation, { start: "channel", onclose: () => {} });
    expect(await offered()).toEqual([ORTIZ.name]);
    await fireEvent.change(screen.getByLabelText(compose.kind), { target: { value: "partner" } });
    await fireEvent.blur(field());
    await vi.waitFor(async () => expect(await offered()).toEqual([ORTIZ.name, "Lena Lab"]));
  });
});
