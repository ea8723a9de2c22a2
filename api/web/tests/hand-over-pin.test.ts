// Proves whom a hand-over asks, and how whoever covers comes in by accepting; and that its summary goes to the chart as well, where it is wanted: only to the patient who was shown, never before the hand-over is
// asked for, once, and with a way on when it could not be; and that older pins come page by page.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import type { Ability, Author, Care, CareStep, Conversation, Coverage, Person } from "../src/core/wire";
import { careStep } from "../src/ui/staff/care-steps";
import GiveCare from "../src/ui/staff/GiveCare.svelte";
import HandOverBanner from "../src/ui/staff/HandOverBanner.svelte";
import PinsSection from "../src/ui/staff/PinsSection.svelte";
import { coverages } from "../src/vm/coverage.svelte";
import { session } from "../src/vm/session.svelte";
import { todo } from "../src/vm/tasks.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { asks } from "../locales/en-staff-asks";
import { care } from "../locales/en-staff-care";
import { pins as words } from "../locales/en-staff-pins";
import { conversation, MARIA, ORTIZ, patientTask, pinned, RAMAN } from "./fakes";

const LINDQVIST: Author = { id: "per_lindqvist", name: "Anna Lindqvist", kind: "staff", title: "MD" };
const PATIENT = patientTask().patient as NonNullable<ReturnType<typeof patientTask>["patient"]>;
const [NOTE, CARE, PINS] = ["messages", "care", "pins"].map((one) => `/v1/conversations/con_a/${one}`) as [string, string, string];
const refusal = (code: string, status = 409): Refusal => new Refusal({ status, code });
const person = (id: string, name: string): Person => ({ id, name, kind: "patient", state: "active", patient: { mrn: "MRN-10991", birth_date: "1948-12-03", care_team: [] } });
let asked: { path: string; method: string; body: unknown; command_id: string | undefined }[];
let answers: Record<string, unknown>;
const onclose = vi.fn();
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(400); await tick(); };
const sent = (): [string, unknown][] => asked.filter(({ method }) => method === "POST").map(({ path, body }) => [path, body]);
const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await after(); };
const write = async (value: string): Promise<void> => { await fireEvent.input(screen.getByLabelText(asks.care.summary), { target: { value } }); await after(); };
const alerts = (): string[] => screen.queryAllByRole("alert").map((one) => (one.textContent ?? "").replace(/\s+/g, " ").trim());
const box = (): HTMLInputElement => screen.getByRole("checkbox", { name: asks.care.pin });
const of_maria = (more: Partial<Conversation> = {}): Conversation => conversation({
  kind: "patient", patient: PATIENT, care: { stage: "open", party: { person: RAMAN } }, members: [{ person_id: ORTIZ.id, name: ORTIZ.name, kind: "staff" }, { person_id: RAMAN.id, name: RAMAN.name, kind: "staff" }],
  my: { ...conversation().my, may: ["send", "note", "hand_over"] }, ...more,
});

async function open(hand_over = true): Promise<void> {
  session.store.putConversation(of_maria());
  render(GiveCare, { conversation: of_maria(), me: RAMAN.id, hand_over, to: ORTIZ, onclose });
  await after();
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked = [];
  answers = {};
  onclose.mockClear();
  session.link = { state: "live" };
  session.sync = { fetchConversation: () => Promise.resolve() } as unknown as NonNullable<typeof session.sync>;
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["create_patient_conversation"] };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { body, command_id, method = "GET" }: { body?: unknown; command_id?: string; method?: string } = {}) => {
    asked.push({ path, method, body, command_id });
    const answer = answers[`${method} ${path}`];
    if (answer instanceof Error) throw answer;
    return answer ?? (path.startsWith("/v1/patients") ? { patients: [] } : {});
  }) as never);
});
afterEach(async () => {
  cleanup();
  todo.forget();
  session.store.clear();
  session.sync = session.me = undefined;
  session.link = { state: "stopped" };
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("who is asked", () => {
  const covering = (more: Partial<Coverage> = {}): Coverage => ({ id: "cov_a", covered: RAMAN, covering: LINDQVIST, from_ms: 0, until_ms: Date.now() + 60_000, reason: "Leave", state: "running", by: RAMAN, ...more });
  const offered = async (more: Partial<Conversation> = {}, hand_over = true): Promise<string[]> => {
    cleanup();
    render(GiveCare, { conversation: of_maria(more), me: RAMAN.id, hand_over, onclose });
    await fireEvent.focus(screen.getByRole("combobox"));
    await after();
    return screen.queryAllByRole("option").map((one) => (one.textContent ?? "").replace(/\s+/g, " ").trim());
  };
  afterEach(() => { coverages.list = []; });

  test("of a hand-over whoever covers for me as well, also from outside; not where they could not come in, and not before or after", async () => {
    expect(await offered()).toEqual([expect.stringContaining(ORTIZ.name)]);
    coverages.list = [covering()];
    expect(await offered()).toEqual([expect.stringMatching(/Anna Lindqvist.*Covers for you/), expect.stringContaining(ORTIZ.name)]);
    expect(await offered({}, false)).toEqual([expect.stringContaining(ORTIZ.name)]);
    expect((await offered({ sensitivity: "part_2" })).length).toBe(1);
    coverages.list = [covering({ of_labelled: true })];
    expect((await offered({ sensitivity: "part_2" })).length).toBe(2);
    for (const not of [covering({ state: "planned" }), covering({ state: "over" }), covering({ covered: ORTIZ, covering: RAMAN })]) {
      coverages.list = [not];
      expect((await offered()).length).toBe(1);
    }
  });
});

describe("a hand-over's summary", () => {
  test("without one nothing is offered, nor looked up; nor where somebody is only assigned", async () => {
    await open();
    expect([screen.queryByRole("checkbox"), asked]).toEqual([null, []]);
    cleanup();
    await open(false);
    expect(screen.queryByLabelText(asks.care.summary)).toBeNull();
  });
  test("is pinned unless it is unticked, behind the note and the hand-over, to the patient who stands there", async () => {
    await open();
    await write(" Fever since Monday ");
    expect(box().checked).toBe(true);
    expect(document.body.textContent).toContain(words.dialog.stays);
    expect(document.querySelector(".chart")?.textContent).toContain("MRN-10240");
    await submit();
    expect(sent()).toEqual([
      [NOTE, { body: "Fever since Monday", audience: "team", priority: "routine", mentions: [], check_patient: true }],
      [CARE, { step: "hand_over", to_id: ORTIZ.id, minutes: 30 }],
      [PINS, { patient_id: MARIA.id, mrn: "MRN-10240", birth_date: "1984-03-12", seqs: [], summary: "Fever since Monday" }],
    ]);
    expect(onclose).toHaveBeenCalledOnce();
    cleanup();
    asked = [];
    await open();
    await write("Fever");
    await fireEvent.click(box());
    await after();
    expect(document.body.textContent).toContain(asks.care.pinNot);
    await submit();
    expect(sent().map(([path]) => path)).toEqual([NOTE, CARE]);
  });
  test("waits for a word where somebody of a similar name may be meant", async () => {
    answers["GET /v1/patients?q=Garcia&limit=200"] = { patients: [person("per_marta", "Marta Garcia")] };
    await open();
    await write("Fever");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: asks.care.handOverDo }).disabled).toBe(true);
    await submit();
    expect(sent()).toEqual([]);
    await fireEvent.click(screen.getByRole("checkbox", { name: /This is Maria Garcia/ }));
    await submit();
    expect(sent()).toHaveLength(3);
  });
  test("that could not be pinned is said, the hand-over is not asked for again, and the pin can be tried once more", async () => {
    await open();
    await write("Fever");
    answers[`POST ${PINS}`] = refusal("outcome_unknown", 503);
    await submit();
    expect(alerts()).toEqual([expect.stringContaining(asks.care.pinLeft)]);
    expect([box().disabled, screen.getByLabelText<HTMLTextAreaElement>(asks.care.summary).readOnly, onclose.mock.calls]).toEqual([true, true, []]);
    answers[`POST ${PINS}`] = refusal("not_this_patient");
    await submit();
    expect(alerts()).toEqual([`${asks.care.pinLeft} ${words.problems["not_this_patient"]}`]);
    delete answers[`POST ${PINS}`];
    await submit();
    expect(sent().map(([path]) => path)).toEqual([NOTE, CARE, PINS, PINS, PINS]);
    const ids = asked.filter(({ path }) => path === PINS).map(({ command_id }) => command_id);
    expect([ids[0] === ids[1], ids[1] === ids[2]], "the same where nobody knows, another after a refusal").toEqual([true, false]);
    expect(onclose).toHaveBeenCalledOnce();
  });
  test("is not pinned where the hand-over was refused", async () => {
    await open();
    await write("Fever");
    answers[`POST ${CARE}`] = refusal("not_held");
    await submit();
    expect([sent().map(([path]) => path), onclose.mock.calls]).toEqual([[NOTE, CARE], []]);
    expect(box().disabled).toBe(false);
  });
  test("too long for a pin is said before anything is done; without the right to pin nothing is offered", async () => {
    await open();
    await write("x".repeat(8001));
    await submit();
    expect([alerts(), sent()]).toEqual([[words.dialog.faults.long], []]);
    cleanup();
    if (session.me) session.me = { ...session.me, permissions: [] };
    await open();
    await write("Fever");
    expect(screen.queryByRole("checkbox", { name: asks.care.pin })).toBeNull();
  });
});

describe("older pins", () => {
  const entries = (): string[] => [...document.querySelectorAll<HTMLElement>("[data-pin]")].map((one) => one.dataset["pin"] ?? "");
  const press = async (name: string): Promise<void> => { await fireEvent.click(screen.getByRole("button", { name })); await after(); };
  async function show(list: unknown): Promise<void> {
    answers[`GET ${PINS}`] = list;
    session.store.putConversation(of_maria());
    render(PinsSection, { view: new ThreadView("con_a"), patient: PATIENT, me: RAMAN.id, onask: vi.fn() });
    await after();
  }

  test("come page by page until there are none, each once, also where new ones push others down meanwhile", async () => {
    await show({ pins: [pinned({ id: "pin_d" }), pinned({ id: "pin_c" })], more: true, next_before: "r3" });
    answers[`GET ${PINS}?before=r3`] = { pins: [pinned({ id: "pin_b" })], more: true, next_before: "r2" };
    await press(words.older);
    expect(entries()).toEqual(["pin_d", "pin_c", "pin_b"]);
    answers[`GET ${PINS}`] = { pins: [pinned({ id: "pin_e" }), pinned({ id: "pin_d" })], more: true, next_before: "r4" };
    void todo.changed(`pins ${MARIA.id}`);
    await after();
    expect(entries(), "the one that was pushed out stays").toEqual(["pin_e", "pin_d", "pin_c", "pin_b"]);
    answers[`GET ${PINS}?before=r2`] = refusal("internal", 500);
    await press(words.older);
    expect(alerts()).toEqual([words.olderFailed]);
    answers[`GET ${PINS}?before=r2`] = { pins: [pinned({ id: "pin_a" })], more: false };
    await press(words.older);
    expect([entries(), screen.queryByRole("button", { name: words.older }), alerts()]).toEqual([["pin_e", "pin_d", "pin_c", "pin_b", "pin_a"], null, []]);
  });
  test("are not offered where there are none", async () => {
    await show({ pins: [pinned()], more: false });
    expect(screen.queryByRole("button", { name: words.older })).toBeNull();
  });
  test("go with the right to see them", async () => {
    await show({ pins: [pinned({ id: "pin_d" })], more: true, next_before: "r3" });
    answers[`GET ${PINS}?before=r3`] = { pins: [pinned({ id: "pin_b" })], more: false };
    await press(words.older);
    answers[`GET ${PINS}`] = refusal("forbidden", 403);
    void todo.changed(`pins ${MARIA.id}`);
    await after();
    expect([entries(), document.body.textContent]).toEqual([[], expect.stringContaining(words.forbidden)]);
  });
});

describe("whoever is asked", () => {
  const banner = async (member: boolean, may: Ability[]): Promise<CareStep[]> => {
    const steps: CareStep[] = [];
    const offer = { to: RAMAN, by: ORTIZ, at_ms: 0, expires_at_ms: Date.now() + 60_000 };
    const asked_of = of_maria({ my: { ...conversation().my, member, may } });
    render(HandOverBanner, { conversation: asked_of, care: { stage: "open", party: { person: ORTIZ } } as Care, offer, me: RAMAN.id, busy: false, verbs: { step: (one: CareStep) => steps.push(one), ask: () => {} } });
    session.store.putConversation(asked_of);
    await fireEvent.click(screen.getByRole("button", { name: member ? care.offer.accept : care.offer.comeIn }));
    cleanup();
    return steps;
  };

  test("covers and is not inside: comes in first, by one press; a member only accepts", async () => {
    for (const step of await banner(false, ["join"])) await careStep("con_a", step);
    expect(sent()).toEqual([["/v1/conversations/con_a/members", { person_id: RAMAN.id, history: "full" }], [CARE, { step: "accept" }]]);
    asked = [];
    for (const step of await banner(true, ["accept", "decline"])) await careStep("con_a", step);
    expect(sent()).toEqual([[CARE, { step: "accept" }]]);
  });

  test("who is kept out is told so, and nothing is accepted", async () => {
    answers["POST /v1/conversations/con_a/members"] = refusal("forbidden", 403);
    const [step] = await banner(false, ["join"]);
    await expect(careStep("con_a", step as CareStep)).rejects.toThrow();
    expect(sent().map(([path]) => path)).toEqual(["/v1/conversations/con_a/members"]);
  });
});
