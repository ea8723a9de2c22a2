// Proves the rows of the queue: they are changed where they stand, never moved, and what is not among them is named.
import { describe, expect, test } from "vitest";
import { appended, fits, inPlace, merged, newerMessages, waitingMinutes, withHeld } from "../src/core/queue";
import type { Care, Conversation, LastMessage } from "../src/core/wire";
import { queue as words } from "../locales/en-staff-queue";
import { conversation, MARIA, ORTIZ, RAMAN } from "./fakes";

const pool: Care = { stage: "open", party: { role: "front_desk" }, waiting_since_ms: 60_000 };
const held: Care = { stage: "open", party: { person: ORTIZ } };
const last: LastMessage = { seq: 5, number: 4, at_ms: 1, author: MARIA, audience: "everyone", priority: "routine", preview: "Hello?" };
const row = (id: string, more: Partial<Conversation> = {}): Conversation => conversation({ id, kind: "patient", care: pool, last_message: last, ...more });
const ids = (rows: readonly Conversation[]): string[] => rows.map((one) => one.id);

describe("queue", () => {
  test("a change stays where the row stands", () => {
    const rows = inPlace([row("con_a"), row("con_b"), row("con_c")], "con_b", (one) => ({ ...one, care: held }));
    expect(ids(rows)).toEqual(["con_a", "con_b", "con_c"]);
    expect(rows[1]?.care).toEqual(held);
  });
  test("a newer page changes rows in place, and names what is not among them", () => {
    const { rows, unknown } = merged([row("con_a"), row("con_b")], [row("con_new", { revision: 200 }), row("con_b", { revision: 199, care: held }), row("con_a", { revision: 99, care: held })]);
    expect(ids(rows)).toEqual(["con_a", "con_b"]);
    expect(rows.map((one) => one.care)).toEqual([pool, held]);
    expect(unknown).toEqual(["con_new"]);
  });
  test("what has moved to the next page is not there twice", () => {
    expect(ids(appended([row("con_a"), row("con_b")], [row("con_b"), row("con_c")]))).toEqual(["con_a", "con_b", "con_c"]);
  });
  test("what is held of one's own conversation is taken over; since when the patient waits only the queue knows", () => {
    const fresh = withHeld(row("con_a"), conversation({ id: "con_a", revision: 106, care: held, last_message: null }));
    expect(fresh).toMatchObject({ care: { party: { person: ORTIZ }, waiting_since_ms: 60_000 }, last_message: { preview: "Hello?" }, revision: 106 });
    expect(withHeld(row("con_a"), conversation({ id: "con_a", revision: 104, care: held }))).toEqual(row("con_a"));
  });
  test("of others' conversations nothing tells sooner than the queue who answers", () => {
    const others = conversation({ id: "con_a", revision: 106, care: held, my: { ...conversation().my, member: false, may: ["join"] } });
    expect(withHeld(row("con_a"), others)).toMatchObject({ care: pool, my: { may: ["join"] } });
  });
  test("whether a change elsewhere belongs to the list", () => {
    expect(fits(pool, { stage: "open", party: "any" }, RAMAN.id)).toBe(true);
    expect(fits(pool, { stage: "resolved", party: "any" }, RAMAN.id)).toBe(false);
    expect([fits(pool, { stage: "open", party: "nobody" }, RAMAN.id), fits(held, { stage: "open", party: "nobody" }, RAMAN.id)]).toEqual([true, false]);
    expect([fits(held, { stage: "open", party: "me" }, RAMAN.id), fits(held, { stage: "open", party: "me" }, ORTIZ.id)]).toEqual([false, true]);
  });
  test("how long somebody waits, in words", () => {
    expect(waitingMinutes(pool, 60_000 + 12 * 60_000 + 59_000)).toBe(12);
    expect(waitingMinutes(pool, 0)).toBe(0);
    expect(waitingMinutes(held, 99)).toBeUndefined();
    expect([0, 12, 61, 47 * 60, 50 * 60].map(words.waits)).toEqual(["waits under 1 min", "waits 12 min", "waits 1 h", "waits 47 h", "waits 2 days"]);
  });
  test("messages that came after the words that are shown are counted", () => {
    expect(newerMessages(row("con_a", { last_number: 6 }))).toBe(2);
    expect(newerMessages(row("con_a"))).toBe(0);
    expect(newerMessages(row("con_a", { last_message: null }))).toBe(0);
  });
});
