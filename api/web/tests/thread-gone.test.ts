// Proves what a pane does when the node shows its conversation no more: it says so, and asks once.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Sync } from "../src/core/sync";
import { Http } from "../src/core/http";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { conversation, FakeClock, FakeSocket } from "./fakes";

let asked: string[];

beforeEach(() => {
  asked = [];
  const http = new Http((path) => {
    asked.push(path);
    return Promise.resolve(new Response(JSON.stringify({ status: 404, code: "not_found" }), { status: 404 }));
  });
  session.sync = new Sync({ http, store: session.store, socket_url: "ws://x", clock: new FakeClock(), open: () => new FakeSocket() });
  session.store.putConversation(conversation());
});
afterEach(() => {
  session.sync = undefined;
  session.store.clear();
});

test("a conversation that is listed and not there any more is gone, and is asked for once", async () => {
  const view = new ThreadView("con_a");
  expect([view.gone, view.conversation?.id]).toEqual([false, "con_a"]);
  await vi.waitFor(() => expect(view.state).toBe("failed"));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
  expect([view.gone, view.conversation, session.store.conversations.size]).toEqual([true, undefined, 0]);
  expect(asked).toEqual(["/v1/conversations/con_a"]);
  view.close();
});
