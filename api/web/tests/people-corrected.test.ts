// Proves what is corrected on the screen of people and sites: who acts for patients, names and numbers, a first login, a site's name; what the
// node is asked for, and where it is said when it says no.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { corrected, factChange, factFaults, factsOf } from "../src/core/clinic-facts";
import { Refusal } from "../src/core/http";
import type { Person } from "../src/core/wire";
import "../src/ui/kit/refusals";
import ManagePane from "../src/ui/staff/ManagePane.svelte";
import { PEOPLE_MAX } from "../src/vm/directory.svelte";
import { session } from "../src/vm/session.svelte";
import { manage } from "../locales/en-staff-manage";

const person = (id: string, name: string, more: Partial<Person> = {}): Person => ({ id: `per_${id}`, name, kind: "staff", title: "", roles: [], state: "active", site_ids: [], organization: "", ...more });
const teo = person("teo", "Teo Alvarez", { roles: ["administrator"] });
const wen = person("wen", "Wen Zhao", { roles: ["nurse"], title: "RN" });
const haas = person("haas", "Miriam Haas", { kind: "partner", organization: "Northlab" });
const maria = person("maria", "Maria Garcia", { kind: "patient", site_ids: ["site_sf"], patient: { mrn: "MRN-10240", birth_date: "1984-03-12", care_team: ["per_wen"] } });
const luis = person("luis", "Luis Garcia", { kind: "proxy", title: "husband", state: "invited", proxy_for: ["per_maria"] });
const ada = person("ada", "Ada Okoro", { kind: "proxy", title: "mother", proxy_for: [] });
const PROXIES = `/v1/people?kind=proxy&limit=${PEOPLE_MAX}`;
const refusal = (code: string, status = 409): Refusal => new Refusal({ status, code });
let asked: { path: string; method: string; body: unknown; command_id: string | undefined }[];
let answers: Record<string, unknown>;
const after = async (ms = 0): Promise<void> => { await vi.advanceTimersByTimeAsync(ms); await tick(); };
const wordsOf = (one: Element | null | undefined): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();
const names = (): string[] => [...document.querySelectorAll<HTMLElement>("[data-person]")].map((one) => one.dataset["person"]?.slice(4) ?? "");
const alerts = (): string[] => screen.queryAllByRole("alert").map(wordsOf);
const said = (): string => screen.queryAllByRole("status").map(wordsOf).join(" ");
const saved = (): typeof asked => asked.filter(({ method }) => method !== "GET");
const press = async (name: string | RegExp, inside: HTMLElement = document.body): Promise<void> => { await fireEvent.click(within(inside).getByRole("button", { name })); await after(); };
const type = async (label: string | RegExp, value: string): Promise<void> => { await fireEvent.input(screen.getByLabelText(label), { target: { value } }); await after(); };
const entry = async (id: string): Promise<HTMLElement> => { await fireEvent.click(document.querySelector(`[data-person="per_${id}"]`) as Element); await after(); return screen.getByRole("dialog"); };
const section = (name: string): HTMLElement => screen.getByRole("region", { name });

async function open(tab = "People"): Promise<void> {
  session.me = { person: teo, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["manage_people", "read_people", "read_patients"] };
  render(ManagePane);
  await after();
  if (tab !== "People") await press(tab);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked = [];
  answers = {
    [`/v1/people?limit=${PEOPLE_MAX}`]: { people: [teo, wen, haas] }, [PROXIES]: { people: [ada, luis] },
    "/v1/sites": { sites: [{ id: "site_la", name: "Los Angeles" }, { id: "site_sf", name: "San Francisco" }] },
    "/v1/patients/per_maria": { patient: maria, proxies: [luis] }, "/v1/patients?q=garcia&limit=50": { patients: [maria] },
  };
  session.link = { state: "live" };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { method = "GET", body, command_id }: { method?: string; body?: unknown; command_id?: string } = {}) => {
    asked.push({ path, method, body, command_id });
    const answer = answers[`${method} ${path}`] ?? (method === "GET" ? answers[path] : undefined);
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  }) as never);
});
afterEach(async () => {
  cleanup();
  await after(400);
  vi.useRealTimers();
  vi.restoreAllMocks();
  session.me = undefined;
});

test("only what is another one goes out, and what is wrong is known before", () => {
  const same = factsOf(maria);
  expect(factChange(maria, same)).toEqual({});
  expect(factChange(maria, { ...same, name: " Maria Garcia " })).toEqual({});
  expect(factChange(maria, { ...same, mrn: " MRN-7 ", site_ids: [] })).toEqual({ mrn: "MRN-7", site_ids: [] });
  expect(factChange(wen, { ...factsOf(wen), title: "", organization: "Elsewhere", mrn: "7" }), "what does not belong to the kind stays").toEqual({ title: "" });
  expect(factFaults(maria, { ...same, name: " ", mrn: "", birth_date: "2999-01-01" }, "2026-11-30")).toEqual({ name: "missing", mrn: "missing", birth_date: "future" });
  expect(factFaults(haas, { ...factsOf(haas), organization: "", title: "x".repeat(201) }, "2026-11-30")).toEqual({ organization: "missing", title: "long" });
  expect(corrected(maria, { name: "M", birth_date: "1984-03-13" })).toEqual({ name: "M", patient: { mrn: "MRN-10240", birth_date: "1984-03-13", care_team: ["per_wen"] } });
});

describe("who acts for patients", () => {
  test("is a list of its own, asked for when it is opened, found by name and by login", async () => {
    await open();
    expect(names()).not.toContain("luis");
    expect(asked.some(({ path }) => path === PROXIES)).toBe(false);
    await press("Caregivers");
    expect(names()).toEqual(["ada", "luis"]);
    expect(wordsOf(document.querySelector('[data-person="per_luis"]'))).toContain("Luis Garcia husband Acts for 1 patient Invited");
    expect(wordsOf(document.querySelector('[data-person="per_ada"]'))).toContain("Acts for nobody Active");
    await type("Search caregivers", "mother");
    expect(names()).toEqual(["ada"]);
    answers[`/v1/people?kind=proxy&q=lg77&limit=${PEOPLE_MAX}`] = { people: [luis] };
    await type("Search caregivers", "lg77");
    expect(document.body.textContent).toContain(manage.proxies.noMatch);
    await after(300);
    expect(names()).toEqual(["luis"]);
  });

  test("is opened, told for whom by name, and changed", async () => {
    await open("Caregivers");
    const dialog = await entry("luis");
    expect(within(dialog).getByRole("button", { name: "Remove Maria Garcia" })).toBeTruthy();
    await press("Remove Maria Garcia");
    answers[PROXIES] = { people: [ada, { ...luis, proxy_for: [] }] };
    await press("Save patients");
    expect(saved()).toMatchObject([{ path: "/v1/people/per_luis", method: "PATCH", body: { proxy_for: [] } }]);
    await press("Close", dialog.querySelector("footer") as HTMLElement);
    expect(wordsOf(document.querySelector('[data-person="per_luis"]'))).toContain("Acts for nobody");
  });

  test("nobody, no answer, and no right to it are told apart", async () => {
    answers[PROXIES] = refusal("internal", 500);
    await open("Caregivers");
    expect(alerts().join()).toContain(manage.proxies.failedAtFirst);
    answers[PROXIES] = { people: [] };
    await press("Retry");
    expect(document.body.textContent).toContain(manage.proxies.none);
    cleanup();
    answers[PROXIES] = refusal("forbidden", 403);
    await open("Caregivers");
    expect(document.body.textContent).toContain(manage.forbidden);
  });
});

describe("a correction", () => {
  test("of the staff: title and name in one request, told, and nothing to save any more", async () => {
    await open();
    await entry("wen");
    const save = within(section("Who this is")).getByRole<HTMLButtonElement>("button", { name: "Save corrections" });
    expect(save.disabled).toBe(true);
    await type("Full name", " ");
    await press("Save corrections");
    expect(alerts()).toEqual([manage.faults["name"]?.["missing"]]);
    expect(document.activeElement).toBe(screen.getByLabelText("Full name"));
    await type("Full name", "Wen Zhao-Lin");
    await type("Professional title (optional)", "NP");
    await press("Save corrections");
    expect(saved().map(({ path, body }) => [path, body])).toEqual([["/v1/people/per_wen", { name: "Wen Zhao-Lin", title: "NP" }]]);
    expect(said()).toContain(manage.sheet.factsDone);
    expect(screen.getByRole("dialog", { name: "Wen Zhao-Lin" })).toBeTruthy();
    expect(save.disabled).toBe(true);
    await type("Full name", "Wen");
    await press("Close", screen.getByRole("dialog").querySelector("footer") as HTMLElement);
    expect(screen.getByRole("alertdialog", { name: manage.discard.title })).toBeTruthy();
  });

  test("of a patient: number, birth date and sites", async () => {
    await open("Patients");
    await type("Search patients", "garcia");
    await after(400);
    const dialog = await entry("maria");
    await type("Date of birth", "1984-03-13");
    await fireEvent.click(within(dialog).getByRole("checkbox", { name: "Los Angeles" }));
    await after();
    answers["PATCH /v1/people/per_maria"] = refusal("disk_nearly_full", 503);
    await press("Save corrections");
    expect(alerts().join()).toContain("no room");
    expect(screen.getByLabelText<HTMLInputElement>("Date of birth").value).toBe("1984-03-13");
    answers["PATCH /v1/people/per_maria"] = {};
    await press("Save corrections");
    const [first, second] = saved();
    expect(second).toMatchObject({ body: { birth_date: "1984-03-13", site_ids: ["site_sf", "site_la"] }, command_id: first?.command_id });
    expect(wordsOf(dialog.querySelector("[data-sheet]"))).toContain("03/13/1984");
  });
});

describe("signing in", () => {
  test("a login that another one has is said at the field, and no password is set then", async () => {
    await open("Caregivers");
    await entry("luis");
    await type("New login", "lu is");
    await press("Save login");
    expect(alerts()).toEqual([manage.faults["login"]?.["spaces"]]);
    answers["PATCH /v1/people/per_luis"] = refusal("login_taken");
    await type("New login", "Luis");
    await press("Generate a password");
    await press("Save login and password");
    expect(saved().map(({ body }) => body)).toEqual([{ login: "luis" }]);
    expect(alerts()).toEqual([manage.problems["login_taken"]]);
    const field = screen.getByLabelText<HTMLInputElement>("New login");
    expect([field.getAttribute("aria-invalid"), document.activeElement === field]).toEqual(["true", true]);
  });

  test("a first login and a first password go in one go, the login first", async () => {
    await open("Caregivers");
    const dialog = await entry("luis");
    await type("New login", "Luis.G");
    await press("Generate a password");
    await press("Save login and password");
    const [first, second] = saved().map(({ body }) => body as Record<string, string>);
    expect(first).toEqual({ login: "luis.g" });
    expect(wordsOf(document.querySelector("[data-password]"))).toBe(second?.["password"]);
    expect(said()).toContain(manage.sheet.loginDone("Luis Garcia", "luis.g"));
    expect(said()).toContain(manage.sheet.passwordDone("Luis Garcia"));
    expect(wordsOf(dialog.querySelector("[data-sheet]"))).toContain(manage.sheet.accountIs["active"]);
  });

  test("a password without a login says what is missing", async () => {
    await open("Caregivers");
    await entry("luis");
    answers["PATCH /v1/people/per_luis"] = refusal("invalid", 422);
    await press("Generate a password");
    await press("Set password");
    expect(alerts()).toEqual([manage.sheet.passwordNoLogin]);
  });
});

test("a site gets another name; what is wrong is said, and Escape leaves it as it was", async () => {
  await open("Sites");
  await press("Rename San Francisco");
  const field = (): HTMLInputElement => screen.getByLabelText("New name of San Francisco");
  expect(document.activeElement).toBe(field());
  await fireEvent.input(field(), { target: { value: "los angeles" } });
  await after();
  await press("Save");
  expect(alerts()).toEqual([manage.sites.faults.twice]);
  expect(saved()).toEqual([]);
  await fireEvent.keyDown(field(), { key: "Escape" });
  await after();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Rename San Francisco" }));
  await press("Rename San Francisco");
  await fireEvent.input(field(), { target: { value: "SF Mission" } });
  await after();
  answers["/v1/sites"] = { sites: [{ id: "site_la", name: "Los Angeles" }, { id: "site_sf", name: "SF Mission" }] };
  await press("Save");
  expect(saved().map(({ path, method, body }) => [path, method, body])).toEqual([["/v1/sites/site_sf", "PATCH", { name: "SF Mission" }]]);
  expect(said()).toContain("San Francisco is now called SF Mission");
  expect(wordsOf(document.querySelector('[data-site="site_sf"]'))).toContain("SF Mission");
});
