// Proves what becomes of words that were begun: sealed on the device, bounded, there again for the same person, the newest in whichever tab, gone
// in the same step in which they are kept as a message, and in memory alone where the device keeps nothing.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Row } from "../src/core/outbox";
import type { Rows } from "../src/core/sealed-rows";
import type { Draft } from "../src/vm/drafts";
import { FakeIndexedDb, FakeRange } from "./fake-idb";
import { FakeClock } from "./fakes";

const KEY = "con_a/";
const NAME = "corridor-outbox-per_raman";
const begun = (text: string, more: Partial<Draft> = {}): Draft => ({ text, audience: "everyone", behalf: false, priority: "routine", chosen: [], ...more });
let disk: FakeIndexedDb;
let clock: FakeClock;
let channels: { name: string; onmessage: ((event: { data: unknown }) => void) | null; closed: boolean }[];

class Channel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  closed = false;
  constructor(readonly name: string) { channels.push(this); }
  postMessage(data: unknown): void { for (const one of channels) if (one !== this && one.name === this.name && !one.closed) queueMicrotask(() => one.onmessage?.({ data })); }
  close(): void { this.closed = true; }
}

/** A page of its own, as a tab is: its modules, its memory; the device is the same. */
async function page(person_id = "per_raman") {
  vi.resetModules();
  const drafts = await import("../src/vm/drafts");
  const { KeptDrafts } = await import("../src/vm/kept-drafts");
  const { openRows, eraseRows } = await import("../src/core/sealed-rows");
  const outbox = { options: { rows: await openRows<Row>(person_id) as Rows<Row> } };
  const kept = new KeptDrafts(outbox as unknown as ConstructorParameters<typeof KeptDrafts>[0], person_id, clock);
  await kept.read();
  return { ...drafts, kept, outbox, eraseRows, write: (text: string, more?: Partial<Draft>) => drafts.keepDraft("con_a", undefined, begun(text, more)), text: () => drafts.draftOf("con_a")?.text };
}

beforeEach(() => {
  disk = new FakeIndexedDb();
  clock = new FakeClock();
  clock.time_ms = 1_700_000_000_000;
  channels = [];
  vi.stubGlobal("indexedDB", disk);
  vi.stubGlobal("IDBKeyRange", FakeRange);
  vi.stubGlobal("BroadcastChannel", Channel);
});
afterEach(() => vi.unstubAllGlobals());

describe("on the device", () => {
  test("they are sealed, and there again in the next page of the same person with all that was chosen for them; nobody else has them", async () => {
    const first = await page();
    first.write("Call **Maria**", { priority: "urgent", audience: "team", read_by_ms: 9, fields: ["{date}"], waits: true });
    await first.kept.flush();
    const [row] = disk.rows(NAME, "drafts");
    expect(Object.keys(row ?? {}).sort()).toEqual(["at_ms", "id", "iv", "sealed"]);
    expect(new TextDecoder("latin1").decode(row?.["sealed"] as ArrayBuffer)).not.toContain("Maria");
    expect((disk.rows(NAME, "keys")[0] as unknown as CryptoKey).extractable).toBe(false);
    const next = await page();
    expect(next.draftOf("con_a")).toMatchObject({ text: "Call **Maria**", priority: "urgent", audience: "team", read_by_ms: 9, fields: ["{date}"], waits: true });
    const other = await page("per_ortiz");
    expect(other.anyDraft()).toBe(false);
  });
  test("they are written a moment later, not with each letter, and at once when the page is left", async () => {
    const { write, kept } = await page();
    const put = vi.spyOn(kept, "write");
    for (const text of ["C", "Ca", "Call"]) write(text);
    await Promise.all(kept["sealing"]);
    await clock.pass(299);
    expect([put.mock.calls.length, disk.rows(NAME, "drafts").length]).toEqual([0, 0]);
    await clock.pass(1);
    expect(put).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(disk.rows(NAME, "drafts").length).toBe(1));
    expect((await page()).text()).toBe("Call");
  });
  test("what is the same is not written anew: a box that closes is no newer writing", async () => {
    const { write, kept } = await page();
    write("Call");
    await kept.flush();
    const [{ at_ms } = {}] = disk.rows(NAME, "drafts");
    clock.time_ms += 5000;
    write("Call");
    await kept.flush();
    expect(disk.rows(NAME, "drafts")[0]?.["at_ms"]).toBe(at_ms);
  });
  test("what is cleared is gone, and leaves nothing of its words", async () => {
    const { write, kept } = await page();
    write("Call");
    await kept.flush();
    write("");
    await kept.flush();
    expect(disk.rows(NAME, "drafts").map((row) => Object.keys(row).sort())).toEqual([["at_ms", "id"]]);
    expect((await page()).anyDraft()).toBe(false);
  });
  test("a row that was moved to another conversation opens nothing, and goes", async () => {
    const { write, kept } = await page();
    write("Call");
    await kept.flush();
    const rows = disk.held.get(NAME)?.stores.get("drafts")?.rows as Map<string, unknown>;
    const [row] = disk.rows(NAME, "drafts");
    rows.set(`con_b/ ${row?.["at_ms"]}`, { ...row, id: "con_b/" });
    const next = await page();
    expect([next.text(), next.draftOf("con_b"), disk.rows(NAME, "drafts").length]).toEqual(["Call", undefined, 1]);
  });
  test("a device of before keeps what waits in it", async () => {
    const { openRows } = await import("../src/core/sealed-rows");
    const rows = await openRows<Row>("per_raman");
    await rows.put("row_a", { id: "row_a" } as Row);
    const held = disk.held.get(NAME);
    held?.stores.delete("drafts");
    if (held) held.version = 1;
    rows.close();
    const { write, kept, outbox } = await page();
    write("Call");
    await kept.flush();
    expect([(await outbox.options.rows.all()).map(({ id }) => id), disk.rows(NAME, "drafts").length, outbox.options.rows.durable]).toEqual([["row_a"], 1, true]);
  });
});

describe("bounds", () => {
  test("after a day a draft is gone, also that of somebody who did not come back", async () => {
    const { write, kept } = await page();
    write("Call");
    await kept.flush();
    const { DRAFT_AGE_MAX_MS, eraseOld } = await import("../src/core/draft-rows");
    clock.time_ms += DRAFT_AGE_MAX_MS;
    await eraseOld("corridor-outbox-per_ortiz", clock.time_ms);
    expect(disk.rows(NAME, "drafts").length).toBe(1);
    clock.time_ms += 1;
    await eraseOld("corridor-outbox-per_ortiz", clock.time_ms);
    expect(disk.rows(NAME, "drafts").length).toBe(0);
    write("Call again");
    await kept.flush();
    clock.time_ms += DRAFT_AGE_MAX_MS + 1;
    expect([(await page()).anyDraft(), disk.rows(NAME, "drafts").length]).toEqual([false, 0]);
  });
  test("of many, the newest are kept", async () => {
    const { DRAFTS_MAX } = await import("../src/core/draft-rows");
    const { kept, keepDraft } = await page();
    for (let at = 0; at < DRAFTS_MAX + 3; at += 1) {
      clock.time_ms += 1;
      keepDraft(`con_${at}`, undefined, begun(`Words ${at}`));
      await kept.flush();
    }
    const next = await page();
    expect([disk.rows(NAME, "drafts").length, next.draftOf("con_2"), next.draftOf("con_3")?.text]).toEqual([DRAFTS_MAX, undefined, "Words 3"]);
  });
  test("what is longer than can ever be sent is in the page alone, which the browser asks about before it goes", async () => {
    const { write, kept, text } = await page();
    const { DRAFT_BYTES_MAX } = await import("../src/core/draft-rows");
    write("short");
    await kept.flush();
    expect(kept.loose).toBe(false);
    write("x".repeat(DRAFT_BYTES_MAX));
    await kept.flush();
    expect([kept.loose, text()?.length, (await page()).anyDraft()]).toEqual([true, DRAFT_BYTES_MAX, false]);
  });
});

describe("two tabs", () => {
  test("the newest writing counts, whoever is kept last, and stands in the other tab", async () => {
    const [one, two] = [await page(), await page()];
    one.write("older");
    clock.time_ms += 10;
    two.write("newer");
    await two.kept.flush();
    await one.kept.flush();
    await vi.waitFor(() => expect(one.text()).toBe("newer"));
    expect([two.text(), (await page()).text()]).toEqual(["newer", "newer"]);
  });
  test("who hears of it is told that it comes from elsewhere, and does not write it again", async () => {
    const [one, two] = [await page(), await page()];
    const heard: unknown[] = [];
    one.ears.add((key, draft, elsewhere) => heard.push([key, draft?.text, elsewhere]));
    two.write("Call");
    await two.kept.flush();
    await vi.waitFor(() => expect(heard).toEqual([[KEY, "Call", true]]));
    const [{ at_ms } = {}] = disk.rows(NAME, "drafts");
    await one.kept.flush();
    expect(disk.rows(NAME, "drafts")[0]?.["at_ms"]).toBe(at_ms);
  });
  test("what one has sent or cleared is not brought back by the other one's older words", async () => {
    const [one, two] = [await page(), await page()];
    one.write("Call");
    await one.kept.flush();
    await vi.waitFor(() => expect(two.text()).toBe("Call"));
    one.write("Call her");
    clock.time_ms += 10;
    two.write("");
    await two.kept.flush();
    await one.kept.flush();
    await vi.waitFor(() => expect(one.text()).toBeUndefined());
    expect((await page()).anyDraft()).toBe(false);
  });
  test("who signs out takes them from the other tab as well", async () => {
    const [one, two] = [await page(), await page()];
    one.write("Call");
    await one.kept.flush();
    await vi.waitFor(() => expect(two.text()).toBe("Call"));
    await two.eraseRows("per_raman");
    expect([one.anyDraft(), disk.held.has(NAME)]).toEqual([false, false]);
    await one.kept.flush();
    expect(disk.held.has(NAME)).toBe(false);
  });
});

describe("sending", () => {
  const row = (body: string): Row => ({ id: "row_a", message: { body } } as Row);

  test("in one step the message is kept and the draft is not: there is never none of them, and never both", async () => {
    const { write, kept, outbox } = await page();
    write("Call");
    await kept.flush();
    const seen: string[] = [];
    disk.onkept = () => seen.push(`${disk.rows(NAME, "rows").length} rows, ${disk.rows(NAME, "drafts").filter((one) => one["sealed"]).length} drafts`);
    write("");
    const put = outbox.options.rows.put("row_a", row("Call"));
    // the page is left at that very moment
    const left = kept.flush();
    expect([disk.rows(NAME, "rows").length, disk.rows(NAME, "drafts").filter((one) => one["sealed"]).length]).toEqual([0, 1]);
    await Promise.all([put, left]);
    expect(seen).toEqual(["1 rows, 0 drafts"]);
  });
  test("a page that dies before has the draft still, and no message", async () => {
    const { write, kept, outbox } = await page();
    write("Call");
    await kept.flush();
    write("");
    void outbox.options.rows.put("row_a", row("Call")).catch(() => {});
    outbox.options.rows.close = () => {};
    for (const database of disk.held.get(NAME)?.open ?? []) database.close();
    const next = await page();
    expect([next.text(), disk.rows(NAME, "rows").length]).toEqual(["Call", 0]);
  });
  test("where the message has no room it is in the page, and the draft goes by itself", async () => {
    const { write, kept, outbox } = await page();
    write("Call");
    await kept.flush();
    disk.full = true;
    write("");
    await expect(outbox.options.rows.put("row_a", row("Call"))).rejects.toThrow("no room");
    expect(disk.rows(NAME, "drafts").filter((one) => one["sealed"]).length).toBe(1);
    disk.full = false;
    await kept.flush();
    expect((await page()).anyDraft()).toBe(false);
  });
  test("another tab hears that it was sent", async () => {
    const [one, two] = [await page(), await page()];
    one.write("Call");
    await one.kept.flush();
    await vi.waitFor(() => expect(two.text()).toBe("Call"));
    one.write("");
    await one.outbox.options.rows.put("row_a", row("Call"));
    await vi.waitFor(() => expect(two.anyDraft()).toBe(false));
  });
});

describe("the session", () => {
  test("over while somebody writes, what was written last is kept before the device is let go", async () => {
    const { write, outbox } = await page();
    write("Call");
    outbox.options.rows.close();
    await vi.waitFor(() => expect(disk.rows(NAME, "drafts").length).toBe(1));
    expect((await page()).text()).toBe("Call");
  });
  test("begun again by the same person in the same page: what could not be kept is kept now", async () => {
    const first = await page();
    first.write("Call");
    for (const database of disk.held.get(NAME)?.open ?? []) database.close();
    await first.kept.flush();
    expect([first.kept.loose, disk.rows(NAME, "drafts").length]).toEqual([true, 0]);
    const { keepDrafts } = await import("../src/vm/kept-drafts");
    const { openRows } = await import("../src/core/sealed-rows");
    keepDrafts({ options: { rows: await openRows<Row>("per_raman") } } as unknown as Parameters<typeof keepDrafts>[0], "per_raman");
    dispatchEvent(new Event("pagehide"));
    await vi.waitFor(() => expect(disk.rows(NAME, "drafts").length).toBe(1));
  });
});

describe("without a device to keep them", () => {
  const closing = (): boolean => {
    const event = new Event("beforeunload", { cancelable: true });
    dispatchEvent(event);
    return event.defaultPrevented;
  };

  test("they are in the page as before, and the browser asks before it goes; not where they are kept", async () => {
    vi.stubGlobal("indexedDB", undefined);
    const { write, text, outbox, drafts } = await page();
    const { keepDrafts } = await import("../src/vm/kept-drafts");
    keepDrafts(outbox as unknown as Parameters<typeof keepDrafts>[0], "per_raman");
    expect(closing()).toBe(false);
    write("Call");
    expect([text(), outbox.options.rows.durable, closing()]).toEqual(["Call", false, true]);
    drafts.clear();
    vi.stubGlobal("indexedDB", disk);
    const there = await page();
    there.write("Call");
    await there.kept.flush();
    expect(there.kept.loose).toBe(false);
  });
  test("a full device says no: the words stay in the page, and are kept with the next ones there is room for", async () => {
    const { write, kept, text } = await page();
    disk.full = true;
    write("Call");
    await kept.flush();
    expect([text(), kept.loose]).toEqual(["Call", true]);
    disk.full = false;
    write("Call her");
    await kept.flush();
    expect([kept.loose, (await page()).text()]).toEqual([false, "Call her"]);
  });
});
