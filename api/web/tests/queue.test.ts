// Proves the rows of the queue: they are changed where they stand, never moved, and what is not among them is named.
import { describe, expect, test, vi } from "vitest";
import { appended, fits, inPlace, merged, newerMessages, partyOf, waitingMinutes, withHeld } from "../src/core/queue";
import type { QueueWatch } from "../src/core/sync";
import type { Care, Conversation, LastMessage } from "../src/core/wire";
import { queue as words } from "../locales/en-staff-queue";
import { Queue } from "../src/vm/queue.svelte";
import { session } from "../src/vm/session.svelte";
import { conversation, MARIA, ORTIZ, RAMAN, settle } from "./fakes";

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
  test("a pool and a person can be asked for by the address, and nothing else", () => {
    expect([fits(pool, { stage: "open", party: "front_desk" }, RAMAN.id), fits(pool, { stage: "open", party: "nurse" }, RAMAN.id), fits(held, { stage: "open", party: "front_desk" }, RAMAN.id)]).toEqual([true, false, false]);
    expect([fits(held, { stage: "open", party: "per_ortiz" }, RAMAN.id), fits(pool, { stage: "open", party: "nobody" }, RAMAN.id)]).toEqual([true, true]);
    expect(["late", "me", "front_desk", "per_0a", "unread", "per_../x", "", undefined].map(partyOf)).toEqual(["late", "me", "front_desk", "per_0a", undefined, undefined, undefined, undefined]);
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

describe("while it is looked at", () => {
  test("when rights changed nothing is shown of it, and it is asked for anew; when it is left, nothing is kept", async () => {
    const watches: QueueWatch[] = [];
    session.sync = { watchQueue: (watch: QueueWatch) => { watches.push(watch); return () => watches.push(watch); }, onLink: () => () => {} } as unknown as NonNullable<typeof session.sync>;
    const asked: string[] = [];
    let page = [row("con_a"), row("con_b")];
    vi.spyOn(session.http, "ask").mockImplementation(((path: string) => {
      asked.push(path);
      return Promise.resolve(path.startsWith("/v1/sites") ? { sites: [] } : { revision: 1, conversations: page, total: page.length });
    }) as never);
    const queue = new Queue();
    const leave = queue.begin();
    await settle();
    queue.choose({ party: "per_okafor" });
    await settle();
    page = [row("con_b")];
    watches[0]?.closed();
    expect(queue.rows).toEqual([]);
    await settle();
    expect(ids(queue.rows)).toEqual(["con_b"]);
    expect(asked.filter((path) => path.startsWith("/v1/queue"))).toEqual(["/v1/queue?stage=open&party=any&limit=50", "/v1/queue?stage=open&party=per_okafor&limit=50", "/v1/queue?stage=open&party=per_okafor&limit=50"]);
    queue.forget();
    await settle();
    expect([queue.filter.party, asked.at(-1)]).toEqual(["any", "/v1/queue?stage=open&party=any&limit=50"]);
    leave();
    expect([queue.rows, watches.length]).toEqual([[], 2]);
  });
});
