// Proves what is told of a patient beside a conversation: by whom they are cared for, who acts for them, what else is said with them, the rooms
// beside it, and the way to their chart; each state of it, and that nothing of it is asked for where there is no patient.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { chartFault, chartOf } from "../src/core/clinic-chart";
import { Refusal } from "../src/core/http";
import { text } from "../src/core/i18n";
import type { Conversation, Person } from "../src/core/wire";
import ContextPanel from "../src/ui/staff/ContextPanel.svelte";
import ConversationHeader from "../src/ui/staff/ConversationHeader.svelte";
import { profile } from "../src/ui/staff/further";
import { clinic } from "../src/vm/clinic.svelte";
import { session } from "../src/vm/session.svelte";
import { todo } from "../src/vm/tasks.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { about as words } from "../locales/en-staff-about";
import { conversation, MARIA, ORTIZ, patientTask, RAMAN } from "./fakes";

const PATIENT = patientTask().patient ?? null;
const person = (id: string, name: string, more: Partial<Person> = {}): Person => ({ id: `per_${id}`, name, kind: "staff", state: "active", ...more });
const wen = person("wen", "Wen Zhao", { title: "RN", roles: ["nurse"] });
const maria: Person = { ...person("maria", MARIA.name, { kind: "patient", site_ids: ["site_sf"] }), patient: { mrn: "MRN-10240", birth_date: "1984-03-12", care_team: [ORTIZ.id, "per_wen", "per_gone"] } };
const proxies = [person("luis", "Luis Garcia", { kind: "proxy", title: "husband" }), person("ana", "Ana Garcia", { kind: "proxy", state: "invited" })];
const OTHERS = "/v1/conversations?scope=organization&q=MRN-10240";
const of_maria = (more: Partial<Conversation> = {}): Conversation => conversation({ kind: "patient", topic: "Sore throat", patient: PATIENT, care: { stage: "open" }, members: [{ person_id: ORTIZ.id, name: ORTIZ.name, kind: "staff", title: "MA" }], ...more });
let asked: string[];
let answers: Record<string, unknown>;
const onask = vi.fn();
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(400); await tick(); };
const wordsOf = (one: Element | null | undefined): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();
const part = (name: string): string => wordsOf(document.querySelector(`[data-${name}]`));

beforeEach(async () => {
  await profile.load();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked = [];
  onask.mockClear();
  answers = {
    "/v1/patients/per_maria": { patient: maria, proxies }, "/v1/people?limit=500": { people: [wen] }, "/v1/sites": { sites: [{ id: "site_sf", name: "San Francisco" }] },
    [OTHERS]: { conversations: [] }, "/v1/conversations/con_a": of_maria({ care_rooms: [{ id: "con_room", topic: "Antibiotics", state: "open" }, { id: "con_old", topic: "Last year", state: "archived" }] }),
  };
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["create_patient_conversation", "read_people"] };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string) => {
    asked.push(path);
    const answer = answers[path];
    if (answer instanceof Error) throw answer;
    return answer ?? { tasks: [], unread: [], pins: [], more: false };
  }) as never);
});
afterEach(async () => {
  cleanup();
  todo.forget();
  session.store.clear();
  session.conversations = [];
  clinic.chart_url = "";
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.me = undefined;
  session.link = { state: "stopped" };
});

async function open(of: Conversation = of_maria()): Promise<void> {
  session.store.putConversation(of);
  render(ContextPanel, { view: new ThreadView("con_a"), me: RAMAN.id, onask, onclose: vi.fn() });
  await after();
}

test("the number is filled in and encoded, and an address without https or without a place for it is none", () => {
  expect(chartOf("https://ehr.example/chart?mrn={mrn}&again={mrn}", "MRN 1/2&x")).toBe("https://ehr.example/chart?mrn=MRN%201%2F2%26x&again=MRN%201%2F2%26x");
  expect([chartOf("javascript:alert('{mrn}')", "1"), chartOf("http://ehr.example/{mrn}", "1"), chartOf("https://ehr.example/", "1"), chartOf("", "1"), chartOf("https://ehr.example/{mrn}", "")]).toEqual(Array(5).fill(undefined));
  expect([chartFault(" "), chartFault("ehr.example/{mrn}"), chartFault("https://ehr.example/chart"), chartFault("https://ehr.example/{mrn}")]).toEqual([undefined, "https", "place", undefined]);
});

describe("beside a patient's conversation", () => {
  test("care team by name, sites, caregivers with relation and whether they sign in", async () => {
    await open();
    expect(part("team")).toBe("Care team Jamie Ortiz MAWen Zhao RN 1 more, whose name is not shown here.");
    expect(part("caregivers")).toBe("Caregivers Luis Garcia husband, can sign inAna Garcia cannot sign in yet");
    expect(part("sites")).toBe("San Francisco");
    expect(screen.queryByRole("link", { name: /Open chart/ })).toBeNull();
  });
  test("a name opens the profile", async () => {
    await open();
    await fireEvent.click(screen.getByRole("button", { name: words.profileOf("Wen Zhao") }));
    await after();
    const dialog = screen.getByRole("dialog", { name: "Wen Zhao" });
    expect(wordsOf(dialog)).toContain("Nurse");
    expect(within(dialog).getByRole("button", { name: "Message" })).toBeTruthy();
  });
  test("the rooms beside it, and a new one; other conversations, those that go on first", async () => {
    for (const one of [of_maria({ id: "con_b", topic: "Knee" }), of_maria({ id: "con_c", topic: "Refill", care: { stage: "closed" } }), of_maria({ id: "con_d", topic: "Leo", patient: { ...PATIENT, id: "per_leo" } as NonNullable<typeof PATIENT> })]) session.store.putConversation(one);
    answers[OTHERS] = { conversations: [of_maria({ id: "con_e", topic: "Billing", my: { ...of_maria().my, member: false } })] };
    await open();
    await vi.waitFor(() => expect(document.querySelectorAll("[data-other]")).toHaveLength(3));
    expect([...document.querySelectorAll("[data-room]")].map(wordsOf)).toEqual(["Antibiotics", "Last year Archived"]);
    expect(document.querySelector("[data-room] a")?.getAttribute("href")).toBe("#/team/con_room");
    await fireEvent.click(screen.getByRole("button", { name: words.newRoom }));
    expect(onask).toHaveBeenCalledWith({ what: "care_room" });
    expect([...document.querySelectorAll("[data-other]")].map((one) => (one as HTMLElement).dataset["other"])).toEqual(["con_b", "con_e", "con_c"]);
    expect(part("others")).toContain("Earlier onesRefill Closed");
  });
  test("nobody, nothing: each is said", async () => {
    answers["/v1/patients/per_maria"] = { patient: { ...maria, patient: { ...maria.patient, care_team: [] } }, proxies: [] };
    answers["/v1/conversations/con_a"] = of_maria();
    await open();
    expect([part("team"), part("caregivers"), part("rooms"), part("others")]).toEqual([`Care team ${words.noTeam}`, `Caregivers ${words.noCaregivers}`, `Care rooms New care room ${words.noRooms}`, `Other conversations ${words.noOthers}`]);
  });
  test("no answer is said and asked for again; where one may not know it, nothing is there", async () => {
    answers["/v1/patients/per_maria"] = new Refusal({ status: 500, code: "internal" });
    await open();
    expect(wordsOf(document.querySelector("[data-patient] [role=alert]"))).toContain(words.failed);
    answers["/v1/patients/per_maria"] = { patient: maria, proxies };
    await fireEvent.click(within(document.querySelector("[data-patient]") as HTMLElement).getByRole("button", { name: text.retry }));
    await after();
    expect(part("team")).toContain("Wen Zhao");
    cleanup();
    answers["/v1/patients/per_maria"] = new Refusal({ status: 403, code: "forbidden" });
    await open();
    expect([document.querySelector("[data-team]"), document.querySelector("[data-patient] [role=alert]")]).toEqual([null, null]);
  });
  test("the chart opens in another tab, and learns nothing of where it was opened", async () => {
    clinic.chart_url = "https://ehr.example/chart?mrn={mrn}";
    await open();
    const link = screen.getByRole("link", { name: /Open chart/ });
    expect(["href", "target", "rel"].map((one) => link.getAttribute(one))).toEqual(["https://ehr.example/chart?mrn=MRN-10240", "_blank", "noopener noreferrer"]);
  });
});

test("a care room leads back to the patient's conversation, from its panel and its header", async () => {
  const room = conversation({ kind: "care_room", topic: "Antibiotics", patient: PATIENT, beside_id: "con_maria" });
  answers["/v1/conversations/con_a"] = room;
  await open(room);
  expect(document.querySelector("[data-beside] a")?.getAttribute("href")).toBe("#/inbox/con_maria");
  expect(document.querySelector("[data-rooms]")).toBeNull();
  cleanup();
  const ondetails = vi.fn();
  render(ConversationHeader, { conversation: room, me: RAMAN.id, details: false, moving: false, verbs: { step: vi.fn(), ask: vi.fn() }, ondetails, onback: vi.fn() });
  expect(screen.getByRole("link", { name: "Patient conversation" }).getAttribute("href")).toBe("#/inbox/con_maria");
  await fireEvent.click(within(screen.getByRole("heading", { name: MARIA.name })).getByRole("button"));
  expect(ondetails).toHaveBeenCalledOnce();
});

test.each(["direct", "group", "channel"] as const)("in a %s there is no patient, and nothing of one is asked for", async (kind) => {
  await open(conversation({ kind }));
  expect([document.querySelector("[data-patient]"), document.querySelector("[data-others]")]).toEqual([null, null]);
  expect(asked.filter((path) => path.startsWith("/v1/patients") || path === OTHERS)).toEqual([]);
});
