// Proves the line under the header where the device has no room: what is in the page only is said, with a connection and without, until it is sent.
import { cleanup, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Row } from "../src/core/outbox";
import LineWords from "../src/ui/kit/LineWords.svelte";
import { session } from "../src/vm/session.svelte";
import { line as words } from "../locales/en-line";

const row = (id: string, more: Partial<Row> = {}): Row => ({ id, order: 1, conversation_id: "con_a", created_at_ms: 1, message: { body: "x", audience: "everyone", priority: "routine", mentions: [] }, state: "waiting", attempts: 0, problem: null, seq: null, ...more });

beforeEach(() => { vi.useFakeTimers(); session.phase = "ready"; session.link = { state: "live" }; });
afterEach(() => { cleanup(); vi.useRealTimers(); session.waiting = []; session.durable = true; session.phase = "starting"; session.link = { state: "stopped" }; });

test("one that is kept nowhere else is said, also when it was refused; what is kept is not worth a word", async () => {
  session.waiting = [row("a"), row("b", { loose: false })];
  render(LineWords);
  expect(document.body.textContent.trim()).toBe("");
  session.waiting = [row("a"), row("b", { loose: true, state: "failed" })];
  await tick();
  expect(screen.getByText(words.loose(1)).textContent).toContain("in this page only");
  session.waiting = [row("a", { loose: true }), row("b", { loose: true })];
  await tick();
  screen.getByText(words.loose(2));
  session.waiting = [];
  await tick();
  expect(document.body.textContent.trim()).toBe("");
});

test("without a connection it stands beside that", async () => {
  session.link = { state: "waiting", since_ms: 1, next_ms: 2 } as unknown as typeof session.link;
  session.waiting = [row("a", { loose: true })];
  render(LineWords);
  await vi.advanceTimersByTimeAsync(1_300);
  const said = document.querySelector(".line")?.textContent ?? "";
  expect(said).toContain(words.reconnecting);
  expect(said).toContain(words.loose(1));
  session.durable = false; // a browser that keeps nothing at all says that instead
  await tick();
  expect(document.querySelector(".line")?.textContent).toContain(words.memory);
});
