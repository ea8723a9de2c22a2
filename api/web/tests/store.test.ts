// Proves the store: unread by number, one flush for many events, the cursor only forward.
import { describe, expect, test, vi } from "vitest";
import { Store } from "../src/core/store";
import { conversation, event, MARIA, ORTIZ, RAMAN, said } from "./fakes";

function make(): { store: Store; flush: () => void; heard: ReturnType<typeof vi.fn> } {
  const due: (() => void)[] = [];
  const store = new Store((run) => due.push(run));
  store.me = { ...RAMAN, title: "MD" };
  const heard = vi.fn();
  store.subscribe(heard);
  store.putConversation(conversation());
  store.setCounts({ total_conversations: 1, unread_conversations: 1, unread_messages: 2, unique_patients: 0, total_messages: 4 });
  return { store, heard, flush: () => { for (const run of due.splice(0)) run(); } };
}

describe("store", () => {
  test("unread is the last number less the number read", () => {
    const { store } = make();
    store.applyEvent(said(6, 5, "x"));
    expect(store.conversations.get("con_a")?.my.unread).toBe(3);
    expect(store.counts).toMatchObject({ unread_messages: 3, unread_conversations: 1, total_messages: 5 });
    store.applyEvent(event(7, { type: "read", person: RAMAN, up_to_seq: 6, up_to_number: 5 }, RAMAN));
    expect(store.conversations.get("con_a")?.my.unread).toBe(0);
    expect(store.counts).toMatchObject({ unread_messages: 0, unread_conversations: 0 });
  });
  test("a conversation that comes alone, without its preview, keeps the one that is held", () => {
    const { store } = make();
    store.applyEvent(said(6, 5, "x"));
    store.putConversation(conversation({ last_seq: 6, last_number: 5, last_message: null, members: [] }));
    expect(store.conversations.get("con_a")?.last_message?.preview).toBe("x");
  });
  test("the same event twice counts once", () => {
    const { store } = make();
    store.applyEvent(said(6, 5, "x"));
    store.applyEvent(said(6, 5, "x"));
    expect(store.counts.total_messages).toBe(5);
  });
  test("one's own message is not unread when all before was read", () => {
    const { store } = make();
    store.read("con_a", 5, 4);
    store.applyEvent(said(6, 5, "mine", RAMAN));
    expect(store.conversations.get("con_a")?.my.unread).toBe(0);
  });
  test("another's reading does not change mine", () => {
    const { store } = make();
    store.applyEvent(event(6, { type: "read", person: ORTIZ, up_to_seq: 5, up_to_number: 4 }, ORTIZ));
    expect(store.conversations.get("con_a")?.my.unread).toBe(2);
  });
  test("an answer that was under way does not turn the clock back", () => {
    const { store } = make();
    store.applyEvent(said(6, 5, "new"));
    store.putConversation(conversation());
    expect(store.conversations.get("con_a")).toMatchObject({ last_seq: 6, last_number: 5, my: { unread: 3 } });
  });
  test("previews follow edits and retractions", () => {
    const { store } = make();
    store.applyEvent(said(6, 5, "old", MARIA));
    store.applyEvent(event(7, { type: "message_edited", target_seq: 6, version: 2, body: "new" }, MARIA));
    expect(store.conversations.get("con_a")?.last_message?.preview).toBe("new");
    store.applyEvent(event(8, { type: "message_retracted", target_seq: 6 }, MARIA));
    expect(store.conversations.get("con_a")?.last_message).toMatchObject({ preview: "", retracted: true });
  });
  test("unknown conversations and gaps are reported", () => {
    const { store } = make();
    expect(store.applyEvent({ ...said(1, 1, "x"), conversation_id: "con_b" })).toBe("unknown");
    store.timeline("con_a").applyPage([said(5, 4, "x")], 5, 5, 1);
    expect(store.applyEvent(said(7, 6, "x"))).toBe("gap");
  });
  test("three hundred events, one flush", () => {
    const { store, heard, flush } = make();
    flush();
    heard.mockClear();
    for (let seq = 6; seq < 306; seq += 1) store.applyEvent(said(seq, seq - 1, "x"));
    flush();
    expect(heard).toHaveBeenCalledTimes(1);
  });
  test("the cursor goes forward only", () => {
    const { store } = make();
    store.advance(10);
    store.advance(7);
    expect(store.cursor).toBe(10);
  });
});
