// Proves how somebody is invited: who may, what is handed out and for how long, what happens where it cannot be made or copied, and that whoever
// cannot be written to yet is met with a way to change that.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import { format, text } from "../src/core/i18n";
import { groupsOf, invitationLink, mayInvite } from "../src/core/invitation";
import type { Me, Person, PersonKind } from "../src/core/wire";
import "../src/ui/kit/refusals";
import Invite from "../src/ui/staff/Invite.svelte";
import ManagePane from "../src/ui/staff/ManagePane.svelte";
import { inviting } from "../src/ui/staff/further";
import NewConversation from "../src/ui/staff/NewConversation.svelte";
import ProfileDialog from "../src/ui/staff/ProfileDialog.svelte";
import { known } from "../src/ui/sign-in";
import { PEOPLE_MAX } from "../src/vm/directory.svelte";
import { session } from "../src/vm/session.svelte";
import { invite as words } from "../locales/en-staff-invite";
import { manage } from "../locales/en-staff-manage";
import { compose } from "../locales/en-staff-new";
import { ORTIZ } from "./fakes";

const CODE = `per_${"0k".repeat(13)}.${"a1b2c3d4".repeat(4)}`;
const UNTIL_MS = Date.UTC(2026, 11, 8, 9);
const person = (id: string, name: string, more: Partial<Person> = {}): Person => ({ id: `per_${id}`, name, kind: "staff", title: "", roles: [], state: "active", site_ids: [], organization: "", ...more });
const noemi = person("noemi", "Noemi Garcia", { kind: "patient", state: "invited", patient: { mrn: "MRN-10420", birth_date: "1991-07-30", care_team: [] } });
const maria = person("maria", "Maria Garcia", { kind: "patient", patient: { mrn: "MRN-10240", birth_date: "1984-03-12", care_team: [] } });
const tess = person("tess", "Tess Nakamura", { state: "invited", roles: ["front_desk"] });
const wen = person("wen", "Wen Zhao", { roles: ["nurse"] });
const PATH = "/v1/people/per_noemi/invitation";
const FRONT_DESK = ["read_people", "read_patients", "create_patient_conversation", "create_group"];
const ADMINISTRATOR = ["manage_people", "read_people", "read_patients", "create_group"];
const refusal = (code: string, status = 409, more: object = {}): Refusal => new Refusal({ status, code, ...more });
let asked: { path: string; method: string; body: unknown; command_id: string | undefined }[];
let answers: Record<string, unknown>;
const after = async (ms = 0): Promise<void> => { for (let turn = 0; turn < 5; turn += 1) { await vi.advanceTimersByTimeAsync(turn === 0 ? ms : 0); await tick(); } };
const wordsOf = (one: Element | null | undefined): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();
const alerts = (): string[] => screen.queryAllByRole("alert").map(wordsOf);
const made = (): typeof asked => asked.filter(({ path }) => path.endsWith("/invitation"));
const press = async (name: string | RegExp, inside: HTMLElement = document.body): Promise<void> => { await fireEvent.click(within(inside).getByRole("button", { name })); await after(); };
const inviteButton = (name: string): HTMLButtonElement | null => screen.queryByRole("button", { name: `${words.invite} ${name}` }) as HTMLButtonElement | null;
const as = (permissions: string[]): Me => ({ person: { ...ORTIZ }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions });
const link = (): string => (document.querySelector("[data-link]") as HTMLTextAreaElement).value;

beforeAll(async () => { await Promise.all([inviting.load(), known.load()]); });
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked = [];
  answers = {
    [`POST ${PATH}`]: { code: CODE, expires_at_ms: UNTIL_MS }, "POST /v1/people/per_tess/invitation": { code: CODE, expires_at_ms: UNTIL_MS },
    "/v1/patients?q=garcia&limit=20": { patients: [maria, noemi] }, "/v1/people?q=tess&limit=20": { people: [tess, wen] }, "/v1/sites": { sites: [] },
    [`/v1/people?limit=${PEOPLE_MAX}`]: { people: [tess, wen] }, "POST /v1/people": { person_id: "per_new" }, "POST /v1/people/per_new/invitation": { code: CODE, expires_at_ms: UNTIL_MS },
  };
  session.link = { state: "live" };
  session.me = as(FRONT_DESK);
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { method = "GET", body, command_id }: { method?: string; body?: unknown; command_id?: string } = {}) => {
    asked.push({ path, method, body, command_id });
    const answer = answers[`${method} ${path}`] ?? (method === "GET" ? answers[path] : undefined);
    if (answer instanceof Error) throw answer;
    return answer ?? { people: [], patients: [] };
  }) as never);
});
afterEach(async () => {
  cleanup();
  await after(400);
  vi.useRealTimers();
  vi.restoreAllMocks();
  Reflect.deleteProperty(navigator, "clipboard");
  session.me = undefined;
  session.conversations = [];
});

test("the link leads to the page where they will be at home, and to their clinic", () => {
  expect(invitationLink("patient", CODE, "https://c.example", undefined)).toBe(`https://c.example/p/#/activate/${CODE}`);
  expect(invitationLink("proxy", CODE, "https://c.example", "north")).toBe(`https://c.example/p/?workspace=north#/activate/${CODE}`);
  expect([invitationLink("staff", CODE, "https://c.example", undefined), invitationLink("partner", CODE, "https://c.example", "north")]).toEqual([`https://c.example/#/activate/${CODE}`, `https://c.example/?workspace=north#/activate/${CODE}`]);
  expect([groupsOf("per_0k1m0.a1b2c"), groupsOf(CODE).join("")]).toEqual([["per_", "0k1m", "0", ".", "a1b2", "c"], CODE]);
});

test.each<[PersonKind, string | undefined, boolean, boolean, boolean]>([
  // kind, state: front desk, administrator, auditor
  ["patient", "invited", true, true, false], ["proxy", "invited", true, true, false], ["staff", "invited", false, true, false], ["partner", "invited", false, true, false],
  ["service", "invited", false, false, false], ["patient", "active", false, false, false], ["patient", "suspended", false, false, false], ["patient", undefined, false, false, false],
])("who may invite a %s who is %s", (kind, state, desk, administrator, auditor) => {
  expect([FRONT_DESK, ADMINISTRATOR, ["read_people", "read_patients", "read_audit"]].map((permissions) => mayInvite(as(permissions), { kind, state }))).toEqual([desk, administrator, auditor]);
  expect(mayInvite(undefined, { kind, state })).toBe(false);
});

describe("an invitation", () => {
  const show = async (workspace?: string): Promise<void> => { render(Invite, { person: noemi, workspace }); await after(); };
  test("is made with one click; link, code, until when, and for whom are told, and the focus is there", async () => {
    await show("north");
    await press(`${words.invite} Noemi Garcia`);
    const panel = screen.getByRole("group", { name: words.title(noemi.name) });
    expect([link(), wordsOf(document.querySelector("[data-code]")).replaceAll(" ", ""), document.activeElement]).toEqual([`${location.origin}/p/?workspace=north#/activate/${CODE}`, CODE, panel]);
    for (const said of [words.only(noemi.name), words.codeHint, words.until(format.when(UNTIL_MS))]) expect(within(panel).getByText(said)).toBeTruthy();
    expect(made()).toEqual([{ path: PATH, method: "POST", body: {}, command_id: expect.any(String) }]);
    answers[`POST ${PATH}`] = { code: CODE.replace("a1", "ff"), expires_at_ms: UNTIL_MS };
    await press(`${words.anew} Noemi Garcia`);
    expect([link().endsWith(CODE), made()[0]?.command_id === made()[1]?.command_id, screen.getByText(words.anewHint)]).toEqual([false, false, expect.anything()]);
  });

  test("is copied; where that is not allowed the link is selected, and what to do is said", async () => {
    const writeText = vi.fn(async () => {});
    Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
    await show();
    await press(`${words.invite} Noemi Garcia`);
    await press(words.copy);
    expect([writeText.mock.calls, screen.getByText(words.copied)]).toEqual([[[link()]], expect.anything()]);
    writeText.mockRejectedValue(new DOMException("no", "NotAllowedError"));
    await press(words.copy);
    const field = document.querySelector("[data-link]") as HTMLTextAreaElement;
    expect([screen.getByText(words.notCopied), document.activeElement, field.selectionStart, field.selectionEnd]).toEqual([expect.anything(), field, 0, link().length]);
    Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
    await press(words.copy);
    expect(screen.getByText(words.notCopied)).toBeTruthy();
  });

  test.each([
    ["nothing_to_do", 409, {}, words.problems["nothing_to_do"]],
    ["forbidden", 403, {}, words.problems["forbidden"]],
    ["not_found", 404, {}, words.problems["not_found"]],
    ["rate_limited", 429, { retry_after_ms: 4_200 }, words.throttled(5)],
    ["rate_limited", 429, {}, text.problems["rate_limited"]],
    ["unreachable", 0, {}, text.problems["unreachable"]],
  ])("%s (%i) is explained", async (code, status, more, sentence) => {
    answers[`POST ${PATH}`] = refusal(code, status, more);
    await show();
    await press(`${words.invite} Noemi Garcia`);
    expect([alerts(), document.querySelector("[data-link]")]).toEqual([[sentence], null]);
    answers[`POST ${PATH}`] = { code: CODE, expires_at_ms: UNTIL_MS };
    await press(`${words.invite} Noemi Garcia`);
    // only where nobody knows what became of it is it the same wish
    expect([alerts(), made()[0]?.command_id === made()[1]?.command_id]).toEqual([[], status === 0 || status === 429]);
  });

  test("that was used while its answer was lost is none any more", async () => {
    answers[`POST ${PATH}`] = { code: CODE, expires_at_ms: 0 };
    await show();
    await press(`${words.invite} Noemi Garcia`);
    expect([alerts(), document.querySelector("[data-link]")]).toEqual([[words.problems["nothing_to_do"]], null]);
  });

  test("cannot be made offline, and what was made stays", async () => {
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await show();
    const button = inviteButton(noemi.name) as HTMLButtonElement;
    expect([button.disabled, wordsOf(document.getElementById(button.getAttribute("aria-describedby") ?? ""))]).toEqual([true, words.offline]);
    session.link = { state: "live" };
    await after();
    await press(`${words.invite} Noemi Garcia`);
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await after();
    expect([link().endsWith(CODE), screen.getByText(words.offline)]).toEqual([true, expect.anything()]);
  });
});

describe("where somebody is met who cannot sign in yet", () => {
  const look = async (typed: string): Promise<void> => { await fireEvent.input(screen.getByRole("combobox"), { target: { value: typed } }); await after(200); };
  const option = (name: RegExp): HTMLElement => screen.getByRole("option", { name });
  const choose = async (name: RegExp): Promise<void> => { await fireEvent.click(option(name)); await after(); };
  const fields = (): boolean => screen.queryByLabelText(compose.topic) !== null;

  test("a new message: why, and the invitation, instead of words that cannot arrive", async () => {
    const onclose = vi.fn();
    render(NewConversation, { start: "patient", onclose });
    await look("garcia");
    expect([wordsOf(option(/Noemi/)).endsWith(compose.invitable), option(/Noemi/).getAttribute("aria-disabled"), wordsOf(option(/Maria/)).includes(compose.invitable)]).toEqual([true, "false", false]);
    await choose(/Noemi/);
    expect([screen.getByText(compose.cannotYet(noemi.name)), inviteButton(noemi.name)?.disabled, fields(), screen.queryByRole("button", { name: compose.create }), document.activeElement?.textContent]).toEqual([expect.anything(), false, false, null, compose.cannotYet(noemi.name)]);
    await press(`${words.invite} Noemi Garcia`);
    expect(link()).toContain("/p/#/activate/");
    await fireEvent.submit(document.querySelector("form") as Element);
    expect(asked.some(({ path }) => path === "/v1/conversations")).toBe(false);
    await press(compose.somebodyElse);
    expect([document.activeElement, document.querySelector("[data-invite]")]).toEqual([screen.getByRole("combobox"), null]);
    await look("garcia");
    await choose(/Maria/);
    expect(fields()).toBe(true);
  });

  test("a colleague: an administrator invites them, anybody else reads whom to ask", async () => {
    render(NewConversation, { start: "teammate", onclose: () => {} });
    await look("tess");
    expect([wordsOf(option(/Tess/)).endsWith(compose.inactiveColleague), option(/Tess/).getAttribute("aria-disabled")]).toEqual([true, "true"]);
    cleanup();
    session.me = as(ADMINISTRATOR);
    render(NewConversation, { start: "teammate", onclose: () => {} });
    await look("tess");
    await choose(/Tess/);
    await press(`${words.invite} Tess Nakamura`);
    expect(link()).toBe(`${location.origin}/#/activate/${CODE}`);
    await press(compose.group);
    expect(document.querySelector("[data-invite]")).toBeNull();
    await look("tess");
    await choose(/Tess/);
    expect([inviteButton(tess.name)?.disabled, fields(), screen.queryByRole("list", { name: compose.chosen })], "a group can be begun without them").toEqual([false, true, null]);
  });

  test("whoever was come for is met in the same way", async () => {
    render(NewConversation, { start: "patient", about: noemi, onclose: () => {} });
    await after();
    expect([inviteButton(noemi.name)?.disabled, fields(), alerts()]).toEqual([false, false, []]);
    cleanup();
    session.me = as(["read_patients"]);
    render(NewConversation, { start: "patient", about: noemi, onclose: () => {} });
    await after();
    expect(inviteButton(noemi.name)).toBeNull();
  });

  test("a profile, for whoever may", async () => {
    const show = async (one: Person): Promise<HTMLButtonElement | null> => {
      cleanup();
      render(ProfileDialog, { person: one, me: "per_ortiz", live: true, presence: "offline", people: [], sites: [], busy: false, problem: "", onmessage: () => {}, onseek: () => {}, onclose: () => {} });
      await after();
      return inviteButton(one.name);
    };
    expect([await show(noemi), await show(maria), await show(tess)].map(Boolean)).toEqual([true, false, false]);
  });

  test("an entry says so in plain words, and offers it where they sign in; so does what was just added", async () => {
    session.me = as(ADMINISTRATOR);
    render(ManagePane);
    await after();
    await fireEvent.click(document.querySelector('[data-person="per_tess"]') as Element);
    await after();
    const section = screen.getByRole("region", { name: manage.sheet.password });
    expect([screen.getAllByText(manage.sheet.accountIs["invited"] ?? "").length, within(section).getByRole("button", { name: `${words.invite} Tess Nakamura` })]).toEqual([2, expect.anything()]);
    await press(text.close, screen.getByRole("dialog").querySelector("footer") as HTMLElement);
    await press(manage.add);
    await fireEvent.click(screen.getByRole("radio", { name: "Patient" }));
    for (const [label, value] of [[manage.fields.name, "Flora Okoro"], [manage.fields.mrn, "MRN-9"], [manage.fields.birth, "1979-04-02"]] as const) await fireEvent.input(screen.getByLabelText(label), { target: { value } });
    await fireEvent.submit(screen.getByRole("dialog").querySelector("form") as Element);
    await after();
    expect(document.querySelector("[data-done]")?.textContent).toContain(manage.added.never);
    await press(`${words.invite} Flora Okoro`);
    expect(link()).toContain("/p/#/activate/");
  });
});
