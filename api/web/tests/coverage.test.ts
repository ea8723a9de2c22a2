// Proves coverage: what its end does to a conversation that is held, what may be asked for, usual ends, the words, and what is news of it.
import { beforeEach, describe, expect, test, vi } from "vitest";
import { careAfter } from "../src/core/care";
import { beginOf, coveragesOf, coveredBy, faultsOf, fieldOf, fieldsOf, grantOf, phaseOf, timeOf, usualEnds, withCoverage, type Wish } from "../src/core/coverage";
import { Format } from "../src/core/format";
import { fits, withHeld } from "../src/core/queue";
import { Store } from "../src/core/store";
import type { Line } from "../src/core/timeline";
import type { Author, Care, Coverage, EventBody, Me, Person } from "../src/core/wire";
import { answers } from "../src/ui/staff/answers";
import { careItems } from "../src/ui/staff/care-menu";
import { bannerWords, coverageWords, newsWords } from "../src/ui/staff/coverage-words";
import { careLine } from "../src/ui/staff/care-line";
import { partiesBefore } from "../src/ui/staff/lines";
import { statusItems } from "../src/ui/staff/menus";
import { permittedTo } from "../src/ui/staff/permitted";
import { lineWords as patientLineWords } from "../src/ui/patient/lines";
import { coverage as words } from "../locales/en-staff-coverage";
import { coverages } from "../src/vm/coverage.svelte";
import { covers } from "../src/vm/covers.svelte";
import { session } from "../src/vm/session.svelte";
import { conversation, event, MARIA, ORTIZ, RAMAN } from "./fakes";

const OKAFOR: Author = { id: "per_okafor", name: "Chidi Okafor", kind: "staff", title: "MD" };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (day: number, hours = 0, minutes = 0): number => new Date(2026, 10, day, hours, minutes).getTime();
/** A Friday. */
const NOW = at(27, 16, 30);
const one = (more: Partial<Coverage> = {}): Coverage => ({ id: "cov_1", covered: OKAFOR, covering: RAMAN, from_ms: NOW, until_ms: at(30, 8), reason: "annual leave", state: "running", by: OKAFOR, ...more });
const ended = (left: boolean, more: Partial<Extract<EventBody, { type: "coverage_ended" }>> = {}): EventBody => ({ type: "coverage_ended", person: RAMAN, left, ...more });
const covering: Care = { stage: "open", party: { person: RAMAN }, since_ms: 1, covering: { person: RAMAN, covered: OKAFOR, until_ms: at(30, 8) } };

describe("when it ends, in a conversation", () => {
  test("who was covered answers again, and nobody covers", () => {
    expect(careAfter({ ...covering, hand_over: { to: ORTIZ, by: RAMAN, at_ms: 1, expires_at_ms: 9 } }, event(6, ended(true, { party: { person: OKAFOR } }), RAMAN)))
      .toMatchObject({ stage: "open", party: { person: OKAFOR }, since_ms: event(6, ended(true)).at_ms, covering: null, hand_over: null, on_behalf_of: null });
  });
  test("a patient, who knows no party, sees that nobody covers any more", () => {
    const { party: _party, ...seen } = covering;
    expect(careAfter(seen, event(6, ended(true), RAMAN))).toEqual({ stage: "open", since_ms: 1, covering: null });
  });
  test("that another one is gone changes nothing of who answers", () => {
    expect(careAfter(covering, event(6, { type: "coverage_ended", person: ORTIZ, left: true }, ORTIZ))).toBe(covering);
  });
  test("when somebody else answers, the one who covered does not any more", () => {
    expect(careAfter(covering, event(6, { type: "responsibility_moved", party: { person: ORTIZ } }))?.covering).toBeNull();
    expect(careAfter(covering, event(6, { type: "member_removed", person: RAMAN }))).toMatchObject({ party: null, covering: null });
  });
  test("who came by it is no member any more; who was one before stays", () => {
    const store = new Store(() => {});
    store.me = { ...ORTIZ, title: "MA" };
    const members = [RAMAN, ORTIZ].map(({ id, name, kind }) => ({ person_id: id, name, kind }));
    store.putConversation(conversation({ kind: "patient", care: covering, members }));
    store.applyEvent(event(6, ended(false, { party: { person: OKAFOR } }), RAMAN));
    expect(store.conversations.get("con_a")).toMatchObject({ member_count: 3, care: { party: { person: OKAFOR }, covering: null } });
    store.applyEvent(event(7, ended(true), RAMAN));
    expect(store.conversations.get("con_a")).toMatchObject({ member_count: 2, my: { member: true } });
    expect(store.conversations.get("con_a")?.members?.map((member) => member.person_id)).toEqual([ORTIZ.id]);
  });
  test("whose own it was has no part in it any more", () => {
    const store = new Store(() => {});
    store.me = { ...RAMAN, title: "MD" };
    store.putConversation(conversation({ kind: "patient", care: covering }));
    store.applyEvent(event(6, ended(true), RAMAN));
    expect(store.conversations.get("con_a")?.my).toMatchObject({ member: false, may: [] });
  });
});

describe("the list", () => {
  test("is in the order in which they begin, and without what is over", () => {
    const later = one({ id: "cov_2", from_ms: NOW + DAY_MS, state: "planned" });
    expect([later, one()].reduce(withCoverage, [] as readonly Coverage[]).map(({ id }) => id)).toEqual(["cov_1", "cov_2"]);
    expect(withCoverage([one(), later], one({ state: "over" })).map(({ id }) => id)).toEqual(["cov_2"]);
  });
  test("what was ended before its time is over at once", () => {
    expect([phaseOf(one()), phaseOf(one({ ended_by: OKAFOR }))]).toEqual(["running", "over"]);
  });
  test("says for whom one covers now", () => {
    const list = [one(), one({ id: "cov_2", state: "planned" }), one({ id: "cov_3", covering: OKAFOR, covered: RAMAN })];
    expect(coveredBy(list, RAMAN.id).map(({ id }) => id)).toEqual(["cov_1"]);
  });
  test("says which of them opens a conversation, as far as it can be told", () => {
    const other = one({ id: "cov_2", covered: ORTIZ });
    const now = [one(), other];
    const ids = (more: Parameters<typeof conversation>[0], basis = "coverage"): string[] => coveragesOf(conversation({ my: { ...conversation().my, basis }, ...more }), now, RAMAN.id).map(({ id }) => id);
    expect(ids({ care: { stage: "open", party: { person: OKAFOR } } })).toEqual(["cov_1"]);
    expect(ids({ care: { stage: "open", party: { role: "nurse" } }, members: [{ person_id: ORTIZ.id, name: "", kind: "staff" }] })).toEqual(["cov_2"]);
    expect(ids({ care: { stage: "open", party: { role: "nurse" } } })).toEqual(["cov_1", "cov_2"]);
    expect(ids({ care: covering }, "member")).toEqual(["cov_1"]);
    expect(ids({ care: { stage: "open", party: { person: ORTIZ } } }, "member")).toEqual(["cov_2"]);
    expect(ids({ care: { stage: "open", party: { role: "nurse" } } }, "member")).toEqual([]);
  });
});

describe("usual ends", () => {
  const ends = (begin_ms: number): string[] => usualEnds(begin_ms).map(({ key, at_ms }) => `${key} ${fieldsOf(at_ms).day} ${fieldsOf(at_ms).time}`);
  test("on a Friday", () => expect(ends(NOW)).toEqual(["today 2026-11-27 23:59", "morning 2026-11-28 08:00", "monday 2026-11-30 08:00"]));
  test("on a Sunday tomorrow is Monday", () => expect(ends(at(29, 12))).toEqual(["today 2026-11-29 23:59", "morning 2026-11-30 08:00"]));
  test("on a Monday, before and after eight", () => {
    expect(ends(at(30, 7))).toEqual(["today 2026-11-30 23:59", "morning 2026-12-01 08:00", "monday 2026-11-30 08:00"]);
    expect(ends(at(30, 8))).toEqual(["today 2026-11-30 23:59", "morning 2026-12-01 08:00", "monday 2026-12-07 08:00"]);
  });
  test("in the last minute of a day it cannot end with the day", () => expect(ends(at(28, 23, 59))).toEqual(["morning 2026-11-29 08:00", "monday 2026-11-30 08:00"]));
});

describe("what is asked for", () => {
  const wish = (more: Partial<Wish> = {}): Wish => ({ covered_id: "per_me", covering_id: "per_b", begins: "now", from_ms: undefined, until_ms: NOW + HOUR_MS, reason: "leave", ...more });
  const faults = (more: Partial<Wish>): unknown => faultsOf(wish(more), NOW);
  test("goes as it is, and for oneself without a name", () => {
    expect(grantOf(wish({ reason: " leave " }), "per_me", NOW)).toEqual({ covering_id: "per_b", until_ms: NOW + HOUR_MS, reason: "leave" });
    expect(grantOf(wish({ covered_id: "per_c", begins: "later", from_ms: NOW + 1 }), "per_me", NOW)).toEqual({ covered_id: "per_c", covering_id: "per_b", from_ms: NOW + 1, until_ms: NOW + HOUR_MS, reason: "leave" });
    expect(grantOf(wish({ reason: "" }), "per_me", NOW)).toBeUndefined();
  });
  test("needs two people, who are not one", () => {
    expect(faults({ covered_id: undefined, covering_id: undefined })).toEqual({ covered: "missing", covering: "missing" });
    expect(faults({ covering_id: "per_me" })).toEqual({ covering: "missing" });
  });
  test("ends after it begins, later than now, and within 92 days", () => {
    expect([undefined, NOW, NOW + 92 * DAY_MS, NOW + 92 * DAY_MS + 1].map((until_ms) => faults({ until_ms }))).toEqual([{ until: "missing" }, { until: "before" }, {}, { until: "far" }]);
    expect(faults({ begins: "later", from_ms: NOW + 2 * HOUR_MS })).toEqual({ until: "before" });
    // what lies behind begins now
    expect(faults({ begins: "later", from_ms: NOW - 100 * DAY_MS })).toEqual({});
    expect(beginOf({ begins: "later", from_ms: NOW - 1 }, NOW)).toBe(NOW);
  });
  test("begins at a time that was chosen, within a year", () => {
    const far = NOW + 366 * DAY_MS;
    expect(faults({ begins: "later" })).toEqual({ from: "missing" });
    expect([faults({ begins: "later", from_ms: far, until_ms: far + 1 }), faults({ begins: "later", from_ms: far + 1, until_ms: far + 2 })]).toEqual([{}, { from: "far" }]);
  });
  test("has a reason of 500 bytes at most", () => {
    expect(["  ", "x".repeat(500), "ü".repeat(251)].map((reason) => faults({ reason }))).toEqual([{ reason: "missing" }, {}, { reason: "long" }]);
  });
  test("has words for everything that can be wrong", () => {
    const all = [faults({ covered_id: undefined, covering_id: undefined, begins: "later", until_ms: undefined, reason: "" }), faults({ until_ms: NOW }), faults({ until_ms: NOW + 93 * DAY_MS }), faults({ begins: "later", from_ms: NOW + 367 * DAY_MS }), faults({ reason: "x".repeat(501) })];
    for (const some of all) for (const [field, why] of Object.entries(some as Record<string, string>)) expect(words.faults[field]?.[why], `${field} ${why}`).toBeTruthy();
    for (const code of ["invalid", "forbidden", "cannot_hold", "coverage_overlaps", "too_many"]) expect(words.problems[code]).toBeTruthy();
    expect(["cannot_hold", "coverage_overlaps", "forbidden", "too_many", "invalid"].map(fieldOf)).toEqual(["covering", "until", undefined, undefined, undefined]);
  });
  test("fields hold a time in the zone of the person, or none", () => {
    expect(timeOf(...Object.values(fieldsOf(NOW)) as [string, string])).toBe(NOW);
    expect([timeOf("", "08:00"), timeOf("2026-11-27", ""), timeOf("x", "y")]).toEqual([undefined, undefined, undefined]);
  });
});

describe("in words", () => {
  const format = new Format("en-US");
  const line = (seq: number, body: EventBody, actor = RAMAN): Line => ({ kind: "line", ...event(seq, body, actor) }) as Line;
  test("who answers covers for somebody", () => {
    expect([answers(covering, ORTIZ.id), answers(covering, RAMAN.id)]).toEqual(["Priya Raman, covering for Chidi Okafor", "You answer, covering for Chidi Okafor"]);
    expect(answers({ ...covering, party: { person: ORTIZ } }, RAMAN.id)).toBe("Jamie Ortiz answers");
  });
  test("the line on top: the time alone when it is today, the weekday and the date otherwise, and why", () => {
    expect(bannerWords(one(), format, NOW)).toBe("You cover for Chidi Okafor until Mon, Nov 30, 08:00 AM: annual leave");
    expect(bannerWords({ covered: OKAFOR, until_ms: at(30, 8) }, format, at(30, 7))).toBe("You cover for Chidi Okafor until 08:00 AM.");
  });
  test("the list, to each who reads it", () => {
    const say = (coverage: Coverage, me: string): string => coverageWords(coverage, me, format, words);
    expect([RAMAN, OKAFOR, ORTIZ].map((me) => say(one(), me.id))).toEqual([
      "You cover for Chidi Okafor until Mon, Nov 30, 08:00 AM", "Priya Raman covers for you until Mon, Nov 30, 08:00 AM", "Priya Raman covers for Chidi Okafor until Mon, Nov 30, 08:00 AM",
    ]);
    expect([RAMAN, OKAFOR].map((me) => say(one({ state: "planned" }), me.id))).toEqual([
      "You will cover for Chidi Okafor from Fri, Nov 27, 04:30 PM until Mon, Nov 30, 08:00 AM", "Priya Raman will cover for you from Fri, Nov 27, 04:30 PM until Mon, Nov 30, 08:00 AM",
    ]);
  });
  test("what it means, before it is arranged", () => {
    expect(words.effect(undefined, "Mon, 8:00", "Priya Raman", undefined)).toBe("From now until Mon, 8:00 Priya Raman can read and answer your patient conversations, not direct messages. It ends by itself.");
    expect(words.effect("Fri", "Mon", "Priya Raman", "Chidi Okafor")).toContain("From Fri until Mon Priya Raman can read and answer Chidi Okafor's patient conversations");
  });
  test("what is news", () => {
    const news = (["planned", "running", "over", "off"] as const).map((what) => newsWords({ coverage: one(), what }, format, NOW));
    expect(news).toEqual([
      "You will cover for Chidi Okafor from Fri, Nov 27, 04:30 PM until Mon, Nov 30, 08:00 AM.", "You now cover for Chidi Okafor until Mon, Nov 30, 08:00 AM.",
      "Your coverage for Chidi Okafor has ended.", "You will not cover for Chidi Okafor after all.",
    ]);
  });
  test("one line in the conversation, for the staff", () => {
    const say = (body: EventBody, me = ORTIZ.id): string => careLine(line(6, body), me);
    expect(say(ended(true, { party: { person: OKAFOR } }))).toBe("Priya Raman's coverage for Chidi Okafor ended. Chidi Okafor answers again");
    expect(say(ended(true, { party: { person: OKAFOR } }), OKAFOR.id)).toBe("Priya Raman's coverage for you ended. You answer again");
    expect(say(ended(false, { party: { person: OKAFOR } }), RAMAN.id)).toBe("Your coverage for Chidi Okafor ended. Chidi Okafor answers again");
    expect(say(ended(true, { party: { role: "front_desk" } }))).toBe("Priya Raman's coverage ended. It is back with the front desk");
    expect(say(ended(true))).toBe("Priya Raman's coverage ended, and they left");
  });
  test("who answered before a move is known after it", () => {
    const items = [line(3, { type: "responsibility_moved", party: { person: RAMAN } }), line(4, ended(true, { party: { person: OKAFOR } })), line(5, ended(true)), line(6, { type: "responsibility_moved", party: { person: ORTIZ } }, ORTIZ)];
    expect([...partiesBefore(items)]).toEqual([[6, { person: OKAFOR }]]);
  });
  test("patients read it only if somebody left", () => {
    expect(patientLineWords(line(6, ended(true)), MARIA.id)).toBe("Priya Raman is not covering for your care team any more");
    expect(patientLineWords(line(6, ended(false)), MARIA.id)).toBe("");
  });
});

describe("what is offered", () => {
  const me = (permissions: string[], kind: Person["kind"] = "staff"): Me => ({ person: { id: "per_a", kind, name: "A" }, session_id: "ses_a", expires_at_ms: 0, workspace: { name: "Clinic" }, permissions });
  test("coverage beside the status: to who answers for patients and to administrators", () => {
    const labels = (one: Me): string[] => statusItems(one, () => {}, () => {}).map((item) => item.label);
    for (const permission of ["create_patient_conversation", "manage_people"]) expect(labels(me([permission])).at(-1)).toBe("Coverage…");
    expect(labels(me(["read_people", "read_audit"]))).not.toContain("Coverage…");
    expect(labels(me(["create_patient_conversation"], "partner"))).not.toContain("Coverage…");
  });
  test("arranging it where one answers oneself, and to administrators where somebody does", () => {
    const ask = vi.fn();
    const items = (who: string, administers = false) => careItems(conversation({ kind: "patient", care: covering, my: { ...conversation().my, member: false, may: [] } }), { step: () => {}, ask }, who, administers);
    expect(items(ORTIZ.id)).toEqual([]);
    expect(items(ORTIZ.id, true).map((item) => item.label)).toEqual(["Arrange coverage…"]);
    items(RAMAN.id)[0]?.run();
    expect(ask).toHaveBeenCalledWith({ what: "coverage", covered: RAMAN });
  });
  test("the queue for as long as one covers", () => {
    expect([permittedTo(me([]), true).queue, permittedTo(me([])).queue, permittedTo(me(["organization_queue"])).queue]).toEqual([true, false, true]);
  });
  test("what belongs to the filter of somebody", () => {
    const filter = { stage: "open", party: "per_okafor" } as const;
    expect([fits({ stage: "open", party: { person: OKAFOR } }, filter, RAMAN.id), fits(covering, filter, RAMAN.id), fits({ stage: "open", party: { role: "nurse" } }, filter, RAMAN.id)]).toEqual([true, false, false]);
  });
  test("a row of the queue keeps for whom is covered, as long as the same one answers", () => {
    const row = conversation({ kind: "patient", care: { stage: "open", party: { person: RAMAN } } });
    const held = conversation({ kind: "patient", care: covering, my: { ...conversation().my, member: false } });
    expect(withHeld(row, held).care?.covering?.covered.id).toBe(OKAFOR.id);
    expect(withHeld({ ...row, care: { stage: "open", party: { person: ORTIZ } } }, held).care?.covering).toBeNull();
  });
});

describe("what is news of it", () => {
  let answer: Coverage[] | undefined;
  const sync = { onCoverage: (_: Coverage): void => {} };
  const news = (): string[] => coverages.notices.map(({ coverage, what }) => `${coverage.id} ${what}`);
  let somebody = 0;
  const mine = (more: Partial<Coverage> = {}): Coverage => one({ covering: { ...RAMAN, id: session.me?.person.id ?? "" }, ...more });
  beforeEach(() => {
    session.sync = sync as unknown as NonNullable<typeof session.sync>;
    session.me = { person: { ...RAMAN, id: `per_raman${(somebody += 1)}`, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
    vi.spyOn(session.http, "ask").mockImplementation(() => (answer === undefined ? Promise.reject(new Error("away")) : Promise.resolve({ coverages: answer })) as Promise<never>);
  });
  test("nothing the first time; then each step once", async () => {
    answer = [mine()];
    await coverages.look();
    expect([news(), covers.now.length]).toEqual([[], 1]);
    sync.onCoverage(mine());
    expect(news()).toEqual([]);
    sync.onCoverage(mine({ ended_by: OKAFOR }));
    sync.onCoverage(mine({ ended_by: OKAFOR, state: "over" }));
    expect([news(), covers.now.length]).toEqual([["cov_1 over"], 0]);
  });
  test("granted, begun, ended; the newest step of each is shown until it is put away", async () => {
    answer = [];
    await coverages.look();
    const steps = [mine({ state: "planned" }), mine(), mine({ state: "over" })].map((step) => { sync.onCoverage(step); return news()[0]; });
    expect(steps).toEqual(["cov_1 planned", "cov_1 running", "cov_1 over"]);
    for (const notice of coverages.notices) coverages.putAway(notice);
    expect(news()).toEqual([]);
  });
  test("what never began is no coverage that ended", async () => {
    answer = [mine({ state: "planned" })];
    await coverages.look();
    sync.onCoverage(mine({ state: "over", ended_by: OKAFOR }));
    expect(news()).toEqual(["cov_1 off"]);
  });
  test("that somebody covers for oneself is no news, and in the list", async () => {
    answer = [];
    await coverages.look();
    sync.onCoverage(mine({ covered: mine().covering, covering: OKAFOR }));
    expect([news(), coverages.list.length, covers.now.length]).toEqual([[], 1, 0]);
  });
  test("what was missed during a break is told after it", async () => {
    answer = [mine(), mine({ id: "cov_2", state: "planned" })];
    await coverages.look();
    answer = [mine({ id: "cov_2" })];
    await coverages.look();
    expect(news().sort()).toEqual(["cov_1 over", "cov_2 running"]);
    expect(covers.now.map(({ id }) => id)).toEqual(["cov_2"]);
  });
  test("nothing of it is left to who comes next", async () => {
    answer = [mine()];
    await coverages.look();
    sync.onCoverage(mine({ state: "over" }));
    sync.onCoverage(mine());
    coverages.forget();
    expect([news(), coverages.list, covers.now, coverages.state]).toEqual([[], [], [], "loading"]);
  });
  test("what is told while the list is under way is newer than the list", async () => {
    answer = [mine()];
    const looking = coverages.look();
    sync.onCoverage(mine({ state: "over" }));
    await looking;
    expect(coverages.list).toEqual([]);
  });
  test("a list that does not come is said to, and what was there stays", async () => {
    answer = undefined;
    await coverages.look();
    expect(coverages.state).toBe("failed");
    answer = [mine()];
    await coverages.look();
    answer = undefined;
    await coverages.look();
    expect([coverages.state, coverages.list.length]).toEqual(["ready", 1]);
  });
});
