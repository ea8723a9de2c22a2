// Proves what a label and a confidence do to what is held, what may be offered, and the words for it: events, ages, menus, lines, coverage.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { careAfter, leaversOf } from "../src/core/care";
import { isSame, isUndoSound, safeguardsFormOf, safeguardsOf } from "../src/core/clinic-safeguards";
import { grantOf } from "../src/core/coverage";
import { Format } from "../src/core/format";
import { Outbox, type Row } from "../src/core/outbox";
import { confidence, isOfAge } from "../src/core/restriction";
import { MemoryRows } from "../src/core/sealed-rows";
import { Store } from "../src/core/store";
import type { Line } from "../src/core/timeline";
import type { Author, Care, Coverage, EventBody } from "../src/core/wire";
import { lineWords as patientLineWords } from "../src/ui/patient/lines";
import { bannerWords, coverageWords } from "../src/ui/staff/coverage-words";
import { lineWords } from "../src/ui/staff/lines";
import { restrictionLine } from "../src/ui/staff/restriction-line";
import { restrictionItems } from "../src/ui/staff/restriction-menu";
import { coverage as coverage_words } from "../locales/en-staff-coverage";
import { restriction_menu as menu } from "../locales/en-staff-restriction-menu";
import { conversation, event, FakeClock, MARIA, ORTIZ, RAMAN, settle } from "./fakes";

const MOTHER: Author = { id: "per_mother", name: "Hanh Tran", kind: "proxy" };
const labelled = (left: Author[] = [], sensitivity: "part_2" | "state_law" | null = "part_2"): EventBody => ({ type: "labelled", sensitivity, left });
const kept = (left: Author[] = [MOTHER], confidential = true): EventBody => ({ type: "confidential_changed", confidential, left });
const member = ({ id, name, kind }: Author): { person_id: string; name: string; kind: Author["kind"] } => ({ person_id: id, name, kind });
const patient = (birth_date = "2013-05-18") => ({ id: MARIA.id, name: "Leo Tran", mrn: "MRN-1", birth_date, state: "active" });
const line = (body: EventBody, actor: Author = RAMAN): Line => ({ kind: "line", seq: 6, at_ms: 0, actor, event: body as Line["event"] });

describe("an event", () => {
  let store: Store;
  beforeEach(() => {
    store = new Store(() => {});
    store.me = { ...RAMAN };
    store.putConversation(conversation({ kind: "patient", member_count: 4, members: [RAMAN, ORTIZ, MARIA, MOTHER].map(member), care: { stage: "open", party: { person: ORTIZ } } }));
  });
  test("who had to leave is no member any more, whoever they were", () => {
    store.applyEvent(event(6, labelled([ORTIZ])));
    expect(store.conversations.get("con_a")).toMatchObject({ member_count: 3, my: { member: true } });
    store.applyEvent(event(7, kept()));
    expect(store.conversations.get("con_a")?.members?.map(({ person_id }) => person_id)).toEqual([RAMAN.id, MARIA.id]);
    store.applyEvent(event(8, kept([], false)));
    expect(store.conversations.get("con_a")).toMatchObject({ member_count: 2, last_seq: 8 });
  });
  test("whose own it was has no part in it any more", () => {
    store.applyEvent(event(6, labelled([RAMAN])));
    expect(store.conversations.get("con_a")?.my).toMatchObject({ member: false, may: [] });
  });
  test("who answered by a coverage and is gone answers no more; the others go on", () => {
    const care: Care = { stage: "open", party: { person: ORTIZ }, covering: { person: ORTIZ, covered: RAMAN, until_ms: 9 } };
    expect(careAfter(care, event(6, labelled([ORTIZ])))).toMatchObject({ party: null, covering: null });
    expect(careAfter(care, event(6, labelled()))).toBe(care);
    expect(careAfter(care, event(6, kept()))).toBe(care);
  });
  test("all who leave are named by it", () => {
    expect(leaversOf(kept([MOTHER, ORTIZ]))).toEqual([MOTHER.id, ORTIZ.id]);
    expect(leaversOf({ type: "member_removed", person: ORTIZ, left: true })).toEqual([ORTIZ.id]);
    expect(leaversOf({ type: "coverage_ended", person: ORTIZ, left: false })).toEqual([]);
    expect(leaversOf({ type: "archived" })).toEqual([]);
  });
});

describe("the age", () => {
  const NOW = new Date(2026, 4, 18, 12).getTime();
  test("is reached on the birthday, and not a day sooner", () => {
    expect(isOfAge("2013-05-18", 13, NOW)).toBe(true);
    expect(isOfAge("2013-05-19", 13, NOW)).toBe(false);
    expect(isOfAge("2012-12-31", 13, NOW)).toBe(true);
  });
  test("what may be is known only where the clinic has set it", () => {
    expect([undefined, { undo_s: 10 }, { confidential_from_years: null, undo_s: 10 }].map((one) => confidence(one, "2013-05-18", NOW))).toEqual(["off", "off", "off"]);
    const from = (confidential_from_years: number) => confidence({ confidential_from_years, undo_s: 10 }, "2013-05-18", NOW);
    expect([from(12), from(13), from(14)]).toEqual(["may", "may", "too_young"]);
    expect(confidence({ confidential_from_years: 14, undo_s: 10 }, undefined, NOW)).toBe("may");
  });
});

describe("the menu", () => {
  const items = (may: ("label" | "unlabel" | "keep_confidential")[], more = {}, years: number | undefined = 12, birth = "2010-01-01") => {
    const asked: string[] = [];
    const found = restrictionItems(conversation({ kind: "patient", patient: patient(birth), my: { ...conversation().my, may }, ...more }), ({ what }) => asked.push(what), { ...(years ? { confidential_from_years: years } : {}), undo_s: 10 });
    for (const item of found) if (!item.off) item.run();
    return { labels: found.map(({ label, off }) => (off ? `(${label})` : label)), asked, notes: found.map(({ note }) => note) };
  };
  test("offers what the node allows, and nothing else", () => {
    expect(items([]).labels).toEqual([]);
    expect(items(["label", "keep_confidential"])).toMatchObject({ labels: [menu.label, menu.keep], asked: ["label", "keep"] });
    expect(items(["unlabel", "keep_confidential"], { sensitivity: "part_2", confidential: true })).toMatchObject({ labels: [menu.unlabel, menu.share], asked: ["unlabel", "share"] });
  });
  test("says why not at that age, and is silent where the clinic allows it at none", () => {
    const year = new Date().getFullYear();
    expect(items(["keep_confidential"], {}, 12, `${year - 5}-01-01`)).toMatchObject({ labels: [`(${menu.keep})`], asked: [], notes: [menu.keepNote(12)] });
    expect(items(["keep_confidential"], {}, 0).labels).toEqual([]);
    expect(items(["keep_confidential"], { confidential: true }, 0).labels).toEqual([menu.share]);
  });
});

describe("the lines", () => {
  test("staff read which label, who left, and who lifted it", () => {
    const said = (body: EventBody, actor?: Author): string => restrictionLine(line(body, actor), RAMAN.id);
    expect(said(labelled([ORTIZ]))).toBe("You protected this conversation (Part 2). Jamie Ortiz left with it");
    expect(said(labelled([], "state_law"), ORTIZ)).toBe("Jamie Ortiz protected this conversation (state law)");
    expect(said(labelled([], null))).toBe("You took the label away");
    expect(said(kept([MOTHER, { ...MOTHER, id: "per_x", name: "Bao Tran" }]), MARIA)).toBe("Maria Garcia kept this conversation from caregivers. Hanh Tran and Bao Tran left with it");
    expect(said(kept([], false))).toBe("You stopped keeping this conversation from caregivers");
    expect(said({ type: "archived" })).toBe("");
    expect(lineWords(line(labelled()), RAMAN.id)).toBe("");
  });
  test("patients read that somebody is gone, and never the label", () => {
    const said = (body: EventBody): string => patientLineWords(line(body), MARIA.id);
    expect(said(labelled())).toBe("");
    expect(said(labelled([ORTIZ], null))).toBe("Jamie Ortiz is no longer part of this conversation");
    expect(said(kept([MOTHER, ORTIZ]))).toBe("Priya Raman made this conversation private. Hanh Tran and Jamie Ortiz are no longer part of this conversation");
    expect(said(kept([], false))).toBe("Priya Raman made this conversation no longer private");
  });
});

test("a coverage of conversations with a label is asked for by its name, and says so", () => {
  const wish = { covered_id: "me", covering_id: RAMAN.id, begins: "now" as const, from_ms: undefined, until_ms: 5_000_000, reason: "leave" };
  expect(grantOf(wish, "me", 1_000)).not.toHaveProperty("of_labelled");
  expect(grantOf({ ...wish, of_labelled: true }, "me", 1_000)).toMatchObject({ of_labelled: true });
  const format = new Format("en-US");
  const coverage: Coverage = { id: "cov_1", covered: ORTIZ, covering: RAMAN, from_ms: 0, until_ms: 9, reason: "leave", state: "running", by: ORTIZ, of_labelled: true };
  expect(coverageWords(coverage, ORTIZ.id, format, coverage_words)).toMatch(/^Priya Raman covers for you until .*, also in conversations with a label$/);
  expect(bannerWords(coverage, format, 0)).toMatch(/also in conversations with a label: leave$/);
  expect(bannerWords({ ...coverage, of_labelled: false }, format, 0)).not.toContain("label");
});

test("the clinic's own form: what is off, what is none, what is the same", () => {
  expect(safeguardsFormOf({ undo_s: 10 })).toEqual({ years: "", undo_s: 10 });
  expect(safeguardsOf({ years: "", undo_s: 0 })).toEqual({ undo_s: 0 });
  expect(safeguardsOf({ years: 12, undo_s: 60 })).toEqual({ confidential_from_years: 12, undo_s: 60 });
  expect([0, 60, 61, -1, 1.5, null, undefined].map((undo_s) => isUndoSound({ years: "", undo_s }))).toEqual([true, true, false, false, false, false, false]);
  expect([isSame({ undo_s: 1 }, { undo_s: 1, confidential_from_years: null }), isSame({ undo_s: 1 }, { undo_s: 1, confidential_from_years: 12 })]).toEqual([true, false]);
});

describe("on a device that may not read it any more", () => {
  afterEach(() => vi.restoreAllMocks());
  test("a message that was refused goes from sight and from the disk", async () => {
    const rows = new MemoryRows<Row>();
    const told: string[] = [];
    const outbox = new Outbox({
      rows, clock: new FakeClock(), leading: () => true, tell: (note) => { if (note.type === "remove") told.push(note.id); }, onChange: () => {},
      line: { live: true, command: () => Promise.resolve({ type: "result", id: "", ok: false, problem: { status: 404, code: "not_found" } }) } as never,
    });
    const row = await outbox.write("con_a", { body: "Hello?", audience: "everyone", priority: "routine", mentions: [] });
    await settle();
    expect(outbox.of("con_a")).toMatchObject([{ state: "failed", problem: { code: "not_found" } }]);
    outbox.drop(row);
    await settle();
    expect([outbox.of("con_a"), await rows.all(), told]).toEqual([[], [], [row.id]]);
  });
});
