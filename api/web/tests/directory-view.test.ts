// Proves the directory: who is found by what, what a row and a profile tell, when patients are looked up, how somebody is written to, and each
// state of it.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { canBeWrittenTo, found, groupsOf, takesNew } from "../src/core/directory";
import { Refusal } from "../src/core/http";
import { text } from "../src/core/i18n";
import type { Coverage, Person } from "../src/core/wire";
import DirectoryPane from "../src/ui/staff/DirectoryPane.svelte";
import { coverages } from "../src/vm/coverage.svelte";
import { PEOPLE_MAX } from "../src/vm/directory.svelte";
import { router } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { directory as words } from "../locales/en-staff-directory";
import { conversation, MARIA, ORTIZ, RAMAN } from "./fakes";

const person = (id: string, name: string, more: Partial<Person> = {}): Person => ({ id: `per_${id}`, name, kind: "staff", title: "", roles: [], state: "active", site_ids: [], presence: "offline", organization: "", ...more });
const raman = person("raman", RAMAN.name, { title: "MD", roles: ["physician"], site_ids: ["site_sf"] });
const ortiz = person("ortiz", ORTIZ.name, { title: "MA", roles: ["medical_assistant", "organization_queue"], site_ids: ["site_la"], presence: "available" });
const sam = person("sam", "Sám Whitfield", { title: "Billing", roles: ["billing"], available: false });
const adeyemi = person("adeyemi", "Folake Adeyemi", { roles: ["compliance_officer"] });
const gone = person("gone", "Ann Gone", { roles: ["nurse"], site_ids: ["site_sf"], state: "suspended", presence: "available" });
const haas = person("haas", "Miriam Haas", { kind: "partner", organization: "Northlab", presence: "busy" });
const feed = person("feed", "Northlab results", { kind: "service", organization: "Northlab" });
const maria = person("maria", MARIA.name, { kind: "patient", site_ids: ["site_sf"], patient: { mrn: "MRN-10240", birth_date: "1984-03-12", care_team: ["per_raman", "per_nobody"] } });
const noemi = person("noemi", "Noemi Garcia", { kind: "patient", state: "invited", patient: { mrn: "MRN-10420", birth_date: "1991-07-30", care_team: [] } });
const EVERYBODY = [raman, ortiz, sam, adeyemi, gone, haas, feed];
const [PEOPLE, PATIENTS] = [`/v1/people?limit=${PEOPLE_MAX}`, "/v1/patients?q=garcia&limit=50"];
const refusal = (code: string, status = 409): Refusal => new Refusal({ status, code });
const coverage = (more: Partial<Coverage> = {}): Coverage => ({ id: "cov_a", covered: ORTIZ, covering: RAMAN, from_ms: 0, until_ms: Date.parse("2026-11-30T08:00:00Z"), reason: "Leave", state: "running", by: ORTIZ, ...more });
let asked: { path: string; body: unknown; command_id: string | undefined }[];
let answers: Record<string, unknown>;
const paths = (): string[] => asked.map(({ path }) => path).filter((path) => path !== "/v1/sites");
const after = async (ms = 0): Promise<void> => { await vi.advanceTimersByTimeAsync(ms); await tick(); };
const wordsOf = (one: Element | null | undefined): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();
const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-person]")];
const names = (): string[] => rows().map((one) => one.dataset["person"]?.slice(4) ?? "");
const alerts = (): string[] => screen.queryAllByRole("alert").map(wordsOf);
const press = async (name: string | RegExp, inside: HTMLElement = document.body): Promise<void> => { await fireEvent.click(within(inside).getByRole("button", { name })); await after(); };
const type = async (label: string, value: string): Promise<void> => { await fireEvent.input(screen.getByRole("searchbox", { name: label }), { target: { value } }); await after(); };
const choose = async (label: string, value: string): Promise<void> => { await fireEvent.change(screen.getByRole("combobox", { name: label }), { target: { value } }); await after(); };
const profile = async (id: string): Promise<HTMLElement> => { await fireEvent.click(document.querySelector(`[data-person="per_${id}"]`) as Element); await after(); return screen.getByRole("dialog"); };
const facts = (dialog: HTMLElement): string[] => [...dialog.querySelectorAll("dt")].map((one) => `${wordsOf(one)}: ${wordsOf(one.nextElementSibling)}`);
type Keyed = { choose: (nth: string) => void; move: (step: 1 | -1) => void; focusSearch: () => void };

async function open(permissions: string[] = ["read_people", "read_patients"]): Promise<Keyed> {
  session.me = { person: raman, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions };
  const { component } = render(DirectoryPane);
  await after();
  return component as unknown as Keyed;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked = [];
  answers = {
    [PEOPLE]: { people: EVERYBODY }, [PATIENTS]: { patients: [maria, noemi] }, "/v1/conversations": { conversation_id: "con_new" },
    "/v1/sites": { sites: [{ id: "site_la", name: "Los Angeles" }, { id: "site_sf", name: "San Francisco" }] }, "/v1/coverage?scope=all": { coverages: [coverage({ covering: { ...ORTIZ, id: "per_x", name: "J. Meyer" } })] },
  };
  session.link = { state: "live" };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { body, command_id }: { body?: unknown; command_id?: string } = {}) => {
    asked.push({ path, body, command_id });
    const answer = answers[path];
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  }) as never);
});
afterEach(async () => {
  cleanup();
  coverages.forget();
  session.store.clear();
  await after(400);
  vi.useRealTimers();
  vi.restoreAllMocks();
  session.me = undefined;
  session.conversations = [];
  session.presence = new Map();
  session.link = { state: "stopped" };
  router.go("inbox");
});

describe("who is found", () => {
  const ANY = { words: "", role: "", site_id: "", available_now: false };
  const ids = (facets: Partial<typeof ANY>): string[][] => groupsOf(EVERYBODY, { ...ANY, ...facets }, (one) => one.presence ?? "offline", () => []).map(({ name, people }) => [name, ...people.map(({ id }) => id.slice(4))]);
  test("in groups, and those without a site at every one", () => {
    expect(ids({})).toEqual([["staff", "raman", "ortiz", "sam", "adeyemi"], ["partner", "haas"], ["service", "feed"], ["suspended", "gone"]]);
    expect(ids({ site_id: "site_la" })).toEqual([["staff", "ortiz", "sam", "adeyemi"]]);
    expect([ids({ role: "billing" }), ids({ available_now: true })]).toEqual([[["staff", "sam"]], [["staff", "ortiz"]]]);
  });
  test("by every word, whatever its case and its marks", () => {
    expect([found("", [""]), found("sam whit", ["Sám Whitfield"]), found("WHITFIELD billing", ["Sám Whitfield", null, "Billing"]), found("sam x", ["Sám"])]).toEqual([true, true, true, false]);
  });
  test("who takes new patients, and who can be written to", () => {
    expect([raman, sam, adeyemi, gone, haas].map(takesNew)).toEqual([true, false, undefined, undefined, undefined]);
    expect(EVERYBODY.filter((one) => canBeWrittenTo(one, "per_raman")).map(({ id }) => id)).toEqual(["per_ortiz", "per_sam", "per_adeyemi", "per_haas"]);
  });
});

describe("people", () => {
  test("a row tells name, title, roles, site, presence, and whether patients can come to them", async () => {
    await open();
    expect(paths()).toEqual([PEOPLE]);
    expect(rows().map(wordsOf)).toEqual([
      "PR Priya Raman You MD Physician San Francisco Available Takes new patients", "JO Jamie Ortiz MA Medical assistant, Organization queue Los Angeles Available Takes new patients",
      "SW Sám Whitfield Billing All sites Offline Takes no new patients", "FA Folake Adeyemi Compliance officer All sites Offline",
      "MH Miriam Haas Northlab Busy", "NR Northlab results Northlab", "AG Ann Gone Nurse San Francisco Suspended",
    ]);
    expect(screen.getAllByRole("heading", { level: 2 }).map(wordsOf)).toEqual(["Staff 4", "Partners 1", "Automatic 1", "Suspended 1"]);
    expect(screen.getAllByRole("button", { name: /^Message to / }).map(wordsOf)).toEqual(["Message to Jamie Ortiz", "Message to Sám Whitfield", "Message to Folake Adeyemi", "Message to Miriam Haas"]);
    session.presence = new Map([["per_ortiz", "off_duty"]]);
    await tick();
    expect(wordsOf(rows()[1])).toContain("Off duty");
  });
  test("found by words, role, site and who is there now, without asking anybody; nobody fits, and all again", async () => {
    await open();
    await type(words.searchLabel, "los ang");
    expect([names(), screen.getByText("1 person")]).toEqual([["ortiz"], expect.anything()]);
    await type(words.searchLabel, "northlab");
    expect(names()).toEqual(["haas", "feed"]);
    await type(words.searchLabel, "");
    await choose(words.role, "nurse");
    expect(names()).toEqual(["gone"]);
    await choose(words.role, "");
    await choose(words.site, "site_la");
    await press(words.availableNow);
    expect(names()).toEqual(["ortiz"]);
    await type(words.searchLabel, "zzz");
    expect(screen.getByText(words.noMatchFor("zzz"))).toBeTruthy();
    await press(words.showAll);
    expect([names().length, document.activeElement?.getAttribute("aria-label")]).toEqual([7, words.searchLabel]);
    await after(2_000);
    expect(paths()).toEqual([PEOPLE]);
  });
  test("of more than the node gives at once the others are asked for by name", async () => {
    answers[PEOPLE] = { people: Array.from({ length: PEOPLE_MAX }, (_, nth) => person(`n${nth}`, `Nurse ${nth}`)) };
    answers[`/v1/people?q=zhao&limit=${PEOPLE_MAX}`] = { people: [person("zhao", "Wen Zhao")] };
    await open();
    expect(screen.getByText(words.more)).toBeTruthy();
    await type(words.searchLabel, "zh");
    await type(words.searchLabel, "zhao");
    await after(500);
    expect([names(), paths().slice(1)]).toEqual([["zhao"], [`/v1/people?q=zhao&limit=${PEOPLE_MAX}`]]);
  });
  test("one stop for Tab, arrows through the rows, and the search a key away", async () => {
    const keyed = await open();
    const focus = (): string | undefined => (document.activeElement as HTMLElement).dataset["person"]?.slice(4);
    const key = async (name: string): Promise<void> => { await fireEvent.keyDown(document.activeElement as Element, { key: name }); await tick(); };
    keyed.focusSearch();
    expect(document.activeElement?.getAttribute("aria-label")).toBe(words.searchLabel);
    for (const [name, there] of [["ArrowDown", "raman"], ["ArrowDown", "ortiz"], ["End", "gone"], ["ArrowDown", "gone"], ["ArrowUp", "feed"], ["Home", "raman"]] as const) {
      await key(name);
      expect(focus(), name).toBe(there);
    }
    keyed.move(1);
    await tick();
    expect([...document.querySelectorAll('section [tabindex="0"]')].map(wordsOf)).toEqual([wordsOf(rows()[1]), "Message to Jamie Ortiz"]);
  });
  test("it loads, fails, is tried again, and keeps what it has; or one may not", async () => {
    answers[PEOPLE] = new Promise(() => {});
    await open();
    expect(screen.getByText(words.loading)).toBeTruthy();
    cleanup();
    answers[PEOPLE] = refusal("unreachable", 0);
    await open();
    expect(alerts()).toEqual([`${words.failedAtFirst} ${text.retry}`]);
    answers[PEOPLE] = { people: [] };
    await press(text.retry);
    expect([alerts(), screen.getByText(words.none)]).toEqual([[], expect.anything()]);
    cleanup();
    answers[PEOPLE] = refusal("forbidden", 403);
    await open([]);
    expect([screen.getByText(words.forbidden), screen.queryByRole("searchbox"), screen.queryByRole("button", { name: words.tabs.patients })]).toEqual([expect.anything(), null, null]);
  });
  test("offline those who were here can be read, not written to; and when it is back they are asked for anew", async () => {
    await open();
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await tick();
    const button = screen.getByRole("button", { name: "Message to Jamie Ortiz" }) as HTMLButtonElement;
    expect([rows().length, button.disabled, document.getElementById(button.getAttribute("aria-describedby") ?? "")?.textContent]).toEqual([7, true, words.offline]);
    session.link = { state: "live" };
    await after();
    expect(paths()).toEqual([PEOPLE, PEOPLE]);
    cleanup();
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await open();
    expect(screen.getByText(words.offlineAtFirst)).toBeTruthy();
  });
});

describe("writing to somebody", () => {
  test("the conversation there is, or a new one, is opened", async () => {
    await open();
    await press("Message to Jamie Ortiz");
    expect([asked.find(({ path }) => path === "/v1/conversations")?.body, router.now]).toEqual([{ kind: "direct", person_id: "per_ortiz" }, expect.objectContaining({ section: "team", conversation: "con_new" })]);
  });
  test("in doubt the same id, after a refusal another one, and why stands where it was asked", async () => {
    await open();
    const ids = (): (string | undefined)[] => asked.filter(({ path }) => path === "/v1/conversations").map(({ command_id }) => command_id);
    answers["/v1/conversations"] = refusal("unreachable", 0);
    await press("Message to Jamie Ortiz");
    expect([alerts(), rows()[1]?.closest("li")?.querySelector("[role=alert]")]).toEqual([[text.problems["unreachable"]], expect.anything()]);
    answers["/v1/conversations"] = refusal("team_chat_off");
    await press("Message", await profile("ortiz"));
    expect(within(screen.getByRole("dialog")).getByRole("alert")).toBeTruthy();
    answers["/v1/conversations"] = { conversation_id: "con_new" };
    await press("Message", screen.getByRole("dialog"));
    expect([ids()[0] === ids()[1], ids()[1] === ids()[2], screen.queryByRole("dialog"), router.now.conversation]).toEqual([true, false, null, "con_new"]);
  });
});

describe("a profile", () => {
  test("tells what is known, and nothing that the node did not tell", async () => {
    await open();
    expect(facts(await profile("ortiz"))).toEqual(["Roles: Medical assistantOrganization queue", "Sites: Los Angeles", "New patients: Takes new patients"]);
    expect(screen.getByRole("dialog", { name: ORTIZ.name })).toBeTruthy();
    await press("Close", screen.getByRole("dialog").querySelector("footer") as HTMLElement);
    expect(facts(await profile("haas"))).toEqual(["Kind: Partner of the clinic", `Organization: Northlab${words.profile.outside}`]);
    expect(screen.getByText(words.profile.hints["busy"] ?? "")).toBeTruthy();
    cleanup();
    await open();
    const dialog = await profile("gone");
    expect([within(dialog).getByText(words.profile.suspended), within(dialog).queryByRole("button", { name: words.message })]).toEqual([expect.anything(), null]);
    cleanup();
    await open();
    expect(within(await profile("raman")).queryByRole("button", { name: words.message })).toBeNull();
  });
  test("who covers for somebody is told to whom it concerns, and to who sees to it for all", async () => {
    await open();
    expect(facts(await profile("ortiz")).join()).not.toContain(words.profile.coverage);
    cleanup();
    await open();
    coverages.hear(coverage());
    expect(facts(await profile("ortiz")).at(-1)).toMatch(/^Coverage: Covered by you until /);
    expect(paths()).not.toContain("/v1/coverage?scope=all");
    cleanup();
    await open(["manage_people"]);
    expect(facts(await profile("ortiz")).at(-1)).toMatch(/^Coverage: Covered by J\. Meyer until /);
  });
});

describe("patients", () => {
  test("are looked up for words that were typed, once, and for nothing else", async () => {
    const keyed = await open();
    keyed.choose("unread");
    await after();
    expect([screen.getByText(words.patients.idle), document.activeElement?.getAttribute("aria-label")]).toEqual([expect.anything(), words.patients.searchLabel]);
    await after(5_000);
    await type(words.patients.searchLabel, "g");
    await after(5_000);
    expect(paths()).toEqual([PEOPLE]);
    for (const typed of ["ga", "gar", "garcia"]) await type(words.patients.searchLabel, typed);
    expect(screen.getByText(words.patients.loading)).toBeTruthy();
    await after(500);
    expect([paths(), rows().map(wordsOf), screen.getByText("2 patients")]).toEqual([[PEOPLE, PATIENTS], ["MG Maria Garcia MRN-10240 · DOB 03/12/1984", `NG Noemi Garcia MRN-10420 · DOB 07/30/1991 ${words.patients.notYet}`], expect.anything()]);
    expect(screen.getAllByRole("link").map((one) => [wordsOf(one), one.getAttribute("href")])).toEqual([["Open conversations of Maria Garcia", "/open?patient=per_maria"], ["Open conversations of Noemi Garcia", "/open?patient=per_noemi"]]);
    keyed.choose("all");
    await after();
    keyed.choose("unread");
    await after(5_000);
    expect([rows(), screen.getByText(words.patients.idle), paths()]).toEqual([[], expect.anything(), [PEOPLE, PATIENTS]]);
  });
  test("one of them: the two identifiers, the care team, and one's own conversations", async () => {
    session.conversations = [conversation({ id: "con_p", kind: "patient", topic: "Sore throat", patient: { id: "per_maria", name: MARIA.name, mrn: "MRN-10240", birth_date: "1984-03-12", state: "active" } })];
    const keyed = await open();
    keyed.choose("unread");
    await after();
    await type(words.patients.searchLabel, "garcia");
    await after(500);
    const dialog = await profile("maria");
    expect(wordsOf(dialog.querySelector("[data-profile]"))).toBe("MG MRN-10240DOB 03/12/1984");
    expect(facts(dialog)).toEqual(["Account: Active", "Care team: Priya Raman MD", "Sites: San Francisco", `${words.profile.conversations}: Sore throat`]);
    expect(within(dialog).getByRole("link", { name: "Sore throat" }).getAttribute("href")).toBe("#/inbox/con_p");
  });
  test("nobody fits, it failed, one may not, and offline nobody is looked up", async () => {
    const keyed = await open();
    keyed.choose("unread");
    await after();
    answers[PATIENTS] = { patients: [] };
    await type(words.patients.searchLabel, "garcia");
    await after(500);
    expect(screen.getByText(words.patients.noMatch("garcia"))).toBeTruthy();
    answers[PATIENTS] = refusal("unreachable", 0);
    await type(words.patients.searchLabel, "garcia ");
    await after(500);
    expect(alerts()).toEqual([`${words.patients.failed} ${text.retry}`]);
    answers[PATIENTS] = refusal("forbidden", 403);
    await press(text.retry);
    expect(screen.getByText(words.patients.forbidden)).toBeTruthy();
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await tick();
    expect([screen.getByText(words.patients.offline), (screen.getByRole("searchbox") as HTMLInputElement).disabled]).toEqual([expect.anything(), true]);
  });
});
