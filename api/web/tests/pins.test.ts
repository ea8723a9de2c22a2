// Proves pins apart from the screen: who is easily taken for whom, what the node takes, the line, the menu, and when the node is asked.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../src/core/clock";
import { familyOf, givenOf, mayPin, namesakesOf, pinFault, shortName } from "../src/core/pins";
import { Timeline, type Line } from "../src/core/timeline";
import type { Person } from "../src/core/wire";
import type { PinEvent, PinList } from "../src/core/wire-pins";
import { lineWords } from "../src/ui/staff/lines";
import { messageItems } from "../src/ui/staff/menus";
import { pinLine } from "../src/ui/staff/pin-line";
import { lineWords as patientLineWords } from "../src/ui/patient/lines";
import type { Verbs } from "../src/ui/thread/verbs";
import { Chart, createPin, findPatients, namesakes } from "../src/vm/pins.svelte";
import { session } from "../src/vm/session.svelte";
import { todo } from "../src/vm/tasks.svelte";
import { menus } from "../locales/en-staff-menus";
import { conversation, event, FakeClock, MARIA, ORTIZ, patientTask, pinned, RAMAN, said, settle } from "./fakes";

const me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["create_patient_conversation"] };
const person = (id: string, name: string): Person => ({ id, name, kind: "patient", patient: { mrn: `MRN-${id}`, birth_date: "1948-01-02", care_team: [] } });
const told = (seq: number, pin_id: string, patient = MARIA, conversation_id = "con_a"): Parameters<typeof session.store.applyEvent>[0] => event(seq, { type: "pinned", pin_id, patient }, ORTIZ, conversation_id);

afterEach(() => { vi.restoreAllMocks(); todo.forget(); session.store.clear(); session.sync = undefined; session.me = undefined; });

describe("names", () => {
  test("family and given name, without what is no name; as on a door card", () => {
    expect(["Maria Garcia", "Anna Maria Costa", "Leon Price Jr.", "Cher", " "].map(familyOf)).toEqual(["Garcia", "Costa", "Price", "Cher", ""]);
    expect(["Maria Garcia", "Leon Price Jr.", "Cher"].map(givenOf)).toEqual(["Maria", "Leon", ""]);
    expect(["Maria Garcia", "Leon Price Jr.", "Cher"].map(shortName)).toEqual(["Garcia, M.", "Price, L.", "Cher"]);
  });
  test("easily taken for her: the same family name, or one letter more, less, or another; nobody twice, and not herself", () => {
    const names = (...others: string[]): string[] => namesakesOf(MARIA, others.map((name, index) => person(`per_${index}`, name))).map(({ name }) => name);
    expect(names("Marta Garcia", "Noemi GARCÍA", "Maria Garzia", "Mara Garcia", "Maria Garcias", "Leon Garcia III")).toHaveLength(6);
    expect(names("Maria Grace", "Maria Gonzales", "Mario Garzia", "Garcia Lopez", "")).toEqual([]);
    expect(names("Garcia Maria", "García, Maria", "Garzia Maria")).toHaveLength(3);
    const of = (name: string, ...others: string[]): string[] => namesakesOf({ id: "per_x", name }, others.map((other, index) => person(`per_${index}`, other))).map((one) => one.name);
    expect(of("Wei Li", "Li Wei", "Li Wei Jr.", "Wei Chen", "Li Chen")).toEqual(["Li Wei", "Li Wei Jr."]);
    expect(of("Li Wei Ming", "Wei Ming Li", "Ming Li")).toEqual(["Wei Ming Li"]);
    expect(namesakesOf(MARIA, [person(MARIA.id, "Maria Garcia"), person("per_b", "Marta Garcia"), person("per_b", "Marta Garcia")]).map(({ id }) => id)).toEqual(["per_b"]);
    expect(namesakesOf({ id: "per_x", name: "Ann Lee" }, [person("per_y", "Anne Lee"), person("per_z", "Ann Le")]).map(({ id }) => id)).toEqual(["per_y", "per_z"]);
  });
  test("what the node would refuse is known before", () => {
    expect([pinFault(" ", 0), pinFault("x", 0), pinFault("", 1), pinFault("", 100), pinFault("", 101)]).toEqual(["missing", undefined, undefined, undefined, "many"]);
    expect([pinFault("x".repeat(8000), 0), pinFault("x".repeat(8001), 0), pinFault("漢".repeat(2667), 1)]).toEqual([undefined, "long", "long"]);
  });
});

describe("who may, and the line", () => {
  const message = { kind: "message", seq: 2, number: 1, at_ms: 0, author: MARIA, on_behalf_of: null, audience: "everyone", priority: "routine", body: "x", mentions: [], reply_to: null, version: 1, edited_at_ms: null, retracted: null, acknowledged: [] } as const;
  const about = conversation({ kind: "patient", patient: patientTask().patient ?? null });
  const run = vi.fn();
  const items = (of = about, more: object = {}): ReturnType<typeof messageItems> => messageItems({ ...message, mentions: [], ...more }, RAMAN.id, false, { ask: run } as unknown as Verbs, of);
  const offered = (...args: Parameters<typeof items>): string[] => items(...args).map(({ label }) => label).filter((label) => label.startsWith("Pin"));

  test("in the menu of a message: by name where it is clear whose chart; not of what was retracted, not for those who do not work with patients", () => {
    session.me = me;
    expect([offered(), offered(conversation()), offered(about, { retracted: { at_ms: 1 } })]).toEqual([["Pin to Garcia, M.…"], [menus.pinChart], []]);
    expect(offered({ ...about, kind: "care_room" })).toEqual(["Pin to Garcia, M.…"]);
    items().find(({ label }) => label.startsWith("Pin"))?.run();
    expect(run).toHaveBeenCalledWith("pin", expect.objectContaining({ seq: 2 }));
    expect([mayPin(me, undefined), mayPin(undefined, about), mayPin(me, { ...about, my: { ...about.my, basis: "break_glass" } })]).toEqual([false, false, false]);
    for (const other of [{ ...me, permissions: [] }, { ...me, person: { ...me.person, kind: "patient" as const } }]) { session.me = other; expect(offered()).toEqual([]); }
  });
  test("one line for the staff, none for the patient", () => {
    const line = { kind: "line", ...told(6, "pin_a") } as Line;
    expect([pinLine(line, "per_x"), pinLine(line, ORTIZ.id)]).toEqual(["Jamie Ortiz pinned something to Maria Garcia's chart", "You pinned something to Maria Garcia's chart"]);
    expect([lineWords(line, RAMAN.id), patientLineWords(line, MARIA.id), pinLine({ ...line, event: { type: "archived" } }, RAMAN.id)]).toEqual(["", "", ""]);
    const timeline = new Timeline();
    timeline.applyPage([said(1, 1, "a"), told(2, "pin_a")], 1, 2, 1);
    expect(timeline.list().map(({ kind }) => kind)).toEqual(["message", "line"]);
  });
});

describe("asked of the node", () => {
  let clock: FakeClock;
  let asked: { path: string; options: unknown }[];
  let answer: (path: string) => unknown;
  const list = (...pins: PinList["pins"]): PinList => ({ pins, more: false });
  const looks = (): number => asked.filter(({ path }) => path.endsWith("/pins")).length;
  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
    answer = () => list(pinned());
    session.me = me;
    vi.spyOn(systemClock, "after").mockImplementation((delay_ms, run) => clock.after(delay_ms, run));
    vi.spyOn(globalThis, "requestAnimationFrame").mockImplementation((run) => { queueMicrotask(() => run(0)); return 0; });
    vi.spyOn(session.http, "ask").mockImplementation((async (path: string, options: unknown) => { asked.push({ path, options }); return answer(path); }) as never);
    for (const id of ["con_a", "con_b"]) {
      session.store.putConversation(conversation({ id }));
      session.store.timeline(id).applyPage([1, 2, 3, 4].map((seq) => event(seq, { type: "archived" }, ORTIZ, id)).concat(told(5, "pin_a", MARIA, id)), 1, 5, 1);
    }
  });
  const tell = async (...events: PinEvent[] | Parameters<typeof session.store.applyEvent>[0][]): Promise<void> => {
    for (const one of events as Parameters<typeof session.store.applyEvent>[0][]) session.store.applyEvent(one);
    await vi.waitFor(() => expect((session.store as unknown as { flush_due: boolean }).flush_due).toBe(false));
    await clock.pass(300);
  };

  test("when it is shown, and once for each pin that is not there yet, from whichever conversation; not while it is not shown", async () => {
    const chart = new Chart("con_a", MARIA.id);
    const leave = chart.show();
    await settle();
    chart.hear();
    await clock.pass(300);
    expect([asked.map(({ path }) => path), chart.look.held?.pins.length]).toEqual([["/v1/conversations/con_a/pins"], 1]);
    await tell(said(6, 5, "f"));
    expect(looks()).toBe(1);
    answer = () => list(pinned({ id: "pin_b" }), pinned());
    await tell(told(7, "pin_b"));
    expect([looks(), chart.look.held?.pins.length]).toEqual([2, 2]);
    await tell(told(6, "pin_c", MARIA, "con_b"), said(8, 6, "g")); // it is not in the answer: no second question
    await tell(said(9, 7, "h"));
    expect(looks()).toBe(3);
    await tell(told(10, "pin_d", { ...MARIA, id: "per_other" }));
    expect(looks()).toBe(3);
    leave();
    await tell(told(11, "pin_e"));
    expect(looks()).toBe(3);
  });
  test("what is older than all that are listed is among those that are not", async () => {
    answer = () => ({ pins: [pinned({ id: "pin_z", at_ms: 1_800_000_000_000 })], more: true });
    const leave = new Chart("con_a", MARIA.id);
    const stop = leave.show();
    await settle();
    leave.hear();
    await clock.pass(300);
    expect(looks()).toBe(1);
    stop();
  });
  test("news of the tasks in a conversation are none of its chart", async () => {
    const stop = new Chart("con_a", MARIA.id).show();
    await settle();
    void todo.changed("con_a");
    await clock.pass(300);
    expect(looks()).toBe(1);
    stop();
  });
  test("a pin is one request with its id, and what is shown is asked for", async () => {
    const stop = new Chart("con_a", MARIA.id).show();
    await settle();
    const wish = { patient_id: MARIA.id, mrn: "MRN-10240", birth_date: "1984-03-12", seqs: [2, 4], summary: "Sore" };
    await createPin("con_b", wish, "one");
    expect(asked.at(-1)).toEqual({ path: "/v1/conversations/con_b/pins", options: { method: "POST", body: wish, command_id: "one" } });
    await clock.pass(300);
    expect(asked.at(-1)?.path).toBe("/v1/conversations/con_a/pins");
    stop();
  });
  test("who is of a similar name is looked up by both names; nothing for nothing", async () => {
    answer = (path) => ({ patients: path.includes("Garcia") ? [person(MARIA.id, "Maria Garcia"), person("per_b", "Marta Garcia")] : [person("per_c", "Maria Garzia"), person("per_d", "Maria Lopez")] });
    expect((await namesakes(MARIA)).found.map(({ id }) => id)).toEqual(["per_b", "per_c"]);
    expect(asked.map(({ path }) => path)).toEqual(["/v1/patients?q=Garcia&limit=200", "/v1/patients?q=Maria&limit=200"]);
    expect([await findPatients(""), asked.length]).toEqual([[], 2]);
    await namesakes({ id: "per_x", name: "Cher" });
    expect(asked).toHaveLength(3);
  });
  test("the family name is looked up without what is no letter of it, and each name also without its accents", async () => {
    answer = () => ({ patients: [] });
    await namesakes({ id: "per_x", name: "Leon Price, Jr." });
    await namesakes({ id: "per_x", name: "Noemi García" });
    expect(asked.map(({ path }) => new URL(path, "http://x").searchParams.get("q"))).toEqual(["Price", "Leon", "García", "Garcia", "Noemi"]);
  });
  test("an answer as long as was asked for may not be all of them", async () => {
    const many = (count: number) => ({ patients: Array.from({ length: count }, (_, index) => person(`per_${index}`, "Maria Lopez")) });
    answer = (path) => (path.includes("Maria") ? many(199) : { patients: [] });
    expect(await namesakes(MARIA)).toEqual({ found: [], all: true });
    answer = (path) => (path.includes("Maria") ? many(200) : { patients: [person("per_b", "Marta Garcia")] });
    expect(await namesakes(MARIA)).toMatchObject({ found: [{ id: "per_b" }], all: false });
  });
});
