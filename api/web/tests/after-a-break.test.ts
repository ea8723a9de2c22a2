// Proves that after a break nothing stays on the page that may not be read any more, and that everything else does.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import type { Sync } from "../src/core/sync";
import type { Link } from "../src/core/transport";
import { followReach } from "../src/vm/reach";
import { session } from "../src/vm/session.svelte";
import { conversation, settle } from "./fakes";

let link: (state: Link["state"]) => void;
let lost: unknown[];
let refused: Record<string, Refusal>;
let asked: string[];
let away: boolean;

beforeEach(() => {
  [lost, refused, asked, away] = [[], {}, [], false];
  session.sync = {
    onLink: (listener: (link: Link) => void) => { link = (state) => listener({ state } as Link); return () => {}; },
    lose: (one: { conversation_id: string }) => { session.store.removeConversation(one.conversation_id); lost.push(one); },
    fetchConversation: (id: string) => { asked.push(id); return refused[id] ? Promise.reject(refused[id]) : Promise.resolve(conversation({ id })); },
  } as unknown as Sync;
  vi.spyOn(session.http, "ask").mockImplementation((() => {
    asked.push("mine");
    return away ? Promise.reject(new Refusal({ status: 0, code: "unreachable" })) : Promise.resolve({ conversations: [conversation({ id: "con_mine" })] });
  }) as never);
  for (const id of ["con_mine", "con_queue", "con_gone"]) session.store.putConversation(conversation({ id }));
  followReach();
});
afterEach(() => {
  vi.restoreAllMocks();
  session.store.clear();
  session.sync = undefined;
});

test("the first connection asks for nothing", async () => {
  link("live");
  await settle();
  expect(asked).toEqual([]);
});
test("after a break what is gone goes, what is read on other grounds stays", async () => {
  refused["con_gone"] = new Refusal({ status: 404, code: "not_found" });
  link("waiting");
  link("live");
  await settle();
  expect([asked, lost, [...session.store.conversations.keys()]]).toEqual([["mine", "con_queue", "con_gone"], [{ conversation_id: "con_gone" }], ["con_mine", "con_queue"]]);
});
test("where nobody answers everything stays, until the next connection", async () => {
  refused["con_gone"] = new Refusal({ status: 404, code: "not_found" });
  away = true;
  link("waiting");
  link("live");
  await settle();
  expect([lost, session.store.conversations.size]).toEqual([[], 3]);
  away = false;
  link("live");
  await settle();
  expect(lost).toEqual([{ conversation_id: "con_gone" }]);
});
test("a node that is not ready takes nothing away", async () => {
  refused["con_gone"] = new Refusal({ status: 503, code: "fenced" });
  link("waiting");
  link("live");
  await settle();
  expect([lost, session.store.conversations.size]).toEqual([[], 3]);
});
