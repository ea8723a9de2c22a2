// Proves how parts of a page come that are fetched when they are wanted: once, ahead while there is a network, and again after a failure.
import { cleanup, render, screen } from "@testing-library/svelte";
import { createRawSnippet, tick } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { text } from "../src/core/i18n";
import Later from "../src/ui/kit/Later.svelte";
import { fetchAhead, Part } from "../src/vm/part.svelte";
import { settle } from "./fakes";

afterEach(cleanup);

const shown = createRawSnippet<[{ words: string }]>((part) => ({ render: () => `<p>${part().words}</p>` }));

/** Fails as often as is said, then comes. */
function failing(times: number): { part: Part<{ words: string }>; asked: () => number } {
  let asked = 0;
  const part = new Part(() => ((asked += 1) > times ? Promise.resolve({ words: "Here it is" }) : Promise.reject(new Error("no network"))));
  return { part, asked: () => asked };
}

test("a part is fetched once and kept", async () => {
  const { part, asked } = failing(0);
  expect(await part.load()).toBe(await part.load());
  expect([asked(), part.held?.words]).toEqual([1, "Here it is"]);
});

test("what was fetched ahead is there at once", async () => {
  const { part } = failing(0);
  await part.load();
  render(Later<{ words: string }>, { part, children: shown });
  expect(screen.getByText("Here it is")).toBeTruthy();
});

test("what could not be fetched is said, and can be tried again", async () => {
  const { part, asked } = failing(1);
  render(Later<{ words: string }>, { part, children: shown });
  await settle();
  await tick();
  expect(screen.getByRole("alert").textContent).toContain(text.notLoaded);
  screen.getByRole("button", { name: text.retry }).click();
  await settle();
  await tick();
  expect([screen.queryByRole("alert"), asked()]).toEqual([null, 2]);
  expect(screen.getByText("Here it is")).toBeTruthy();
});

test("what should have come over the page has the focus, can be put away, and gives the focus back", async () => {
  const { part } = failing(9);
  const button = document.body.appendChild(document.createElement("button"));
  button.focus();
  const onclose = vi.fn();
  const { unmount } = render(Later<{ words: string }>, { part, children: shown, onclose });
  await settle();
  await tick();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: text.retry }));
  screen.getByRole("button", { name: text.close }).click();
  expect(onclose).toHaveBeenCalledOnce();
  unmount();
  expect(document.activeElement).toBe(button);
});

test("ahead they come one after the other, whether one fails or not, and wait for a network", async () => {
  vi.useFakeTimers();
  const order: string[] = [];
  const named = (name: string, comes = true): Part<string> => new Part(() => { order.push(name); return comes ? Promise.resolve(name) : Promise.reject(new Error(name)); });
  const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  fetchAhead([named("first"), named("second", false), named("third")]);
  await vi.runAllTimersAsync();
  expect(order).toEqual([]);
  online.mockReturnValue(true);
  dispatchEvent(new Event("online"));
  await vi.runAllTimersAsync();
  expect(order).toEqual(["first", "second", "third"]);
  vi.useRealTimers();
});
