// Proves the screen on which people and sites are kept: what is wrong with a form and where it is said, what the node is asked for, what is said
// afterwards, that nothing typed is lost, and that nobody is offered what the node refuses.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { askFor, emptyForm, faultsOf, newPassword, personOf, queueNeedsMore, siteFault, type PersonForm } from "../src/core/clinic-people";
import { passwordFault } from "../src/core/login";
import { Refusal } from "../src/core/http";
import type { Person } from "../src/core/wire";
import "../src/ui/kit/refusals";
import ManagePane from "../src/ui/staff/ManagePane.svelte";
import { PEOPLE_MAX } from "../src/vm/directory.svelte";
import { guardLeaving } from "../src/vm/leave-guard";
import { session } from "../src/vm/session.svelte";
import { manage } from "../locales/en-staff-manage";

const person = (id: string, name: string, more: Partial<Person> = {}): Person => ({ id: `per_${id}`, name, kind: "staff", title: "", roles: [], state: "active", site_ids: [], organization: "", ...more });
const teo = person("teo", "Teo Alvarez", { roles: ["administrator"] });
const rosa = person("rosa", "Rosa Delgado", { title: "Front desk lead", roles: ["front_desk", "organization_queue"], site_ids: ["site_sf"] });
const wen = person("wen", "Wen Zhao", { roles: ["nurse"] });
const gone = person("gone", "Ann Gone", { roles: ["nurse"], state: "suspended" });
const haas = person("haas", "Miriam Haas", { kind: "partner", organization: "Northlab" });
const maria = person("maria", "Maria Garcia", { kind: "patient", patient: { mrn: "MRN-10240", birth_date: "1984-03-12", care_team: ["per_wen"] } });
const [PEOPLE, FOUND] = [`/v1/people?limit=${PEOPLE_MAX}`, (words: string) => `/v1/people?q=${words}&limit=${PEOPLE_MAX}`];
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
const tick_box = async (name: string): Promise<void> => { await fireEvent.click(screen.getByRole("checkbox", { name })); await after(); };
const type = async (label: string | RegExp, value: string): Promise<void> => { await fireEvent.input(screen.getByLabelText(label), { target: { value } }); await after(); };
const choose = async (words: string, name: RegExp): Promise<void> => {
  await fireEvent.input(screen.getByRole("combobox", { name: /Care team|Acts for|Name/ }), { target: { value: words } });
  await after(200);
  await fireEvent.click(screen.getByRole("option", { name }));
  await after();
};
const submit = async (): Promise<void> => { await fireEvent.submit(screen.getByRole("dialog").querySelector("form") as Element); await after(); };
const entry = async (id: string): Promise<HTMLElement> => { await fireEvent.click(document.querySelector(`[data-person="per_${id}"]`) as Element); await after(); return screen.getByRole("dialog"); };

async function open(permissions: string[] = ["manage_people", "read_people", "read_patients"]): Promise<void> {
  session.me = { person: teo, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions };
  render(ManagePane);
  await after();
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked = [];
  answers = {
    [PEOPLE]: { people: [teo, rosa, wen, gone, haas] }, [`/v1/people?kind=proxy&limit=${PEOPLE_MAX}`]: { people: [] }, "/v1/sites": { sites: [{ id: "site_la", name: "Los Angeles" }, { id: "site_sf", name: "San Francisco" }] },
    "/v1/people": { person_id: "per_new", revision: 9 }, "/v1/people?q=wen&limit=20": { people: [wen, haas] }, "/v1/patients?q=garcia&limit=50": { patients: [maria] }, "/v1/patients?q=garcia&limit=20": { patients: [maria] },
  };
  session.link = { state: "live" };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { method = "GET", body, command_id }: { method?: string; body?: unknown; command_id?: string } = {}) => {
    asked.push({ path, method, body, command_id });
    const answer = answers[`${method} ${path}`] ?? answers[path];
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

describe("what is wrong with a form, and what is asked for", () => {
  const form = (more: Partial<PersonForm>): PersonForm => ({ ...emptyForm(), name: "Ann", login: "ann", ...more });
  const faults = (more: Partial<PersonForm>) => faultsOf(form(more), "2026-11-30");

  test.each([
    [{ name: " ", login: "" }, { name: "missing", login: "missing" }],
    [{ name: "é".repeat(101) }, { name: "long" }],
    [{ login: "ann b" }, { login: "spaces" }],
    [{ password: "x".repeat(14) }, { password: "short" }],
    [{ password: "😀".repeat(14) }, { password: "short" }],
    [{ password: "x".repeat(1025) }, { password: "long" }],
    [{ roles: ["organization_queue", "administrator"] }, { roles: "queue" }],
    [{ roles: ["organization_queue", "billing"], password: "x".repeat(15) }, {}],
    [{ kind: "patient" }, { mrn: "missing", birth_date: "missing" }],
    [{ kind: "patient", mrn: "1", birth_date: "2026-12-01" }, { birth_date: "future" }],
    [{ kind: "patient", mrn: "1", birth_date: "2025-02-30" }, { birth_date: "not_a_date" }],
    [{ kind: "patient", mrn: "1", birth_date: "2026-11-30", login: "", password: "x".repeat(15) }, { password: "without_login" }],
    [{ kind: "proxy", login: "" }, { proxy_for: "missing" }],
    [{ kind: "partner", roles: ["organization_queue"] }, { organization: "missing" }],
  ] as [Partial<PersonForm>, object][])("%j: %j", (more, expected) => { expect(faults(more)).toEqual(expected); });

  test("only what belongs to the kind goes out", () => {
    const all = form({ name: " Ann ", login: " Ann.B ", title: "RN", roles: ["organization_queue", "front_desk"], site_ids: ["site_sf"], mrn: " 7 ", birth_date: "1990-01-01", care_team: [wen], proxy_for: [maria], organization: "Lab" });
    expect(askFor(all)).toEqual({ kind: "staff", name: "Ann", login: "ann.b", password: "", title: "RN", roles: ["front_desk", "organization_queue"], site_ids: ["site_sf"] });
    expect(askFor({ ...all, kind: "patient" })).toEqual({ kind: "patient", name: "Ann", login: "ann.b", password: "", site_ids: ["site_sf"], mrn: "7", birth_date: "1990-01-01", care_team: ["per_wen"] });
    expect(askFor({ ...all, kind: "proxy" })).toEqual({ kind: "proxy", name: "Ann", login: "ann.b", password: "", title: "RN", proxy_for: ["per_maria"] });
    expect(askFor({ ...all, kind: "partner" })).toEqual({ kind: "partner", name: "Ann", login: "ann.b", password: "", title: "RN", organization: "Lab" });
    expect(personOf({ ...all, kind: "patient" }, "per_x")).toMatchObject({ id: "per_x", state: "invited", patient: { mrn: "7", care_team: ["per_wen"] } });
    expect(JSON.stringify(personOf({ ...all, password: "x".repeat(15) }, "per_x"))).not.toContain("xxx");
  });

  test("sites, passwords, and the queue's role", () => {
    expect([siteFault(" ", []), siteFault("x".repeat(201), []), siteFault(" oakland", ["Oakland "]), siteFault("Oakland", ["Reno"])]).toEqual(["missing", "long", "twice", undefined]);
    expect([queueNeedsMore(["organization_queue"]), queueNeedsMore(["organization_queue", "nurse"]), queueNeedsMore([])]).toEqual([true, false, false]);
    const [one, other] = [newPassword(), newPassword()];
    expect(one).toMatch(/^[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}$/);
    expect([one === other, passwordFault(one)]).toEqual([false, undefined]);
    let turn = 0;
    expect(newPassword((bytes) => bytes.fill((turn += 1) === 1 ? 255 : 0))).toBe("aaaaa-aaaaa-aaaaa-aaaaa"); // what would make some letters likelier is thrown away
  });
});

describe("the lists", () => {
  test("everybody with roles, sites and account; found by words, by a login that is not shown, by role and by account", async () => {
    await open();
    expect(names()).toEqual(["teo", "rosa", "wen", "gone", "haas"]);
    expect(wordsOf(document.querySelector('[data-person="per_rosa"]'))).toContain("Rosa Delgado Front desk lead Front desk Has the queue San Francisco Active");
    answers[FOUND("rd77")] = { people: [rosa] };
    await type("Search people", "rd77");
    expect(names()).toEqual([]);
    await after(300);
    expect(names()).toEqual(["rosa"]);
    await type("Search people", "nurse");
    expect(names()).toEqual(["wen", "gone"]);
    await fireEvent.change(screen.getByLabelText("Account"), { target: { value: "suspended" } });
    await after();
    expect(names()).toEqual(["gone"]);
    await type("Search people", "nobody at all");
    await press("Show all");
    expect(names()).toHaveLength(5);
    await fireEvent.change(screen.getByLabelText("Role"), { target: { value: "organization_queue" } });
    await after();
    expect(names()).toEqual(["rosa"]);
  });

  test("one stop for Tab, arrows from there", async () => {
    await open();
    const rows = [...document.querySelectorAll<HTMLElement>("[data-person]")];
    expect(rows.map((one) => one.tabIndex)).toEqual([0, -1, -1, -1, -1]);
    await fireEvent.keyDown(screen.getByRole("searchbox"), { key: "ArrowDown" });
    expect(document.activeElement).toBe(rows[0]);
    await fireEvent.keyDown(rows[0] as Element, { key: "End" });
    expect(document.activeElement).toBe(rows[4]);
  });

  test("who is no administrator is told so, and nothing is asked", async () => {
    await open(["read_people"]);
    expect(document.body.textContent).toContain(manage.forbidden);
    expect(asked).toEqual([]);
  });

  test("what could not be loaded is said and asked for again; offline nothing can be added", async () => {
    answers[PEOPLE] = refusal("internal", 500);
    await open();
    expect(alerts().join()).toContain(manage.failedAtFirst);
    answers[PEOPLE] = { people: [teo] };
    await press("Retry");
    expect(names()).toEqual(["teo"]);
    session.link = { state: "waiting" } as typeof session.link;
    await after();
    expect(said()).toContain(manage.offline);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Add person" }).disabled).toBe(true);
  });

  test("a site: what is wrong is said, what was added is told, and how many work there", async () => {
    await open();
    await press("Sites");
    expect(wordsOf(document.querySelector('[data-site="site_sf"]'))).toBe("San Francisco 1 person works here Rename");
    await press("Add site");
    expect(alerts()).toEqual([manage.sites.faults.missing]);
    await type("Name of the site", "los angeles");
    expect(alerts()).toEqual([manage.sites.faults.twice]);
    await type("Name of the site", " Oakland ");
    answers["POST /v1/sites"] = refusal("disk_nearly_full", 503);
    await press("Add site");
    expect(alerts().join()).toContain("no room");
    const [first] = saved();
    answers["POST /v1/sites"] = { site_id: "site_oak" };
    await press("Add site");
    expect(saved().map(({ body }) => body)).toEqual([{ name: "Oakland" }, { name: "Oakland" }]);
    expect(saved()[1]?.command_id, "nobody knows whether the first was done").toBe(first?.command_id);
    expect(said()).toContain("Oakland is added.");
    await press("People");
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });
});

describe("somebody new", () => {
  test("what is refused is told at the field, nothing is lost, and a made password is shown once", async () => {
    await open();
    await press("Add person");
    await submit();
    expect(alerts()).toEqual([manage.faults["name"]?.["missing"], manage.faults["login"]?.["missing"], manage.fault]);
    expect(saved()).toEqual([]);
    await type("Full name", "Imani Reyes");
    await type("Login", "Rosa");
    await press("Generate a password");
    await tick_box("Organization queue");
    expect(alerts().join()).toContain("needs a role that works with patients");
    await submit();
    expect(saved()).toEqual([]);
    await tick_box("Front desk");
    await tick_box("San Francisco");
    answers["POST /v1/people"] = refusal("login_taken");
    await submit();
    expect(alerts()).toEqual([manage.problems["login_taken"]]);
    expect(screen.getByLabelText<HTMLInputElement>("Full name").value).toBe("Imani Reyes");
    answers["POST /v1/people"] = { person_id: "per_new" };
    await type("Login", "imani");
    await submit();
    const [first, second] = saved();
    const { password } = second?.body as { password: string };
    expect(second?.body).toEqual({ kind: "staff", name: "Imani Reyes", login: "imani", password, title: "", roles: ["front_desk", "organization_queue"], site_ids: ["site_sf"] });
    expect(second?.command_id).not.toBe(first?.command_id);
    expect(wordsOf(document.querySelector("[data-password]"))).toBe(password);
    expect(said()).toContain("They can sign in now, with the login imani");
    await press("Close", screen.getByRole("dialog").querySelector("footer") as HTMLElement);
    expect(document.body.textContent).not.toContain(password);
  });

  test("a refusal of the queue's role by the node stands at the roles", async () => {
    await open();
    await press("Add person");
    await type("Full name", "Imani");
    await type("Login", "imani");
    answers["POST /v1/people"] = refusal("queue_needs_more");
    await submit();
    expect(alerts()).toEqual([manage.problems["queue_needs_more"]]);
  });

  test("a patient with a care team, a proxy with patients, and the entry that opens then", async () => {
    await open();
    await press("Add person");
    await fireEvent.click(screen.getByRole("radio", { name: "Patient" }));
    await after();
    await type("Full name", "Flora Okoro");
    await type("Patient number (MRN)", "MRN-7");
    await type("Date of birth", "1979-04-02");
    await choose("wen", /Wen Zhao/);
    await submit();
    expect(saved()[0]?.body).toEqual({ kind: "patient", name: "Flora Okoro", login: "", password: "", site_ids: [], mrn: "MRN-7", birth_date: "1979-04-02", care_team: ["per_wen"] });
    expect(said()).toContain(manage.added.never);
    await press("Add another person");
    await fireEvent.click(screen.getByRole("radio", { name: "For a patient" }));
    await after();
    await type("Full name", "Ada Okoro");
    await choose("garcia", /Maria Garcia/);
    answers["/v1/people"] = { person_id: "per_ada" };
    await submit();
    expect(saved()[1]?.body).toMatchObject({ kind: "proxy", proxy_for: ["per_maria"] });
    await press("Open the entry");
    await press("Remove Maria Garcia");
    await submit();
    expect(saved()[2]).toMatchObject({ path: "/v1/people/per_ada", body: { proxy_for: [] } });
    expect(said()).toContain("They act for nobody now");
  });
});

describe("an entry", () => {
  test("roles and sites go together, and what took effect is said", async () => {
    await open();
    const dialog = await entry("rosa");
    const save = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Save roles and sites" });
    expect(save.disabled, "nothing was changed").toBe(true);
    await tick_box("Front desk");
    expect(alerts().join()).toContain("needs a role that works with patients");
    expect(save.disabled).toBe(true);
    await tick_box("Front desk");
    await tick_box("Organization queue");
    await tick_box("San Francisco");
    await press("Save roles and sites");
    expect(saved().map(({ path, body }) => [path, body])).toEqual([["/v1/people/per_rosa", { roles: ["front_desk"], site_ids: [] }]]);
    expect(said()).toContain("Rosa Delgado now has: Front desk. Sites: All sites. It holds at once. Their open queue is closed.");
    expect(save.disabled).toBe(true);
    await tick_box("Organization queue");
    await press("Save roles and sites");
    expect(said()).toContain(manage.sheet.queueGiven);
  });

  test("one's own is read only, and says why", async () => {
    await open();
    const dialog = await entry("teo");
    expect(wordsOf(dialog)).toContain(manage.sheet.own);
    expect(within(dialog).queryAllByRole("checkbox")).toEqual([]);
    expect(within(dialog).queryByRole("button", { name: /Suspend|Save roles/ })).toBeNull();
    expect(within(dialog).getByRole("button", { name: "Set password" })).toBeTruthy();
  });

  test("a suspension says first what it does; a reopening that cannot be says why", async () => {
    await open();
    await entry("wen");
    await press("Suspend account…");
    expect(wordsOf(screen.getByRole("alertdialog"))).toContain("fall to the pool");
    await press("Suspend");
    expect(saved().map(({ body }) => body)).toEqual([{ state: "suspended" }]);
    expect(said()).toContain("Wen Zhao is suspended. All their sessions have ended, and what they held has fallen to the pool.");
    answers["PATCH /v1/people/per_wen"] = refusal("invalid", 422);
    await press("Reopen account…");
    await press("Reopen");
    expect(alerts()).toEqual([manage.sheet.noPassword]);
  });

  test("a password, whether new ones come, whether others reply: each told by itself", async () => {
    await open();
    await entry("wen");
    await press("Set password");
    expect(alerts()).toEqual([manage.faults["password"]?.["short"]]);
    await press("Generate a password");
    await press("Set password");
    expect(wordsOf(document.querySelector("[data-password]"))).toBe((saved()[0]?.body as { password: string }).password);
    expect(said()).toContain(manage.sheet.passwordDone("Wen Zhao"));
    await press("Stop new ones");
    expect(said()).toContain(manage.sheet.takesNone);
    answers["PATCH /v1/people/per_wen"] = refusal("nothing_to_do");
    await press("Others may reply for them");
    expect(said()).toContain(manage.sheet.already);
    expect(saved().map(({ body }) => Object.keys(body as object)[0])).toEqual(["password", "available", "refuses_on_behalf"]);
  });

  test("a patient's care team; nothing unsaved goes without a question", async () => {
    await open();
    await press("Patients");
    await type("Search patients", "garcia");
    await after(400);
    const dialog = await entry("maria");
    await press("Remove Wen Zhao");
    await press("Close", dialog.querySelector("footer") as HTMLElement);
    await press("Stay");
    expect(screen.queryByRole("alertdialog")).toBeNull();
    await press("Save care team");
    expect(saved().at(-1)).toMatchObject({ path: "/v1/people/per_maria", body: { care_team: [] } });
    expect(said()).toContain("Nobody is in the care team now.");
    await choose("wen", /Wen Zhao/);
    await press("Close", dialog.querySelector("footer") as HTMLElement);
    await press("Leave without saving");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(saved()).toHaveLength(1);
  });
});

test("leaving is stopped while something is not saved, and goes on when it is meant", () => {
  history.replaceState(null, "", "#/people");
  let dirty = true;
  let leave: (() => void) | undefined;
  const end = guardLeaving(() => dirty, (to) => { leave = to; });
  const close = new Event("beforeunload", { cancelable: true });
  dispatchEvent(close);
  expect(close.defaultPrevented).toBe(true);
  history.replaceState(null, "", "#/inbox");
  dispatchEvent(new Event("popstate"));
  expect(location.hash).toBe("#/people");
  dirty = false;
  leave?.();
  expect(location.hash).toBe("#/inbox");
  end();
});
