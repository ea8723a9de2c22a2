// Proves that a conversation is the same whatever the order in which its events arrive.
import { describe, expect, test } from "vitest";
import { Timeline } from "../src/core/timeline";
import { entriesOf, windowFrom } from "../src/core/entries";
import { Format } from "../src/core/format";
import { tally, teamHasRead } from "../src/core/receipts";
import type { ConversationEvent } from "../src/core/wire";
import { event, MARIA, ORTIZ, RAMAN, said } from "./fakes";

function held(): Timeline {
  const timeline = new Timeline();
  timeline.applyPage([event(1, { type: "conversation_created", kind: "group", topic: "x" }), said(2, 1, "a"), said(3, 2, "b", RAMAN)], 1, 3, 1);
  return timeline;
}
const bodies = (timeline: Timeline): string[] => timeline.list().flatMap((item) => (item.kind === "message" ? [item.body] : []));

describe("timeline", () => {
  test("an event already held is ignored, the next one is taken", () => {
    const timeline = held();
    expect(timeline.apply(said(3, 2, "other"))).toBe(false);
    expect(timeline.apply(said(4, 3, "c"))).toBe(true);
    expect(bodies(timeline)).toEqual(["a", "b", "c"]);
  });
  test("a gap waits and is joined in order", () => {
    const timeline = held();
    expect(timeline.apply(said(6, 5, "e"))).toBe(false);
    expect(timeline.gap).toBe(true);
    timeline.apply(said(5, 4, "d"));
    expect(bodies(timeline)).toEqual(["a", "b"]);
    timeline.applyPage([said(4, 3, "c"), said(5, 4, "d")], 4, 5, 1);
    expect(bodies(timeline)).toEqual(["a", "b", "c", "d", "e"]);
    expect(timeline.last_held).toBe(6);
    expect(timeline.gap).toBe(false);
  });
  test("a page that overlaps changes nothing twice", () => {
    const timeline = held();
    timeline.apply(said(4, 3, "c"));
    timeline.applyPage([said(3, 2, "b"), said(4, 3, "c")], 3, 4, 1);
    expect(bodies(timeline)).toEqual(["a", "b", "c"]);
  });
  test("older pages come in front", () => {
    const timeline = new Timeline();
    timeline.applyPage([said(10, 9, "j"), said(11, 10, "k")], 10, 11, 1);
    expect(timeline.reached_start).toBe(false);
    timeline.applyPage([said(9, 8, "i")], 9, 9, 9);
    expect(bodies(timeline)).toEqual(["i", "j", "k"]);
    expect(timeline.reached_start).toBe(true);
  });
  test("edits: the newest version wins, an older one comes too late", () => {
    const timeline = held();
    timeline.apply(event(4, { type: "message_edited", target_seq: 2, version: 3, body: "a3" }));
    timeline.apply(event(5, { type: "message_edited", target_seq: 2, version: 2, body: "a2" }));
    expect(timeline.message(2)).toMatchObject({ body: "a3", version: 3 });
  });
  test("an edit that came before its message is applied when the message comes", () => {
    const timeline = new Timeline();
    timeline.applyPage([event(5, { type: "message_edited", target_seq: 2, version: 2, body: "new" })], 5, 5, 1);
    timeline.applyPage([said(2, 1, "old"), said(3, 2, "b"), said(4, 3, "c")], 2, 4, 1);
    expect(timeline.message(2)?.body).toBe("new");
  });
  test("a retracted message has no words and stays retracted", () => {
    const timeline = held();
    timeline.apply(event(4, { type: "message_retracted", target_seq: 3, reason: "wrong patient" }, RAMAN));
    timeline.apply(event(5, { type: "message_edited", target_seq: 3, version: 2, body: "back?" }, RAMAN));
    expect(timeline.message(3)).toMatchObject({ body: "", retracted: { reason: "wrong patient", person: RAMAN } });
  });
  test("acknowledgements: one for each person", () => {
    const timeline = held();
    timeline.apply(event(4, { type: "acknowledged", target_seq: 2, person: RAMAN }));
    timeline.apply(event(5, { type: "acknowledged", target_seq: 2, person: RAMAN }));
    expect(timeline.message(2)?.acknowledged.length).toBe(1);
  });
});

describe("receipts", () => {
  const members = [
    { person_id: RAMAN.id, name: "", kind: "staff" as const, added_at_ms: 0, history: "full" as const },
    { person_id: ORTIZ.id, name: "", kind: "staff" as const, added_at_ms: 0, history: "full" as const, read_seq: 2 },
    { person_id: MARIA.id, name: "", kind: "patient" as const, added_at_ms: 0, history: "full" as const },
    { person_id: "per_late", name: "", kind: "staff" as const, added_at_ms: 9e15, history: "from_now" as const },
  ];
  test("marks count for those who should have it", () => {
    const timeline = held();
    timeline.apply(event(4, { type: "delivered", person: MARIA, up_to_seq: 3 }));
    const message = timeline.message(3);
    if (!message) throw new Error("missing");
    expect(tally(message, members, timeline.marks)).toEqual({ all: 2, delivered: 1, read: 0 });
    timeline.apply(event(5, { type: "read", person: ORTIZ, up_to_seq: 3, up_to_number: 2 }));
    expect(tally(message, members, timeline.marks)).toEqual({ all: 2, delivered: 2, read: 1 });
    expect(tally({ ...message, audience: "team" }, members, timeline.marks).all).toBe(1);
  });
  test("patients hear of their team as one", () => {
    const timeline = held();
    const message = timeline.message(3);
    if (!message) throw new Error("missing");
    expect(teamHasRead(message, [], timeline.marks, timeline.team_read_seq)).toBe(false);
    timeline.apply(event(4, { type: "read", up_to_seq: 3, up_to_number: 2 }));
    expect(teamHasRead(message, [], timeline.marks, timeline.team_read_seq)).toBe(true);
  });
});

describe("entries", () => {
  const options = { me: RAMAN.id, new_after_seq: 0, lines: () => true, format: new Format("en-US", "UTC") };
  test("days, the new line, groups, replies", () => {
    const timeline = held();
    timeline.apply(said(4, 3, "r", ORTIZ, { reply_to: 2 }));
    timeline.apply(said(5, 4, "c"));
    timeline.apply(said(6, 5, "d"));
    const entries = entriesOf(timeline.list(), { ...options, new_after_seq: 4 });
    expect(entries.map((entry) => entry.kind)).toEqual(["day", "line", "message", "message", "message", "new", "message", "message"]);
    expect(entries.filter((entry) => entry.kind === "message").map((entry) => entry.first)).toEqual([true, true, true, true, false]);
  });
  test("an answer stands in its place, is new as any other, and groups with those to the same message alone", () => {
    const timeline = new Timeline();
    const answer = (seq: number, reply_to: number): ConversationEvent => said(seq, seq, "r", ORTIZ, { reply_to });
    timeline.applyPage([said(9, 9, "a"), answer(10, 2), answer(11, 2), answer(12, 9), said(13, 13, "b")], 9, 13, 1);
    const entries = entriesOf(timeline.list(), { ...options, new_after_seq: 9 });
    expect(entries.map(({ kind, seq }) => [kind, seq])).toEqual([["day", 9], ["message", 9], ["new", 10], ["message", 10], ["message", 11], ["message", 12], ["message", 13]]);
    expect(entries.flatMap((entry) => (entry.kind === "message" ? [entry.first] : []))).toEqual([true, true, false, true, true]);
    expect(entriesOf(timeline.list(), { ...options, new_after_seq: 9, me: ORTIZ.id }).some(({ kind }) => kind === "new")).toBe(false);
  });
  test("the window reaches the new line", () => {
    const timeline = new Timeline();
    timeline.applyPage(Array.from({ length: 300 }, (_, index) => said(index + 1, index + 1, "x")), 1, 300, 1);
    const entries = entriesOf(timeline.list(), { ...options, new_after_seq: 50 });
    expect(windowFrom(entries, 100)).toBeLessThan(50);
    expect(windowFrom(entriesOf(timeline.list(), options), 100)).toBe(entries.length - 1 - 100);
  });
});
