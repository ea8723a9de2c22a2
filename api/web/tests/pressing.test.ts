// Proves the mark that stays in the lists while something urgent or STAT is not acknowledged: over later messages, as far as this page knows of it,
// until it is acknowledged or retracted; and that without knowing more the last message alone decides.
import { cleanup, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Conversation, ConversationEvent, LastMessage } from "../src/core/wire";
import ConversationRow from "../src/ui/staff/ConversationRow.svelte";
import { news } from "../src/ui/staff/parts";
import { pressing, waitsIn } from "../src/vm/pressing.svelte";
import { session } from "../src/vm/session.svelte";
import { pressing as words } from "../locales/en-staff-pressing";
import { conversation, event, ORTIZ, RAMAN, said } from "./fakes";

const last = (seq: number, more: Partial<LastMessage> = {}): LastMessage => ({ seq, number: seq, at_ms: 1, author: ORTIZ, audience: "everyone", priority: "routine", preview: "x", ...more });
const room = (last_message: LastMessage | null = null, more: Partial<Conversation> = {}): Conversation => conversation({ last_seq: last_message?.seq ?? 5, ...more, last_message });
const shown = (): unknown => pressing.of(session.store.conversations.get("con_a") as Conversation);
const waits = (priority: string): unknown => ({ priority, note: words.waits });
/** As the session hears it: the store first. */
function hear(one: ConversationEvent): void {
  session.store.applyEvent(one);
  for (const ear of session.ears) ear(one, true);
}
/** The store tells what changed once a frame. */
const frame = (): Promise<void> => new Promise((resolve) => { const stop = session.store.subscribe(() => { stop(); resolve(); }); session.store.touch("con_a"); });

beforeEach(() => {
  session.store.me = { ...RAMAN, title: "MD" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
  session.sync = {} as NonNullable<typeof session.sync>;
});
afterEach(() => {
  cleanup();
  pressing.forget();
  session.store.clear();
  session.store.me = undefined;
  session.me = session.sync = undefined;
});

describe("what waits", () => {
  const nothing = (): boolean => false;
  test.each([
    ["the last message", room(last(4, { priority: "stat" })), undefined, { seq: 4, priority: "stat" }],
    ["what came before it", room(last(5)), { seq: 4, priority: "urgent" as const }, { seq: 4, priority: "urgent" }],
    ["the later one of both", room(last(5, { priority: "stat" })), { seq: 4, priority: "urgent" as const }, { seq: 5, priority: "stat" }],
    ["one's own does not", room(last(4, { priority: "stat", author: RAMAN })), undefined, undefined],
    ["nor what was retracted", room(last(4, { priority: "stat", retracted: true })), { seq: 4, priority: "stat" as const }, undefined],
    ["nor where one only looks on", room(last(4, { priority: "stat" }), { my: { ...conversation().my, member: false } }), undefined, undefined],
  ])("%s", (_what, where, before, mark) => {
    expect(waitsIn(where, undefined, before, RAMAN.id, nothing)).toEqual(mark);
  });
  test("what is held of the conversation says it exactly, and what is not held may wait all the same", () => {
    const timeline = session.store.timeline("con_a");
    timeline.applyPage([said(2, 1, "a", ORTIZ, { priority: "stat" }), said(3, 2, "b", ORTIZ, { priority: "urgent" }), said(4, 3, "c"), event(5, { type: "acknowledged", target_seq: 3, person: RAMAN }, RAMAN)], 2, 5, 1);
    expect([
      waitsIn(room(last(4)), timeline, undefined, RAMAN.id, nothing),
      waitsIn(room(last(4)), timeline, { seq: 3, priority: "urgent" }, RAMAN.id, nothing),
      waitsIn(room(last(4)), timeline, { seq: 6, priority: "urgent" }, RAMAN.id, nothing),
    ]).toEqual([{ seq: 2, priority: "stat" }, { seq: 2, priority: "stat" }, { seq: 6, priority: "urgent" }]);
    timeline.apply(event(6, { type: "acknowledged", target_seq: 2, person: RAMAN }, RAMAN));
    expect([waitsIn(room(last(4)), timeline, { seq: 2, priority: "stat" }, RAMAN.id, nothing), waitsIn(room(last(4)), timeline, { seq: 1, priority: "stat" }, RAMAN.id, nothing)]).toEqual([undefined, { seq: 1, priority: "stat" }]);
  });
});

describe("while the page is open", () => {
  test("it stays over later messages, of a conversation that was never opened, until this person acknowledges it", async () => {
    session.store.putConversation(room(last(4)));
    pressing.follow();
    hear(said(6, 5, "Chest pain", ORTIZ, { priority: "stat" }));
    hear(said(7, 6, "Room 3"));
    await frame();
    expect(shown()).toEqual(waits("stat"));
    hear(event(8, { type: "acknowledged", target_seq: 6, person: ORTIZ }, ORTIZ));
    await frame();
    expect(shown()).toEqual(waits("stat"));
    hear(event(9, { type: "acknowledged", target_seq: 6, person: RAMAN }, RAMAN));
    await frame();
    expect(shown()).toBeUndefined();
  });
  test("the last message, acknowledged elsewhere, does not come back with the next look", async () => {
    session.store.putConversation(room(last(5, { priority: "urgent" })));
    pressing.follow();
    expect(shown()).toEqual(waits("urgent"));
    hear(event(6, { type: "acknowledged", target_seq: 5, person: RAMAN }, RAMAN));
    await frame();
    expect(shown()).toBeUndefined();
  });
  test("what is retracted goes, and one's own shows how urgent it was", async () => {
    session.store.putConversation(room(last(4)));
    pressing.follow();
    hear(said(6, 5, "x", ORTIZ, { priority: "urgent" }));
    hear(said(7, 6, "y", RAMAN, { priority: "stat" }));
    await frame();
    expect(shown()).toEqual(waits("urgent"));
    hear(event(8, { type: "message_retracted", target_seq: 6, reason: "x" }));
    await frame();
    expect(shown()).toEqual({ priority: "stat" });
  });
  test("whoever comes next has other ones, and nobody listens until then", () => {
    session.store.putConversation(room(last(5, { priority: "urgent" })));
    pressing.follow();
    pressing.forget();
    expect([session.ears.size, shown()]).toEqual([0, { priority: "urgent" }]);
  });
});

test("a row says it in words, not by colour alone", async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  await news.load();
  session.store.putConversation(room(last(4)));
  pressing.follow();
  hear(said(6, 5, "Chest pain", ORTIZ, { priority: "stat" }));
  hear(said(7, 6, "Room 3"));
  render(ConversationRow, { conversation: session.store.conversations.get("con_a") as Conversation, me: RAMAN.id, section: "team", current: false, tab: true, waiting: "", onfocus: () => {} });
  await tick();
  expect([document.querySelector(".tag.stat")?.textContent, document.querySelector(".said")?.textContent]).toEqual([`STAT, ${words.waits}`, "Jamie: Room 3"]);
  vi.unstubAllGlobals();
});
