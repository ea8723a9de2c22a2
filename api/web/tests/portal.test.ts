// Proves what patients can do and read around the box: take back what they wrote, who took something back and why, that their clinic has messages
// switched off and whom to call, until when it is closed; and that whom to call is said in every state of the page, before any script too.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import html from "../p/index.html?raw";
import { text } from "../src/core/i18n";
import { Refusal, type Ask } from "../src/core/http";
import type { Line, Message } from "../src/core/timeline";
import type { Conversation, EventBody, Settings } from "../src/core/wire";
import App from "../src/ui/patient/App.svelte";
import AroundBox from "../src/ui/patient/AroundBox.svelte";
import { lineWords } from "../src/ui/patient/lines";
import Patient from "../src/ui/patient/Patient.svelte";
import { clinic as around_part, new_message, privacy, thread } from "../src/ui/patient/parts";
import TakeBack from "../src/ui/patient/TakeBack.svelte";
import Thread from "../src/ui/patient/Thread.svelte";
import { sign_in } from "../src/ui/sign-in";
import { clinic } from "../src/vm/clinic.svelte";
import { router } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { patient as words } from "../locales/en-patient";
import { around } from "../locales/en-patient-around";
import { lines } from "../locales/en-patient-lines";
import { take_back } from "../locales/en-patient-take-back";
import { conversation, event, MARIA, RAMAN, said, settle } from "./fakes";

const SETTINGS: Settings = { guidance: "Call 911.\nOr the desk: 555 0100.", hours: [], zone: "UTC", patients: true, team: true, reasons: [] };
const USUAL = `${words.guidance} ${words.crisis}`;
const own = (more: Partial<Conversation> = {}): Conversation => conversation({ kind: "patient", patient: { id: MARIA.id, name: MARIA.name, mrn: "", birth_date: "", state: "active" }, care: { stage: "open" }, ...more, my: { ...conversation().my, may: ["send"], ...more.my } });
const message = (): Message => session.store.timeline("con_a").message(2) as Message;
let asked: { path: string; method: string | undefined; id: string | undefined }[];
let refuse: string | undefined;
const ready = async (): Promise<void> => { for (let turn = 0; turn < 5; turn += 1) { await settle(); await tick(); } };

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  vi.stubGlobal("ResizeObserver", class { observe(): void {} disconnect(): void {} });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  [asked, refuse] = [[], undefined];
  session.link = { state: "live" };
  session.me = { person: { ...MARIA }, session_id: "", expires_at_ms: 0, workspace: { name: "Clinic" }, permissions: [] };
  session.sync = { open: async () => {}, onSettings: () => {}, onReach: () => {}, onLink: () => () => {}, fetchConversation: vi.fn(async () => conversation()), markRead: () => {}, transport: { send: () => true } } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation(((path: string, { method, command_id }: Ask = {}) => {
    if (method) asked.push({ path, method, id: command_id });
    if (path === "/v1/settings") return Promise.resolve({ settings: clinic.settings ?? SETTINGS });
    return method && refuse !== undefined ? Promise.reject(new Refusal({ status: 409, code: refuse })) : Promise.resolve({});
  }) as never);
  clinic.settings = SETTINGS;
  session.store.putConversation(own());
  session.store.timeline("con_a").applyPage([said(1, 1, "Hello", RAMAN), said(2, 2, "It hurts", MARIA), said(3, 3, "Where?", RAMAN)], 1, 3, 1);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  session.store.clear();
  session.conversations = [];
  session.me = session.sync = clinic.settings = undefined;
  session.link = { state: "stopped" };
  session.phase = "starting";
  router.go("inbox");
});

test("a scroll that is told after its messages have left the page changes nothing", async () => {
  const broke = vi.fn((event: ErrorEvent) => event.preventDefault());
  addEventListener("error", broke);
  render(Thread, { id: "con_a", onback: () => {}, onnew: () => {} });
  await ready();
  const pane = document.querySelector(".pane") as HTMLElement;
  pane.dispatchEvent(new Event("scroll"));
  cleanup();
  await ready();
  pane.dispatchEvent(new Event("scroll"));
  removeEventListener("error", broke);
  expect(broke.mock.calls).toEqual([]);
});

describe("taking back", () => {
  const open = async (): Promise<void> => {
    render(TakeBack, { view: new ThreadView("con_a"), message: message() });
    await fireEvent.click(screen.getByRole("button", { name: new RegExp(`^${take_back.offer}`) }));
  };
  const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await ready(); };
  test("is asked about first; the reason is theirs to give; in doubt the same id", async () => {
    await open();
    const dialog = screen.getByRole("alertdialog", { name: take_back.title });
    expect([dialog.textContent?.includes(take_back.effect), dialog.textContent?.includes("It hurts"), asked]).toEqual([true, true, []]);
    refuse = "unreachable";
    await submit();
    expect(screen.getByRole("alert").textContent).toBe(text.problems["unreachable"]);
    refuse = undefined;
    await submit();
    expect(asked.map(({ path, method }) => `${method} ${path}`)).toEqual(Array(2).fill("DELETE /v1/conversations/con_a/messages/2?reason="));
    expect([asked[0]?.id === asked[1]?.id, screen.queryByRole("alertdialog")]).toEqual([true, null]);
  });
  test("says why, if they write it, and is content where it was done already", async () => {
    await open();
    await fireEvent.input(screen.getByLabelText(take_back.reason), { target: { value: " wrong day & time " } });
    refuse = "already_retracted";
    await submit();
    expect([asked[0]?.path, screen.queryByRole("alertdialog")]).toEqual(["/v1/conversations/con_a/messages/2?reason=wrong%20day%20%26%20time", null]);
  });
  test.each([
    ["archived", { state: "archived" as const }],
    ["from outside", { my: { ...conversation().my, member: false } }],
  ])("is not offered: %s", (_why, more) => {
    session.store.putConversation(own({ ...more, last_seq: 9 }));
    render(TakeBack, { view: new ThreadView("con_a"), message: message() });
    expect(screen.queryByRole("button")).toBeNull();
  });
  test("the thread says You, offers it at one's own alone, and tells who took something back and why", async () => {
    session.store.timeline("con_a").applyPage([said(4, 4, "", RAMAN, { retracted: { at_ms: 1, person: RAMAN, reason: "wrong patient" } }), said(5, 5, "", MARIA, { retracted: { at_ms: 1, person: MARIA, reason: "" } })], 4, 5, 1);
    await privacy.load();
    render(Thread, { id: "con_a", onback: () => {}, onnew: () => {} });
    await ready();
    const articles = [...document.querySelectorAll<HTMLElement>("article")];
    expect(articles.map((one) => one.querySelector(".sender")?.textContent)).toEqual(["Priya Raman, MD", "You", "Priya Raman, MD", "Priya Raman, MD", "You"]);
    expect(articles.map((one) => one.querySelector("button") !== null)).toEqual([false, true, false, false, false]);
    expect(articles.slice(3).map((one) => one.querySelector(".tombstone")?.textContent?.trim())).toEqual([`${text.message.retractedBy("Priya Raman")}${text.message.retractReason("wrong patient")}`, text.message.retractedByYou]);
  });
});

test("what happens seldom has its line once the part with its words is there", async () => {
  await around_part.load();
  const line = (body: EventBody): string => lineWords({ kind: "line", ...event(6, body, RAMAN) } as Line, MARIA.id);
  expect([line({ type: "archived" }), line({ type: "reopened" }), line({ type: "renamed", topic: "Knee" })]).toEqual([lines.archived(RAMAN.name), lines.reopened(RAMAN.name), lines.renamed(RAMAN.name, "Knee")]);
});

describe("around the box", () => {
  const show = (may_write: boolean, unsent = ""): ReturnType<typeof vi.fn> => {
    const onnew = vi.fn();
    render(AroundBox, { view: new ThreadView("con_a"), may_write, unsent, onnew });
    return onnew;
  };
  test("switched off: it says so, with whom the clinic tells them to call, and not that a new message helps", () => {
    clinic.settings = { ...SETTINGS, patients: false };
    show(false, "Hello?");
    const body = document.body.textContent ?? "";
    for (const said of [around.off, SETTINGS.guidance, around.kept]) expect(body).toContain(said);
    expect([body.includes(around.archived), screen.queryByRole("button")]).toEqual([false, null]);
  });
  test("switched off without guidance of the clinic: the usual numbers", () => {
    clinic.settings = { ...SETTINGS, guidance: " ", patients: false };
    show(false);
    expect(document.body.textContent).toContain(USUAL);
  });
  test("switched off or on while it is open: what is allowed is asked for anew, once", async () => {
    show(true);
    await ready();
    const look = vi.mocked(session.sync?.fetchConversation as () => Promise<Conversation>);
    expect(look).not.toHaveBeenCalled();
    clinic.settings = { ...SETTINGS, patients: false };
    await ready();
    expect(look).toHaveBeenCalledOnce();
    clinic.settings = { ...SETTINGS, guidance: "Other", patients: false };
    await ready();
    expect(look).toHaveBeenCalledOnce();
  });
  test("closed: the way is a new message, with the words that did not go", async () => {
    session.store.putConversation(own({ care: { stage: "closed" } }));
    const onnew = show(false, "Hello?");
    expect(document.body.textContent).toContain(`${around.closed} ${around.kept}`);
    await fireEvent.click(screen.getByRole("button", { name: words.newMessage }));
    expect(onnew).toHaveBeenCalledWith("Hello?");
  });
  test("before sending, outside the hours: until when; within them nothing", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"], now: Date.UTC(2024, 0, 6, 12) }); // a Saturday
    clinic.settings = { ...SETTINGS, hours: [{ day: 0, from_minute: 480, until_minute: 1020 }], zone: "UTC" };
    show(true);
    expect(document.getElementById("answers")?.textContent).toMatch(/^We are closed until Mon 8:00 AM/);
    vi.setSystemTime(Date.UTC(2024, 0, 8, 9));
    await vi.advanceTimersByTimeAsync(60_000);
    await tick();
    expect(document.getElementById("answers")).toBeNull();
  });
});

describe("whom to call", () => {
  const first = (): string => document.querySelector("aside")?.textContent?.trim() ?? "";
  test("stands in the page before any script, in the same words, and without scripts at all", () => {
    const page = new DOMParser().parseFromString(html, "text/html");
    expect(page.querySelector("#app aside")?.textContent).toBe(USUAL);
    expect(page.querySelector("#app")?.firstElementChild?.tagName).toBe("ASIDE");
    expect(page.querySelector("noscript")?.innerHTML).toContain("call your clinic");
  });
  test.each(["starting", "unreachable", "signed_out"] as const)("is first while the page is %s", async (phase) => {
    await around_part.load();
    session.phase = phase;
    render(App);
    expect(first()).toBe(USUAL);
    expect(document.querySelector(".before")?.firstElementChild?.tagName).toBe("ASIDE");
    await ready();
    expect(first()).toBe(USUAL);
  });
  test("is there when sign-in could not be fetched", async () => {
    const load = vi.spyOn(sign_in, "load").mockRejectedValue(new Error("away"));
    session.phase = "signed_out";
    sign_in.failed = true;
    render(App);
    await ready();
    expect([first(), screen.getByRole("alert").textContent?.includes(text.notLoaded)]).toEqual([USUAL, true]);
    load.mockRestore();
    sign_in.failed = false;
  });
  test.each([["a conversation", thread], ["a new message", new_message]] as const)("is there, with a way back, while %s cannot be fetched", async (what, part) => {
    const held = part.held;
    vi.spyOn(part, "load").mockRejectedValue(new Error("away"));
    part.held = undefined;
    part.failed = true;
    session.loaded = true;
    if (what === "a conversation") router.go("inbox", "con_a");
    render(Patient);
    if (what === "a new message") await fireEvent.click(screen.getByRole("button", { name: words.newMessage }));
    await ready();
    expect([document.querySelectorAll("aside.standing").length, screen.getByRole("alert").textContent?.includes(text.notLoaded)]).toEqual([1, true]);
    await fireEvent.click(screen.getByRole("button", { name: words.back }));
    await ready();
    expect(screen.getByRole("button", { name: words.newMessage })).toBeTruthy();
    part.held = held as never;
    part.failed = false;
  });
});
