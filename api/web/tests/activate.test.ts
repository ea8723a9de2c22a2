// Proves the page for who signs in for the first time: the code leaves the address at once, what is wrong is said before the node is asked, what
// the node says no to is explained, and nobody's session is mixed with another one's.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { characters, passwordFault, writtenLoginFault } from "../src/core/login";
import { Refusal, type Ask } from "../src/core/http";
import type { Me } from "../src/core/wire";
import Activate from "../src/ui/Activate.svelte";
import SignIn from "../src/ui/SignIn.svelte";
import { codeIn } from "../src/vm/activation.svelte";
import { session } from "../src/vm/session.svelte";
import { letIn } from "../src/vm/sign-in";
import { activate as words } from "../locales/en-activate";
import { sign_in } from "../locales/en-sign-in";
import { MARIA, ORTIZ, settle } from "./fakes";

const CODE = `per_${"0k".repeat(13)}.${"a1b2c3d4".repeat(4)}`;
const PASSWORD = "five unrelated words of noemi";
const me = (person: Me["person"]): Me => ({ person, session_id: "ses_a", expires_at_ms: 0, workspace: { name: "" }, permissions: [] });
const refusal = (code: string, status: number, more: object = {}): Refusal => new Refusal({ status, code, ...more });
let asked: { path: string; method: string; body: unknown; workspace: string | undefined }[];
let answers: Record<string, unknown>;
const wordsOf = (one: Element | null | undefined): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();
const ready = async (): Promise<void> => { for (let turn = 0; turn < 4; turn += 1) { await settle(); await tick(); } };
const field = (name: string): HTMLInputElement => screen.getByLabelText(name, { exact: true }) as HTMLInputElement;
const type = async (name: string, value: string): Promise<void> => { await fireEvent.input(field(name), { target: { value } }); await tick(); };
const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as Element); await ready(); };
const press = async (name: string): Promise<void> => { await fireEvent.click(screen.getByRole("button", { name })); await ready(); };
const alert = (): string => screen.queryAllByRole("alert").map(wordsOf).join(" ");
const activations = (): unknown[] => asked.filter(({ path }) => path === "/v1/activate").map(({ body }) => body);

/** The screen, with the code that the link brought. */
async function come(brought: string, workspace?: string): Promise<void> {
  render(Activate, { sign_in, letIn, workspace, brought });
  await ready();
}

/** What a page does before its first screen. */
async function arrive(address: string): Promise<{ invited: string | undefined; phase: string; began: boolean }> {
  history.replaceState(null, "", address);
  vi.resetModules();
  const { session: fresh } = await import("../src/vm/session.svelte");
  const asks = vi.spyOn(fresh, "begin").mockResolvedValue();
  const { begin, invited } = await import("../src/ui/sign-in");
  begin();
  return { invited, phase: fresh.phase, began: asks.mock.calls.length > 0 };
}

beforeEach(() => {
  asked = [];
  answers = { "GET /v1/me": refusal("not_signed_in", 401) };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { method = "GET", body, workspace }: Ask = {}) => {
    asked.push({ path, method, body, workspace });
    const answer = answers[`${method} ${path}`];
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  }) as never);
  vi.spyOn(session, "begin").mockResolvedValue();
  session.phase = "signed_out";
});
afterEach(() => {
  cleanup();
  session.phase = "starting";
  vi.restoreAllMocks();
  vi.useRealTimers();
  history.replaceState(null, "", "/");
});

test("what a login and a password have to be", () => {
  expect([passwordFault("x".repeat(14)), passwordFault("😀".repeat(14)), passwordFault("x".repeat(15)), passwordFault("é".repeat(513))]).toEqual(["short", "short", undefined, "long"]);
  expect([writtenLoginFault(" noemi "), writtenLoginFault("no emi"), writtenLoginFault("x".repeat(255)), characters("a😀")]).toEqual([undefined, "spaces", "long", 2]);
});

test.each([
  [CODE, CODE],
  [` ${CODE.toUpperCase().match(/.{1,4}/g)?.join(" ")}\n`, CODE],
  [`https://clinic.example/p/?workspace=north#/activate/${CODE}`, CODE],
  ["  ", ""],
])("of %j the code is %j", (typed, code) => { expect(codeIn(typed)).toBe(code); });

describe("coming by the link", () => {
  test.each([
    [`/p/?workspace=north#/activate/${CODE}`, `/${CODE}`, "/p/?workspace=north#/activate"],
    [`/#/activate/${CODE}`, `/${CODE}`, "/#/activate"],
    ["/#/activate", "", "/#/activate"],
  ])("at %s the code is taken, out of the address as well, and nobody is let past", async (address, invited, left) => {
    const length = history.length;
    expect(await arrive(address)).toEqual({ invited, phase: "signed_out", began: false });
    expect([location.pathname + location.search + location.hash, history.length]).toEqual([left, length]);
  });
  test("any other address asks who is here, as ever", async () => {
    expect(await arrive("/#/inbox/con_a")).toEqual({ invited: undefined, phase: "starting", began: true });
  });
  test("one has only to choose a password", async () => {
    history.replaceState(null, "", "/p/?workspace=north#/activate");
    await come(CODE, "north");
    expect([field(words.code).value, screen.getByText(sign_in.workspace("north")), document.activeElement, document.title]).toEqual([CODE, expect.anything(), field(words.login), `${words.title} · Corridor`]);
    session.phase = "ready";
    await type(words.password, PASSWORD);
    await submit();
    expect(asked.filter(({ method }) => method === "POST")).toEqual([expect.objectContaining({ path: "/v1/activate", body: { code: CODE, login: "", password: PASSWORD, device_name: expect.any(String) } })]);
    expect([vi.mocked(session.begin).mock.calls.length, location.search, location.hash]).toEqual([1, "?workspace=north", ""]);
  });
  test("without a code its field is the first, and there is a way back to sign-in, as one from there", async () => {
    await come("");
    expect([document.activeElement, screen.getByRole("link", { name: words.known }).getAttribute("href")]).toEqual([field(words.code), "/"]);
    cleanup();
    render(SignIn);
    expect(screen.getByRole("link", { name: sign_in.invited }).getAttribute("href")).toBe("#/activate");
  });
});

describe("what is wrong", () => {
  test("is said in one place that has the focus, before the node is asked; the rule is there before", async () => {
    await come("");
    expect(field(words.password).getAttribute("aria-describedby")).toBe("password-hint");
    expect(wordsOf(document.getElementById("password-hint"))).toBe(words.rule);
    await submit();
    expect([alert(), document.activeElement]).toEqual([`${words.faults.code}${words.faults.missing}`, screen.getByRole("alert")]);
    expect([field(words.code), field(words.login), field(words.password)].map((one) => one.getAttribute("aria-invalid"))).toEqual(["true", "false", "true"]);
    expect(field(words.code).getAttribute("aria-describedby")).toBe("activate-error code-hint");
    await type(words.code, CODE);
    await type(words.login, "no emi");
    await type(words.password, "fourteen chars");
    expect(screen.getByText(words.left(1))).toBeTruthy();
    await submit();
    expect([alert(), activations()]).toEqual([`${words.faults.spaces}${words.faults.short}`, []]);
    await type(words.password, "x".repeat(1025));
    await submit();
    expect(alert()).toBe(`${words.faults.spaces}${words.faults.long}`);
    await press(sign_in.showPassword);
    expect(field(words.password).type).toBe("text");
  });

  test.each([
    ["a code that does not work", refusal("sign_in_failed", 401), "", words.wrong, words.code],
    ["a login that is taken", refusal("login_taken", 409), "garcia", words.taken, words.login],
    ["no login at all", refusal("invalid", 422), "", words.needsLogin, words.login],
    ["what the node does not take", refusal("invalid", 422), "noemi", words.invalid, words.password],
    ["no answer", refusal("unreachable", 0), "", words.unreachable, undefined],
    ["a node that is not ready", refusal("fenced", 503), "", words.unreachable, undefined],
    ["anything else", refusal("disk_nearly_full", 507), "", words.failed("disk_nearly_full"), undefined],
  ])("%s has a sentence of its own, and what was typed stays", async (_, answer, login, sentence, at) => {
    await come(CODE);
    answers["POST /v1/activate"] = answer;
    await type(words.login, login);
    await type(words.password, PASSWORD);
    await submit();
    expect([alert(), document.activeElement, field(words.password).value]).toEqual([sentence, screen.getByRole("alert"), PASSWORD]);
    if (at) expect(field(at).getAttribute("aria-invalid")).toBe("true");
    expect(session.begin).not.toHaveBeenCalled();
  });

  test("a second try after one without an answer may find the code used by oneself", async () => {
    await come(CODE);
    await type(words.password, PASSWORD);
    answers["POST /v1/activate"] = refusal("unreachable", 0);
    await submit();
    answers["POST /v1/activate"] = refusal("sign_in_failed", 401);
    await submit();
    expect(alert()).toBe(`${words.wrong}${words.doubt}`);
  });

  test("there is no such clinic, and offline nothing is asked", async () => {
    await come(CODE, "north");
    await type(words.password, PASSWORD);
    answers["POST /v1/activate"] = refusal("not_found", 404);
    await submit();
    expect(alert()).toBe(sign_in.noWorkspace("north"));
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    await fireEvent(window, new Event("offline"));
    await submit();
    expect([alert(), activations().length]).toEqual([words.offline, 1]);
    await fireEvent(window, new Event("online"));
    await tick();
    expect(alert()).toBe("");
  });

  test("too many tries are counted down, and the button waits as long", async () => {
    await come(CODE);
    vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
    await type(words.password, PASSWORD);
    answers["POST /v1/activate"] = refusal("rate_limited", 429, { retry_after_ms: 2_000 });
    await submit();
    const button = screen.getByRole("button", { name: words.submit }) as HTMLButtonElement;
    expect([alert(), button.disabled]).toEqual([sign_in.throttled(2), true]);
    await vi.advanceTimersByTimeAsync(1_500);
    await tick();
    expect(alert()).toBe(sign_in.throttled(1));
    await submit();
    expect(activations().length).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    await tick();
    expect([alert(), button.disabled]).toEqual(["", false]);
  });
});

describe("somebody else is signed in here", () => {
  test("they are named, and signed out before anything else", async () => {
    answers["GET /v1/me"] = me(ORTIZ);
    await come(CODE);
    expect([wordsOf(document.querySelector("h1")), document.querySelector("form"), document.body.textContent?.includes(words.other.body(ORTIZ.name))]).toEqual([words.other.title, null, true]);
    answers["DELETE /v1/session"] = refusal("unreachable", 0);
    await press(words.other.leave(ORTIZ.name));
    expect([alert(), document.querySelector("form")]).toEqual([words.other.failed, null]);
    answers["DELETE /v1/session"] = undefined;
    await press(words.other.leave(ORTIZ.name));
    expect([field(words.code).value, asked.some(({ path }) => path === "/v1/activate")]).toEqual([CODE, false]);
  });
  test("or they go on where they were", async () => {
    answers["GET /v1/me"] = me(MARIA);
    history.replaceState(null, "", "/#/activate");
    await come(CODE);
    await press(words.other.stay(MARIA.name));
    expect([vi.mocked(session.begin).mock.calls.length, location.hash]).toEqual([1, ""]);
  });
  test("nobody knows who it is until the node answers: then it is asked first", async () => {
    answers["GET /v1/me"] = refusal("unreachable", 0);
    await come(CODE);
    await type(words.password, PASSWORD);
    await submit();
    expect([alert(), activations()]).toEqual([words.unreachable, []]);
    answers["GET /v1/me"] = me(ORTIZ);
    await submit();
    expect([wordsOf(document.activeElement), activations()]).toEqual([words.other.title, []]);
  });
});
