// Proves the list of conversations where there are 10,000: a key in the search field costs a look at each and no more, only rows near what is
// seen are mounted, and every row can still be reached with the keys.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Conversation } from "../src/core/wire";
import ListPane from "../src/ui/staff/ListPane.svelte";
import { session } from "../src/vm/session.svelte";
import { list as words } from "../locales/en-staff-list";
import { conversation, RAMAN } from "./fakes";

const COUNT = 10_000;
const MOUNTED_MAX = 60;
const GIVEN = ["Maria", "Zoë", "Li", "Ahmed"];
const patientOf = (nth: number): NonNullable<Conversation["patient"]> => ({ id: `per_${nth}`, name: `${GIVEN[nth % GIVEN.length]} Number${nth}`, mrn: `MRN-${20_000 + nth}`, birth_date: "1984-03-12", state: "active" });
const nth = (at: number, more: Partial<Conversation> = {}): Conversation => conversation({ id: `con_${at}`, kind: "patient", topic: `Topic ${at}`, created_at_ms: COUNT - at, patient: patientOf(at), ...more });

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("a[data-conversation]")];
const ids = (): string[] => rows().map((one) => one.dataset["conversation"] ?? "");
const focused = (): string => (document.activeElement as HTMLElement).dataset["conversation"] ?? "";
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(400); await tick(); };
const type = async (typed: string): Promise<void> => { await fireEvent.input(screen.getByRole("searchbox"), { target: { value: typed } }); };
const press = async (key: string): Promise<void> => { await fireEvent.keyDown(document.activeElement ?? document.body, { key }); await tick(); await tick(); };
const found = (): number => Number.parseInt(screen.getAllByRole("status")[0]?.textContent ?? "", 10);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  session.link = { state: "live" };
  session.loaded = true;
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
});
afterEach(async () => {
  cleanup();
  session.store.clear();
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.me = undefined;
  session.loaded = false;
  session.link = { state: "stopped" };
});

async function show(section: "inbox" | "team", all: readonly Conversation[], current?: string): Promise<void> {
  for (const one of all) session.store.putConversation(one);
  await after();
  render(ListPane, { section, current, onnew: () => {}, onbrowse: () => {} });
  await after();
}

const many = (): Conversation[] => Array.from({ length: COUNT }, (_, at) => nth(at));

test("a key in the search field works each conversation's words out once, and mounts a screen of rows", async () => {
  const folding = vi.spyOn(String.prototype, "normalize");
  await show("inbox", many());
  expect(folding.mock.calls.length).toBeLessThanOrEqual(COUNT + 1);
  folding.mockClear();
  expect(rows().length).toBeLessThanOrEqual(MOUNTED_MAX);
  await type("z");
  await type("zo");
  await type("zoe");
  expect(found()).toBe(COUNT / GIVEN.length);
  await type("zoe 20001");
  expect(found()).toBe(1);
  expect(ids()).toEqual(["con_1"]);
  await type("");
  expect(folding.mock.calls.length).toBeLessThanOrEqual(5); // the words that were typed, and no conversation again
  expect(rows().length).toBeLessThanOrEqual(MOUNTED_MAX);
  // what is told of one conversation is worked out for that one
  folding.mockClear();
  session.store.putConversation(nth(7, { topic: "Zoe asked", revision: 900 }));
  await after();
  await type("asked");
  expect(ids()).toEqual(["con_7"]);
  expect(folding.mock.calls.length).toBeLessThanOrEqual(4);
});

test("every row can be reached with the keys, in a list of all of them", { timeout: 20_000 }, async () => {
  await show("inbox", many(), "con_3");
  expect(document.querySelectorAll('a[data-conversation][tabindex="0"]').length).toBe(1);
  rows()[0]?.focus();
  await press("End");
  expect(focused()).toBe(`con_${COUNT - 1}`);
  const last = document.activeElement?.closest("li");
  expect([last?.getAttribute("aria-posinset"), last?.getAttribute("aria-setsize")]).toEqual([String(COUNT), String(COUNT)]);
  expect(rows().length).toBeLessThanOrEqual(MOUNTED_MAX);
  expect(document.querySelectorAll('a[data-conversation][tabindex="0"]').length).toBe(1);
  await press("ArrowUp");
  expect(focused()).toBe(`con_${COUNT - 2}`);
  await press("Home");
  expect(focused()).toBe("con_0");
  for (let step = 1; step <= 40; step += 1) {
    await press("ArrowDown");
    expect(focused()).toBe(`con_${step}`);
  }
});

test("where it is scrolled to is mounted, and what is not has its room", async () => {
  await show("inbox", many());
  const pane = document.querySelector("#list") as HTMLElement;
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(100);
  pane.scrollTop = 500_000;
  await fireEvent.scroll(pane);
  await fireEvent.scroll(pane);
  expect(ids()).toContain("con_5000");
  expect(ids()).toContain("con_5005");
  const [above, below] = (document.querySelector("#list ul") as HTMLElement).style.paddingBlock.split(" ").map((one) => Number.parseInt(one, 10));
  expect((above ?? 0) + (below ?? 0) + rows().length * 100).toBe(COUNT * 100);
  // what was found is shorter than where one was
  await type("mrn-20003");
  expect(ids()).toEqual(["con_3"]);
});

test("groups keep their names and their order where only a part is mounted", async () => {
  const kinds = ["care_room", "channel", "group", "direct"] as const;
  await show("team", kinds.flatMap((kind, of) => Array.from({ length: 100 }, (_, at) => nth(of * 100 + at, { kind, patient: null }))));
  const titles = (): string[] => [...document.querySelectorAll("h2.group")].map((one) => one.textContent ?? "");
  expect(titles()).toEqual([words.careRooms, words.channels, words.groups, words.directs]);
  rows()[0]?.focus();
  await press("End");
  expect(focused()).toBe("con_399");
  expect(titles()).toHaveLength(4);
  const last = document.activeElement?.closest("li");
  expect([last?.getAttribute("aria-posinset"), last?.getAttribute("aria-setsize")]).toEqual(["100", "100"]);
  const pads = [...document.querySelectorAll<HTMLElement>("#list ul")].map((one) => one.style.paddingBlock);
  expect(pads.slice(0, 2)).toEqual(["7700px 0px", "7700px 0px"]);
});
