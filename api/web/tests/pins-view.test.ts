// Proves the faces of pins: what is asked before one (nobody is pinned to a namesake), the section in the details with each of its states, and
// the line that leads there.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import { text } from "../src/core/i18n";
import type { Line, Message } from "../src/core/timeline";
import type { Conversation, Person } from "../src/core/wire";
import ContextPanel from "../src/ui/staff/ContextPanel.svelte";
import { about } from "../src/ui/staff/further";
import PinDialog from "../src/ui/staff/PinDialog.svelte";
import PinsSection from "../src/ui/staff/PinsSection.svelte";
import QuietLine from "../src/ui/staff/QuietLine.svelte";
import { announcer } from "../src/vm/announce.svelte";
import { dropDrafts } from "../src/vm/drafts";
import { session } from "../src/vm/session.svelte";
import { todo } from "../src/vm/tasks.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { later } from "../locales/en-staff-later";
import { pins as words } from "../locales/en-staff-pins";
import { pinLine } from "../src/ui/staff/pin-line";
import { conversation, event, MARIA, ORTIZ, patientTask, pinned, RAMAN, said } from "./fakes";

const refusal = (code: string, status = 409): Refusal => new Refusal({ status, code });
const PATIENT = patientTask().patient ?? undefined;
const PINS = "/v1/conversations/con_a/pins";
const FAMILY = "/v1/patients?q=Garcia&limit=200";
const GIVEN = "/v1/patients?q=Maria&limit=200";
const person = (id: string, name: string, mrn: string, birth_date: string): Person => ({ id, name, kind: "patient", state: "active", patient: { mrn, birth_date, care_team: [] } });
const MARIA_FOUND = person(MARIA.id, MARIA.name, "MRN-10240", "1984-03-12");
const MARTA = person("per_marta", "Marta Garcia", "MRN-10991", "1948-12-03");
const DAVID = person("per_david", "David Kim", "MRN-10777", "1990-05-06");
const SURE = "This is Maria Garcia, born 03/12/1984, number MRN-10240";
let asked: { path: string; method: string; body: unknown; command_id: string | undefined }[];
let answers: Record<string, unknown>;
const sent = (): typeof asked => asked.filter((one) => one.path === PINS && one.method === "POST");
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(400); await tick(); };
const press = async (name: string | RegExp): Promise<void> => { await fireEvent.click(screen.getByRole("button", { name })); await after(); };
const alerts = (): (string | undefined)[] => screen.queryAllByRole("alert").map((one) => one.textContent?.trim());
const wordsOf = (one: Element | null | undefined): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();

beforeAll(async () => { await about.load(); });
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked = [];
  answers = { [FAMILY]: { patients: [MARIA_FOUND] }, [GIVEN]: { patients: [MARIA_FOUND] }, [`/v1/patients/${MARIA.id}`]: { patient: MARIA_FOUND, proxies: [] }, "/v1/sites": { sites: [] } };
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["create_patient_conversation"] };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { body, command_id, method = "GET" }: { body?: unknown; command_id?: string; method?: string } = {}) => {
    asked.push({ path, method, body, command_id });
    const answer = answers[`${method} ${path}`] ?? answers[path];
    if (answer instanceof Error) throw answer;
    return (await answer) ?? {};
  }) as never);
});
afterEach(async () => {
  cleanup();
  dropDrafts();
  todo.forget();
  session.store.clear();
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
  session.me = undefined;
  session.link = { state: "stopped" };
});

function hold(of: Conversation, count = 5): void {
  session.store.putConversation(of);
  const all = Array.from({ length: count }, (_, index) => said(index + 1, index + 1, `words ${index + 1}`, index % 2 === 0 ? MARIA : RAMAN));
  session.store.timeline(of.id).applyPage(all, 1, count, 1);
}
const tell = async (...events: Parameters<typeof session.store.applyEvent>[0][]): Promise<void> => { for (const one of events) session.store.applyEvent(one); await after(); await after(); };

describe("what is asked before a pin", () => {
  const about_maria = conversation({ kind: "patient", topic: "Sore throat", patient: PATIENT ?? null });
  const onclose = vi.fn();
  const button = (): HTMLButtonElement => screen.getByRole("button", { name: words.dialog.do });
  const summary = (): HTMLElement => document.querySelector("textarea") as HTMLElement;
  const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await after(); };
  const choices = (): string[] => [...document.querySelectorAll<HTMLElement>("[data-choice]")].map((one) => `${one.dataset["choice"]}${one.querySelector("input")?.checked ? "*" : ""}`);
  const tick_message = async (seq: number): Promise<void> => { await fireEvent.click(document.querySelector(`[data-choice="${seq}"] input`) as HTMLElement); await tick(); };
  async function open(of = about_maria, seq?: number, count = 5): Promise<void> {
    onclose.mockClear();
    hold(of, count);
    const message: Message | undefined = seq === undefined ? undefined : session.store.timeline(of.id).message(seq);
    render(PinDialog, { conversation: of, message, me: RAMAN.id, onclose });
    await after();
  }

  test("whose chart it is stands there large; the message, those around it, and the summary go as they are chosen", async () => {
    const say = vi.spyOn(announcer, "say");
    await open(about_maria, 3);
    expect(wordsOf(document.querySelector(".chart"))).toBe("To the chart of Maria Garcia Date of birth03/12/1984Record numberMRN-10240");
    expect([screen.getByText(words.dialog.stays), document.activeElement, alerts(), choices()]).toEqual([expect.anything(), summary(), [], ["1", "2", "3*", "4", "5"]]);
    await tick_message(5);
    await tick_message(1);
    expect(screen.getByText("3 messages will be pinned.")).toBeTruthy();
    await fireEvent.input(summary(), { target: { value: "  Sore throat since Monday\n" } });
    await submit();
    expect(sent().map(({ body }) => body)).toEqual([{ patient_id: MARIA.id, mrn: "MRN-10240", birth_date: "1984-03-12", seqs: [1, 3, 5], summary: "Sore throat since Monday" }]);
    expect([say.mock.lastCall, onclose.mock.calls.length]).toEqual([["Pinned to the chart of Maria Garcia."], 1]);
  });
  test("a message alone needs no summary; a summary alone needs to be written", async () => {
    await open(about_maria, 3);
    await submit();
    expect(sent()[0]?.body).toMatchObject({ seqs: [3], summary: "" });
    cleanup();
    await open(about_maria);
    expect([screen.getByLabelText(words.dialog.summary), choices(), screen.getByText(words.dialog.chosenNone)]).toEqual([expect.anything(), ["3", "4", "5"], expect.anything()]);
    await submit();
    expect([alerts(), document.activeElement, sent().length]).toEqual([[words.dialog.faults.missing], summary(), 1]);
    await fireEvent.input(summary(), { target: { value: "漢".repeat(2667) } });
    expect(alerts()).toEqual([words.dialog.faults.long]);
    await fireEvent.input(summary(), { target: { value: "Well again" } });
    await submit();
    expect(sent()[1]?.body).toMatchObject({ seqs: [], summary: "Well again" });
  });
  test("somebody of the same family name: all three facts are shown, and nothing is pinned until it is said who is meant", async () => {
    answers[FAMILY] = { patients: [MARIA_FOUND, MARTA] };
    await open(about_maria, 3);
    expect([...document.querySelectorAll(".similar li")].map(wordsOf)).toEqual(["Marta Garcia, born 12/03/1948, number MRN-10991"]);
    expect(alerts()).toEqual([words.dialog.similar(1)]);
    expect([button().disabled, document.getElementById(button().getAttribute("aria-describedby") ?? "")?.textContent]).toEqual([true, words.dialog.sureFirst]);
    await submit();
    expect(sent()).toEqual([]);
    await fireEvent.click(screen.getByLabelText(SURE));
    expect(button().disabled).toBe(false);
    await fireEvent.click(screen.getByLabelText(SURE));
    await submit();
    expect(sent()).toEqual([]);
    await fireEvent.click(screen.getByLabelText(SURE));
    await submit();
    expect(sent()).toHaveLength(1);
  });
  test("the same name but for one letter is found by the other name", async () => {
    answers[GIVEN] = { patients: [MARIA_FOUND, person("per_c", "Maria Garzia", "MRN-2", "1970-01-01"), person("per_d", "Maria Lopez", "MRN-3", "1971-01-01")] };
    await open(about_maria, 3);
    expect([[...document.querySelectorAll(".similar li strong")].map(wordsOf), button().disabled]).toEqual([["Maria Garzia"], true]);
  });
  test("until that is known nothing is pinned; where it cannot be known, a person says who is meant", async () => {
    let answer: (value: unknown) => void = () => {};
    answers[FAMILY] = new Promise((resolve) => { answer = resolve; });
    await open(about_maria, 3);
    expect([screen.getByText(words.dialog.checking), button().disabled]).toEqual([expect.anything(), true]);
    await submit();
    expect(sent()).toEqual([]);
    answer({ patients: [MARIA_FOUND] });
    await after();
    expect([button().disabled, document.querySelector(".similar")]).toEqual([false, null]);
    cleanup();
    answers[FAMILY] = refusal("unreachable", 0);
    await open(about_maria, 3);
    expect([alerts()[0]?.startsWith(words.dialog.notChecked), button().disabled]).toEqual([true, true]);
    await fireEvent.click(screen.getByLabelText(SURE));
    expect(button().disabled).toBe(false);
    answers[FAMILY] = { patients: [MARTA] };
    await press(text.retry);
    expect(document.querySelectorAll(".similar li")).toHaveLength(1);
  });
  test("where more may have the name than are told, those that are told are shown, and a person says who is meant; asked again, they say so again", async () => {
    answers[GIVEN] = { patients: Array.from({ length: 200 }, (_, index) => person(`per_${index}`, "Maria Lopez", `MRN-${index}`, "1970-01-01")) };
    await open(about_maria, 3);
    expect([alerts()[0]?.startsWith(words.dialog.notChecked), document.querySelector(".similar li"), button().disabled]).toEqual([true, null, true]);
    await fireEvent.click(screen.getByLabelText(SURE));
    expect(button().disabled).toBe(false);
    answers[FAMILY] = { patients: [MARTA] };
    await press(text.retry);
    expect([document.querySelectorAll(".similar li").length, (screen.getByLabelText(SURE) as HTMLInputElement).checked, button().disabled]).toEqual([1, false, true]);
  });
  test("in another room the chart is chosen first, from people with birth date and number; another choice asks who is meant anew", async () => {
    const room = conversation({ kind: "direct", topic: null });
    answers["/v1/patients?q=gar&limit=20"] = { patients: [MARIA_FOUND, MARTA] };
    answers["/v1/patients?q=kim&limit=20"] = { patients: [DAVID] };
    answers[FAMILY] = { patients: [MARIA_FOUND, MARTA] };
    for (const name of ["Kim", "David"]) answers[`/v1/patients?q=${name}&limit=200`] = { patients: [DAVID] };
    const choose = async (typed: string, name: RegExp): Promise<void> => {
      const box = screen.getByRole("combobox", { name: words.dialog.patient });
      box.focus();
      await fireEvent.input(box, { target: { value: typed } });
      await after();
      await fireEvent.click(screen.getByRole("option", { name, hidden: true }));
      await after();
    };
    await open(room, 3);
    await submit();
    expect([alerts(), asked]).toEqual([[words.dialog.whoMissing], []]);
    await choose("gar", /Maria Garcia\s*MRN-10240 · DOB 03\/12\/1984/);
    expect([document.activeElement, button().disabled]).toEqual([summary(), true]);
    await fireEvent.click(screen.getByLabelText(SURE));
    await press(`${words.dialog.change}: ${words.dialog.patient}`);
    expect(document.activeElement).toBe(screen.getByRole("combobox", { name: words.dialog.patient }));
    await choose("kim", /David Kim/);
    expect([screen.queryByLabelText(SURE), button().disabled]).toEqual([null, false]);
    await press(`${words.dialog.change}: ${words.dialog.patient}`);
    await choose("gar", /Maria Garcia/);
    expect([(screen.getByLabelText(SURE) as HTMLInputElement).checked, button().disabled]).toEqual([false, true]);
    await fireEvent.click(screen.getByLabelText(SURE));
    await submit();
    expect(sent().map(({ body }) => body)).toEqual([{ patient_id: MARIA.id, mrn: "MRN-10240", birth_date: "1984-03-12", seqs: [3], summary: "" }]);
  });
  test("more of the messages around it, as far as they are loaded; what is retracted meanwhile is told, and not pinned", async () => {
    await open(about_maria, 20, 40);
    expect(choices()).toEqual(["18", "19", "20*", "21", "22"]);
    await press(words.dialog.earlier);
    await press(words.dialog.later);
    await press(words.dialog.later);
    expect([choices().length, choices()[0], choices().at(-1), screen.queryByRole("button", { name: words.dialog.later })]).toEqual([33, "8", "40", null]);
    await tick_message(40);
    await tell(event(41, { type: "message_retracted", target_seq: 20, reason: null }, RAMAN));
    expect([alerts(), choices().includes("20*")]).toEqual([[words.dialog.gone], false]);
    await submit();
    expect(sent()[0]?.body).toMatchObject({ seqs: [40] });
  });
  test("refused it is told and stays written, and is another command; in doubt it is the same one, whatever else happens, until something else is wished", async () => {
    await open(about_maria, 3);
    await fireEvent.input(summary(), { target: { value: "Sore" } });
    for (const code of ["not_this_patient", "unreachable", "unreachable"]) {
      answers[`POST ${PINS}`] = refusal(code, code === "unreachable" ? 0 : 409);
      await submit();
      expect(alerts()).toEqual([words.problems[code] ?? text.problems[code]]);
      await tell(said(session.store.timeline("con_a").last_held + 1, 9, "meanwhile", MARIA));
    }
    await fireEvent.input(summary(), { target: { value: "Sore throat" } });
    expect(alerts()).toEqual([]);
    answers[`POST ${PINS}`] = {};
    await submit();
    const ids = sent().map(({ command_id }) => command_id);
    expect([ids.length, ids[1] === ids[2], new Set(ids).size, onclose.mock.calls.length]).toEqual([4, true, 3, 1]);
  });
  test("while the node is asked it is not left; taken away all the same, it closes nothing else when the answer comes", async () => {
    let answer: (value: unknown) => void = () => {};
    answers[`POST ${PINS}`] = new Promise((resolve) => { answer = resolve; });
    await open(about_maria, 3);
    await submit();
    await press(text.close);
    await fireEvent(document.querySelector("dialog") as HTMLElement, new Event("cancel", { cancelable: true }));
    expect([(screen.getByRole("button", { name: text.cancel }) as HTMLButtonElement).disabled, onclose.mock.calls.length, sent().length]).toEqual([true, 0, 1]);
    cleanup();
    answer({});
    await after();
    expect(onclose).not.toHaveBeenCalled();
  });
  test("offline it says why it does nothing", async () => {
    session.link = { state: "stopped" };
    await open(about_maria, 3);
    await submit();
    expect([screen.getByText(later.offline), button().disabled, sent()]).toEqual([expect.anything(), true, []]);
  });
});

describe("in the details", () => {
  const about_maria = conversation({ kind: "patient", patient: PATIENT ?? null, members: [] });
  const onask = vi.fn();
  async function open(answer: unknown, of = about_maria, wanted?: object): Promise<ThreadView> {
    answers[PINS] = answer;
    hold(of);
    const view = new ThreadView("con_a");
    await after();
    render(PinsSection, { view, patient: PATIENT as never, me: RAMAN.id, wanted, onask });
    await after();
    return view;
  }
  const entries = (): Element[] => [...document.querySelectorAll("[data-pin]")];

  test("the last first: who and when, the summary, the messages as they stood, notes marked, the checksum", async () => {
    const note = { seq: 3, at_ms: 5, author: RAMAN, on_behalf_of: ORTIZ, audience: "team", priority: "urgent", version: 2, body: "Call her" } as const;
    await open({ pins: [pinned({ id: "pin_b", by: ORTIZ, summary: "", messages: [...pinned().messages, note], conversation_id: "con_b" }), pinned({ messages: [] })], more: true });
    expect(entries().map((one) => wordsOf(one.querySelector(".by strong")))).toEqual(["Pinned by Jamie Ortiz, MA", "Pinned by you"]);
    const [first, second] = entries();
    expect([...(first?.querySelectorAll("[data-pinned]") ?? [])].map(wordsOf)).toEqual([expect.stringMatching(/^Maria Garcia \(patient\) .* It hurts$/), expect.stringMatching(/^You on behalf of Jamie Ortiz .* edited Urgent ?Team only Call her$/)]);
    expect([first?.querySelectorAll(".note").length, first?.querySelector("li .body strong")?.textContent]).toEqual([1, "hurts"]);
    expect([wordsOf(second?.querySelector(".summary")), second?.querySelector("ul"), screen.getByText(words.more)]).toEqual(["Sore throat since Monday", null, expect.anything()]);
    const code = first?.querySelector("code");
    expect([code?.textContent, code?.title]).toEqual(["0123456789ab…", "0123456789abcdef".repeat(4)]);
    expect(within(first as HTMLElement).getByRole("link", { name: words.open }).getAttribute("href")).toBe("#/inbox/con_b");
    expect(within(second as HTMLElement).queryByRole("link")).toBeNull();
    const written = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", Object.create(navigator, { clipboard: { value: { writeText: written } } }));
    await fireEvent.click(within(first as HTMLElement).getByRole("button", { name: words.copyOf("0123456789ab") }));
    vi.unstubAllGlobals();
    expect(written).toHaveBeenCalledWith("0123456789abcdef".repeat(4));
  });
  test("loading, nothing, failed, offline, not allowed; a summary is asked over the conversation, by who works with patients", async () => {
    let answer: (value: unknown) => void = () => {};
    await open(new Promise((resolve) => { answer = resolve; }));
    expect(screen.getByText(words.loading)).toBeTruthy();
    answer({ pins: [], more: false });
    await after();
    expect(screen.getByText(words.none)).toBeTruthy();
    await press(words.summarize);
    expect(onask).toHaveBeenCalledWith({ what: "pin" });
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await tick();
    expect(screen.getByText(words.offline)).toBeTruthy();
    cleanup();
    await open(refusal("unreachable", 0));
    expect(alerts()).toEqual([expect.stringContaining(words.failed)]);
    answers[PINS] = { pins: [pinned()], more: false };
    await press(text.retry);
    expect([alerts(), entries().length]).toEqual([[], 1]);
    cleanup();
    await open(refusal("forbidden", 403));
    expect([screen.getByText(words.forbidden), screen.queryByRole("button", { name: words.summarize })]).toEqual([expect.anything(), null]);
    cleanup();
    if (session.me) session.me = { ...session.me, permissions: [] };
    await open({ pins: [], more: false });
    expect(screen.queryByRole("button", { name: words.summarize })).toBeNull();
  });
  test("it is asked for when it is shown and when the conversation tells of a pin, not for anything else; what was retracted stays", async () => {
    await open({ pins: [pinned()], more: false });
    const times = (): number => asked.filter(({ path }) => path === PINS).length;
    await tell(said(6, 6, "f"), event(7, { type: "message_retracted", target_seq: 2, reason: null }, RAMAN));
    expect([times(), wordsOf(document.querySelector("[data-pinned]"))]).toEqual([1, expect.stringContaining("It hurts")]);
    answers[PINS] = { pins: [pinned({ id: "pin_b" }), pinned()], more: false };
    await tell(event(8, { type: "pinned", pin_id: "pin_b", patient: MARIA }, ORTIZ));
    expect([times(), entries().length]).toEqual([2, 2]);
  });
  test("the line leads there, and the heading has the focus; where no chart is shown it is words", async () => {
    const view = await open({ pins: [], more: false });
    cleanup();
    const line = { kind: "line", ...event(6, { type: "pinned", pin_id: "pin_a", patient: MARIA }, ORTIZ) } as Line;
    const onshow = vi.fn();
    render(QuietLine, { line, view, me: RAMAN.id, onshow });
    expect(pinLine({ ...line, event: { type: "pinned", pin_id: "pin_a" } } as Line, RAMAN.id)).toBe("Jamie Ortiz pinned something to a chart");
    await press("Jamie Ortiz pinned something to Maria Garcia's chart");
    expect(onshow).toHaveBeenCalledWith({});
    cleanup();
    const { rerender } = render(ContextPanel, { view, me: RAMAN.id, pins: {}, onask, onclose: vi.fn() });
    await after();
    const heading = screen.getByRole("heading", { name: words.section });
    expect(document.activeElement).toBe(heading);
    screen.getByRole("button", { name: text.close }).focus();
    await rerender({ pins: {} });
    await after();
    expect(document.activeElement).toBe(heading);
    cleanup();
    const task = { kind: "line", ...event(7, { type: "task_changed", task_id: "tsk_a", what: "completed" }, ORTIZ) } as Line;
    render(QuietLine, { line: task, view, me: RAMAN.id, onshow });
    await press("Jamie Ortiz did a task");
    expect(onshow).toHaveBeenLastCalledWith(undefined);
    cleanup();
    session.store.putConversation(conversation({ kind: "direct", patient: null, last_seq: 99 }));
    await after();
    render(QuietLine, { line, view, me: RAMAN.id, onshow });
    expect([screen.queryByRole("button"), document.body.textContent]).toEqual([null, expect.stringContaining("Jamie Ortiz pinned something")]);
  });
});
