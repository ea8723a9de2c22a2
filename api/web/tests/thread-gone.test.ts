// Proves what a pane does when the node shows its conversation no more: it says so, and asks once.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Sync } from "../src/core/sync";
import { Http, Refusal } from "../src/core/http";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { conversation, FakeClock, FakeSocket } from "./fakes";

const ENOUGH = 50;
let asked: string[];

beforeEach(() => {
  asked = [];
  const http = new Http((path) => {
    asked.push(path);
    // whoever asks on and on would never let this test end
    if (asked.length > ENOUGH) return new Promise(() => {});
    return Promise.resolve(new Response(JSON.stringify({ status: 404, code: "not_found" }), { status: 404 }));
  });
  session.sync = new Sync({ http, store: session.store, socket_url: "ws://x", clock: new FakeClock(), open: () => new FakeSocket() });
  session.store.putConversation(conversation());
});
afterEach(() => {
  session.sync = undefined;
  session.store.clear();
});

const turns = async (): Promise<void> => { for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0)); };

test("what stands in the list though the node knows none is not asked for again either", async () => {
  const open = (): Promise<void> => { asked.push("open"); return asked.length > ENOUGH ? new Promise(() => {}) : Promise.reject(new Refusal({ status: 404, code: "not_found" })); };
  session.sync = { open } as unknown as Sync;
  const view = new ThreadView("con_a");
  await turns();
  expect([asked, view.state]).toEqual([["open"], "failed"]);
  view.close();
});

test("a conversation that is listed and not there any more is gone, and is asked for once", async () => {
  const view = new ThreadView("con_a");
  expect([view.gone, view.conversation?.id]).toEqual([false, "con_a"]);
  await vi.waitFor(() => expect(view.state).toBe("failed"));
  await turns();
  expect([view.gone, view.conversation, session.store.conversations.size]).toEqual([true, undefined, 0]);
  expect(asked).toEqual(["/v1/conversations/con_a"]);
  view.close();
});
