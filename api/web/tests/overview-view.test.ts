// Proves the clinic's messages in figures: what is drawn of them, when they are asked for, and each state of the page.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import { text } from "../src/core/i18n";
import { partsOf, sharesOf, spanOf, stepsOf } from "../src/core/overview";
import type { Counts } from "../src/core/wire";
import type { Overview } from "../src/core/wire-overview";
import OverviewPane from "../src/ui/staff/OverviewPane.svelte";
import { parseRoute } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { overview as words } from "../locales/en-staff-overview";
import { conversation, MARIA, ORTIZ, RAMAN } from "./fakes";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const AT = Date.parse("2026-11-22T10:00:00Z");
const counts = (more: Partial<Counts> = {}): Counts => ({ total_conversations: 2, unread_conversations: 1, unread_messages: 3, unique_patients: 1, total_messages: 9, ...more });
const figures = (more: Partial<Overview> = {}): Overview => ({
  at_ms: AT, open: 12, waiting: 4, oldest_ms: AT - 26 * HOUR,
  ages: [{ below_ms: HOUR, waiting: 2 }, { below_ms: 4 * HOUR, waiting: 1 }, { below_ms: DAY, waiting: 0 }, { below_ms: 3 * DAY, waiting: 1 }, { waiting: 0 }],
  parties: [
    { party: { role: "front_desk" }, open: 8, waiting: 3, oldest_ms: AT - 26 * HOUR },
    { party: { person: ORTIZ }, open: 3, waiting: 1, oldest_ms: AT - 5 * MINUTE },
    { party: { person: RAMAN }, open: 1, waiting: 0 },
  ],
  late_hand_overs: 2, first_replies: { count: 48, p50_ms: 12 * MINUTE, p90_ms: 2 * HOUR + 5 * MINUTE }, ...more,
});
const NOTHING: Overview = { at_ms: AT, open: 0, waiting: 0, ages: [{ below_ms: HOUR, waiting: 0 }, { waiting: 0 }], parties: [], late_hand_overs: 0, first_replies: { count: 0 } };
const refusal = (code: string, status: number): Refusal => new Refusal({ status, code });
let answer: unknown;
let asked: number;
let visible: DocumentVisibilityState;
const after = async (ms = 0): Promise<void> => { await vi.advanceTimersByTimeAsync(ms); await tick(); };
const wordsOf = (one: Element | null | undefined): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();
const card = (name: string): string => wordsOf(document.querySelector(`[data-card="${name}"]`));
const tiles = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("a[data-tile]")];
const alerts = (): string[] => screen.queryAllByRole("alert").map(wordsOf);
type Keyed = { choose: (nth: string) => void; move: (step: 1 | -1) => void };

async function open(permissions: string[] = ["organization_queue"]): Promise<Keyed> {
  session.me = { person: RAMAN, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions };
  const { component } = render(OverviewPane);
  await after();
  return component as unknown as Keyed;
}
async function see(state: DocumentVisibilityState): Promise<void> {
  visible = state;
  document.dispatchEvent(new Event("visibilitychange"));
  await after();
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  [answer, asked, visible] = [figures(), 0, "visible"];
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visible);
  vi.spyOn(session.http, "ask").mockImplementation((async () => {
    asked += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  }) as never);
  session.link = { state: "live" };
  session.loaded = true;
  session.counts = counts();
  session.conversations = [
    conversation({ id: "con_a", kind: "patient", last_number: 4, my: { ...conversation().my, unread: 1 } }),
    conversation({ id: "con_b", kind: "channel", last_number: 5, my: { ...conversation().my, unread: 2 } }),
    conversation({ id: "con_c", kind: "patient", my: { ...conversation().my, member: false, unread: 7 } }),
  ];
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
  session.me = undefined;
  session.loaded = false;
  session.conversations = [];
  session.link = { state: "stopped" };
});

describe("what is drawn", () => {
  test("a span has two parts at most, and no minutes beside days", () => {
    expect([0, 59_000, 12 * MINUTE, HOUR, 2 * HOUR + 5 * MINUTE, DAY + 3 * HOUR + 40 * MINUTE, 2 * DAY, -5].map((ms) => words.span(spanOf(ms)))).toEqual(
      ["under 1 min", "under 1 min", "12 min", "1 h", "2 h 5 min", "1 day 3 h", "2 days", "under 1 min"]);
  });
  test("a step of age is drawn against the longest, and the older the graver", () => {
    expect(stepsOf(figures().ages)).toEqual([
      { from_hours: 0, below_hours: 1, waiting: 2, share: 1, mood: "calm" }, { from_hours: 1, below_hours: 4, waiting: 1, share: 0.5, mood: "calm" },
      { from_hours: 4, below_hours: 24, waiting: 0, share: 0, mood: "late" }, { from_hours: 24, below_hours: 72, waiting: 1, share: 0.5, mood: "alarming" },
      { from_hours: 72, below_hours: undefined, waiting: 0, share: 0, mood: "alarming" },
    ]);
    expect(stepsOf(NOTHING.ages).map(({ share }) => share)).toEqual([0, 0]);
    expect(sharesOf(figures().parties)).toEqual([{ open: 1, waiting: 3 / 8 }, { open: 3 / 8, waiting: 1 / 8 }, { open: 1 / 8, waiting: 0 }]);
  });
  test("of what a figure is made up is told only where it comes out even, and others' conversations are no part of it", () => {
    expect(partsOf(session.conversations, counts(), "total_conversations")).toEqual({ patients: 1, team: 1 });
    expect(partsOf(session.conversations, counts(), "unread_messages")).toEqual({ patients: 1, team: 2 });
    expect(partsOf(session.conversations, counts({ total_messages: 10 }), "total_messages")).toBeUndefined();
  });
  test("the address tells which part of a list is asked for", () => {
    expect(parseRoute("#/inbox?unread")).toEqual({ section: "inbox", filter: "unread", conversation: undefined, thread: undefined });
    expect(parseRoute("#/queue/con_a?late")).toMatchObject({ section: "queue", filter: "late", conversation: "con_a" });
    expect([parseRoute("#/overview").section, parseRoute("#/directory").section, parseRoute("#/elsewhere").section, parseRoute("").section]).toEqual(["overview", "directory", "inbox", "inbox"]);
  });
});

describe("the page", () => {
  test("four figures, each a link by its name and number to what it counts", async () => {
    await open();
    expect(tiles().map((one) => [one.getAttribute("aria-label"), one.getAttribute("href"), document.getElementById(one.getAttribute("aria-describedby") ?? "")?.textContent])).toEqual([
      ["Total conversations, 2", "#/inbox", "1 with patients, 1 in the team"], ["Unread messages, 3", "#/inbox?unread", "1 with patients, 2 in the team"],
      ["Unique patients, 1", "#/inbox", words.inYours], ["Total messages, 9", "#/inbox", "4 with patients, 5 in the team"],
    ]);
    session.conversations = session.conversations.filter(({ kind }) => kind !== "patient");
    session.counts = counts({ unread_messages: 2 });
    await tick();
    expect(tiles()[1]?.getAttribute("href")).toBe("#/team?unread");
    session.counts = counts({ unread_messages: 0 });
    await tick();
    expect([tiles()[1]?.getAttribute("href"), wordsOf(tiles()[1]?.closest("li"))]).toEqual(["#/inbox", `Unread messages 0 ${words.allRead}`]);
  });
  test("what waits is a table with bars, and who has how much leads to their part of the queue", async () => {
    await open();
    const ages = screen.getByRole("table", { name: words.ages });
    expect(within(ages).getAllByRole("row").slice(1).map(wordsOf)).toEqual(["Under 1 hour 2", "1 to 4 hours 1", "4 to 24 hours 0", "1 to 3 days 1", "3 days and more 0"]);
    expect([...ages.querySelectorAll("rect.bar")].map((one) => one.getAttribute("width"))).toEqual(["100", "50", "0", "50", "0"]);
    expect(card("ages")).toContain("4 of 12 open conversations wait for an answer.");
    expect(card("oldest")).toMatch(/^Longest wait 1 day 2 h ?Since /);
    expect(card("replies")).toBe("First reply Last 7 days Half within12 min 9 of 10 within2 h 5 min Of 48 first replies");
    const load = screen.getByRole("table", { name: words.load });
    expect(within(load).getAllByRole("link").map((one) => [one.textContent, one.getAttribute("href")])).toEqual([["Front desk", "#/queue?front_desk"], ["Jamie Ortiz", "#/queue?per_ortiz"], ["You", "#/queue?me"]]);
    expect(within(load).getAllByRole("row").slice(1).map((row) => [...row.querySelectorAll("td")].map(wordsOf).filter((one) => one !== ""))).toEqual([["8", "3", "1 day 2 h"], ["3", "1", "5 min"], ["1", "0", words.none]]);
    expect(screen.getByRole("link", { name: words.lateOpen }).getAttribute("href")).toBe("#/queue?late");
  });
  test("without the queue nothing leads there", async () => {
    await open([]);
    expect(screen.getAllByRole("link")).toEqual(tiles());
    expect(card("late")).toBe(`${words.late} 2 ${words.lateSome(2)}`);
  });
  test("nothing waits, and no data in this period", async () => {
    answer = NOTHING;
    await open();
    expect(["ages", "oldest", "late", "replies", "load"].map(card)).toEqual([
      expect.stringContaining(words.nothingOpen), expect.stringContaining(words.nobodyWaits), expect.stringContaining(words.lateNone), expect.stringContaining(words.noData), expect.stringContaining(words.noParties),
    ]);
    expect([words.nothingWaits(1, "1"), words.nothingWaits(3, "3"), words.sentence("1", "1")]).toEqual(["The one open conversation is answered.", "All 3 open conversations are answered.", "1 of 1 open conversation waits for an answer."]);
  });
  test("the keys go through figures and links", async () => {
    const keyed = await open();
    keyed.choose("unread");
    expect(document.activeElement).toBe(tiles()[1]);
    for (const step of [1, 1, 1, 1] as const) keyed.move(step);
    expect(wordsOf(document.activeElement)).toBe("Front desk");
    keyed.move(-1);
    keyed.choose("put_away");
    expect(document.activeElement).toBe(tiles()[3]);
  });
});

describe("hand-overs that nobody took", () => {
  const patient = { id: MARIA.id, name: MARIA.name, mrn: "MRN-10240", birth_date: "1984-03-12", state: "active" };
  const late = [
    { conversation_id: "con_a", patient, by: ORTIZ, to: RAMAN, at_ms: AT - 26 * HOUR, expires_at_ms: AT - 25 * HOUR },
    { conversation_id: "con_x", patient: { ...patient, name: "Leo Tran" }, by: RAMAN, to: ORTIZ, at_ms: AT - HOUR, expires_at_ms: AT - 30 * MINUTE },
  ];
  const links = (): string[] => [...document.querySelectorAll<HTMLAnchorElement>("[data-late] a")].map((one) => `${one.textContent} ${one.getAttribute("href")}`);

  test("are listed with whose, from whom to whom and since when; one's own and the queue's can be opened", async () => {
    answer = figures({ late });
    await open();
    expect(wordsOf(document.querySelector('[data-late="con_a"]'))).toMatch(/^Maria Garcia MRN-10240, born 03\/12\/1984 From Jamie Ortiz to Priya Raman Late by 1 day 1 h asked for /);
    expect(links()).toEqual(["Maria Garcia #/inbox/con_a", "Leo Tran #/queue/con_x"]);
    cleanup();
    await open([]);
    expect(links()).toEqual(["Maria Garcia #/inbox/con_a"]);
  });
  test("are all that an administrator without patients is shown of them; nobody late is said", async () => {
    answer = figures({ late });
    await open(["manage_people"]);
    expect([screen.getByText(words.forbidden), screen.getByText(words.lateListAll), document.querySelector('[data-card="ages"]')]).toEqual([expect.anything(), expect.anything(), null]);
    expect(document.querySelectorAll("[data-late]")).toHaveLength(2);
    cleanup();
    answer = figures();
    await open(["manage_people", "patient_queue"]);
    expect([card("late-list"), document.querySelector('[data-card="ages"]')]).toEqual([words.lateListNone, expect.anything()]);
  });
});

describe("how it is asked for", () => {
  test("every ten seconds while it is seen, at once when it is seen again, and not at all while it is not", async () => {
    await open();
    await after(9_000);
    expect(asked).toBe(1);
    await after(2_000);
    expect(asked).toBe(2);
    await see("hidden");
    await after(120_000);
    expect(asked).toBe(2);
    await see("visible");
    expect(asked).toBe(3);
    await after(10_500);
    expect(asked).toBe(4);
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await after(60_000);
    expect(asked).toBe(4);
    session.link = { state: "live" };
    await after();
    expect(asked).toBe(5);
    cleanup();
    await after(60_000);
    expect(asked).toBe(5);
  });
  test("a figure that changes changes where it stands: nothing is drawn anew", async () => {
    await open();
    const before = [...document.querySelectorAll("rect, td, th, a")];
    answer = figures({ waiting: 5, ages: figures().ages.map((one, nth) => ({ ...one, waiting: nth === 2 ? 1 : one.waiting })) });
    await after(10_500);
    expect(card("ages")).toContain("5 of 12");
    expect([...document.querySelectorAll("rect, td, th, a")].every((one, nth) => one === before[nth])).toBe(true);
  });
  test("it says that it loads, that it failed at first in every card, and later that it is old", async () => {
    answer = new Promise(() => {});
    await open();
    expect(screen.getByText(words.loading, { selector: '[role="status"]' })).toBeTruthy();
    cleanup();
    answer = refusal("unreachable", 0);
    await open();
    expect([alerts(), [...document.querySelectorAll("[data-card] .error")].map(wordsOf)]).toEqual([[words.failed], Array(6).fill(`${words.failed} ${text.retry}`)]);
    expect(tiles()).toHaveLength(4);
    answer = figures();
    await fireEvent.click(screen.getAllByRole("button", { name: text.retry })[0] as HTMLElement);
    await after();
    expect([alerts(), card("late")]).toEqual([[], expect.stringContaining("2")]);
    answer = refusal("fenced", 503);
    await after(10_500);
    expect([alerts(), card("late")]).toEqual([[expect.stringMatching(/^Could not refresh\. These figures are as of /)], expect.stringContaining("2")]);
  });
  test("who may not know of it is told what is needed, and it is not asked for again; their own figures stay", async () => {
    answer = refusal("forbidden", 403);
    await open([]);
    expect([screen.getByText(words.forbidden), screen.getByText(words.forbiddenMore), document.querySelectorAll("[data-card]").length, tiles().length]).toEqual([expect.anything(), expect.anything(), 0, 4]);
    await after(60_000);
    expect(asked).toBe(1);
  });
  test("offline what is held stays and is said to be old; what never came says when it will", async () => {
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    session.loaded = false;
    await open();
    expect([asked, screen.getByText(words.offline), screen.getAllByText(words.offlineTile).length, tiles()]).toEqual([0, expect.anything(), 10, []]);
    session.link = { state: "live" };
    session.loaded = true;
    await after();
    expect([asked, screen.queryByText(words.offline), card("late")]).toEqual([1, null, expect.stringContaining("2")]);
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await tick();
    expect([screen.getByText(words.offline), card("late"), screen.queryAllByText(words.offlineTile)]).toEqual([expect.anything(), expect.stringContaining("2"), []]);
  });
});
