// Proves the choice of a person: the keys' row follows the person and not the place, and half a name sends no form off.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Person } from "../src/core/wire";
import PeoplePicker from "../src/ui/kit/PeoplePicker.svelte";

const of = (id: string, name: string): Person => ({ id, kind: "staff", name, state: "active", roles: [] });
const [ANNA, CHIDI, OKON] = [of("per_a", "Anna Lindqvist"), of("per_c", "Chidi Okafor"), of("per_o", "Okon Bassey")];
let asked: { words: string; answer: (people: Person[]) => Promise<void> }[];
let chosen: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  HTMLElement.prototype.scrollIntoView = () => {};
  [asked, chosen] = [[], []];
  const find = (words: string): Promise<Person[]> =>
    new Promise((resolve) => asked.push({ words, answer: async (people) => { resolve(people); await after(); } }));
  render(PeoplePicker, { label: "Care team", find, onchoose: ({ name }) => chosen.push(name), refuse: ({ id }) => (id === OKON.id ? "Not here" : undefined) });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(200); await tick(); };
const box = (): HTMLInputElement => screen.getByRole("combobox");
const type = async (value: string): Promise<void> => { await fireEvent.input(box(), { target: { value } }); await after(); };
/** Whether the form around it would have been sent. */
const key = (name: string): Promise<boolean> => fireEvent.keyDown(box(), { key: name });
const active = (): string | undefined => screen.queryAllByRole("option").find((one) => one.getAttribute("aria-selected") === "true")?.textContent?.replace(/\s+/g, " ").trim();

test("the row of the keys is a person's: an answer that moves the rows does not change who is meant", async () => {
  await fireEvent.focus(box());
  await after();
  await asked[0]?.answer([ANNA, CHIDI]);
  await type("o");
  await key("ArrowDown");
  await key("ArrowDown");
  expect(active()).toContain("Chidi Okafor");
  await asked[1]?.answer([CHIDI, OKON]);
  expect([active(), box().getAttribute("aria-activedescendant")]).toEqual([expect.stringContaining("Chidi Okafor"), screen.getAllByRole("option")[0]?.id]);
  expect(await key("Enter")).toBe(false);
  expect([chosen, box().value]).toEqual([["Chidi Okafor"], ""]);
});

test("who is not found any more is not chosen, and half a name sends no form off", async () => {
  await fireEvent.focus(box());
  await after();
  await asked[0]?.answer([ANNA, CHIDI]);
  await type("okafor");
  await key("ArrowDown");
  expect(active()).toContain("Anna Lindqvist");
  await asked[1]?.answer([CHIDI]);
  expect(active()).toBeUndefined();
  expect([await key("Enter"), chosen, box().value]).toEqual([false, [], "okafor"]);
  await key("Escape");
  expect([await key("Enter"), chosen, box().value]).toEqual([false, [], "okafor"]);
  await key("ArrowDown");
  await after();
  await asked[2]?.answer([CHIDI]);
  await key("ArrowUp");
  expect([await key("Enter"), chosen]).toEqual([false, ["Chidi Okafor"]]);
  expect(await key("Enter"), "an empty box is in nobody's way").toBe(true);
});

test("the keys go round, and whom a message cannot reach is not chosen", async () => {
  await fireEvent.focus(box());
  await after();
  await asked[0]?.answer([ANNA, CHIDI, OKON]);
  const met: (string | undefined)[] = [];
  for (const name of ["ArrowUp", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"]) { await key(name); met.push(active()?.split(" ").find((word) => /^(Anna|Chidi|Okon)/.test(word))); }
  expect(met).toEqual([expect.stringMatching(/Okon/), expect.stringMatching(/Anna/), expect.stringMatching(/Chidi/), expect.stringMatching(/Anna/), expect.stringMatching(/Okon/)]);
  expect([await key("Enter"), chosen]).toEqual([false, []]);
});
