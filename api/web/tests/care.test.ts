// Proves who answers for a patient conversation after each event, what is said of it in words, and what is offered.
import { describe, expect, test, vi } from "vitest";
import { careAfter, holderOf } from "../src/core/care";
import { Store } from "../src/core/store";
import type { Line } from "../src/core/timeline";
import type { Ability, Care, ConversationEvent, EventBody, Party } from "../src/core/wire";
import { answers, nameOf } from "../src/ui/staff/answers";
import { careItems } from "../src/ui/staff/care-menu";
import { careLine } from "../src/ui/staff/care-line";
import { lineWords, partiesBefore } from "../src/ui/staff/lines";
import { lineWords as patientLineWords } from "../src/ui/patient/lines";
import { conversation, event, MARIA, ORTIZ, RAMAN, said } from "./fakes";

const pool: Care = { stage: "open", party: { role: "front_desk" }, since_ms: 1 };
const held: Care = { stage: "open", party: { person: ORTIZ }, since_ms: 1 };
const after = (care: Care | null, ...events: ConversationEvent[]): Care | null => events.reduce<Care | null>((now, one) => careAfter(now, one) ?? null, care);
const line = (seq: number, body: EventBody, actor = ORTIZ): Line => ({ kind: "line", ...event(seq, body, actor) }) as Line;

describe("who answers", () => {
  test("moves when it is moved, and the hand-over ends with it", () => {
    const offered = after(held, event(6, { type: "hand_over_offered", to: RAMAN, expires_at_ms: 9 }));
    expect(offered).toMatchObject({ party: { person: ORTIZ }, hand_over: { to: RAMAN, by: ORTIZ, at_ms: event(6, { type: "archived" }).at_ms, expires_at_ms: 9 } });
    const accepted = after(offered, event(7, { type: "responsibility_moved", party: { person: RAMAN } }, RAMAN));
    expect(accepted).toMatchObject({ stage: "open", party: { person: RAMAN }, hand_over: null, since_ms: event(7, { type: "archived" }).at_ms });
    expect(holderOf(accepted)?.id).toBe(RAMAN.id);
  });
  test("stays where it is when a hand-over is declined, and with a mention", () => {
    const care = after(held, event(6, { type: "hand_over_offered", to: RAMAN, expires_at_ms: 9 }), event(7, { type: "hand_over_ended", to: RAMAN, how: "declined" }, RAMAN), said(8, 5, "@Priya Raman", ORTIZ, { mentions: [{ person_id: RAMAN.id }] }));
    expect(care).toMatchObject({ party: { person: ORTIZ }, hand_over: null });
  });
  test("what is resolved is open again with a message that the patient may see, and not with a note", () => {
    const resolved = after(pool, event(6, { type: "stage_changed", stage: "resolved" }));
    expect(after(resolved, said(7, 5, "fyi", ORTIZ, { audience: "team" }))?.stage).toBe("resolved");
    expect(after(resolved, said(7, 5, "hello?", MARIA))).toEqual({ ...pool, stage: "open" });
  });
  test("what is closed stays closed whatever is written", () => {
    const closed = after(pool, event(6, { type: "stage_changed", stage: "closed" }));
    expect(after(closed, said(7, 5, "by the way"))?.stage).toBe("closed");
    expect(after(closed, event(7, { type: "stage_changed", stage: "open" }))?.stage).toBe("open");
  });
  test("an event that moves nothing leaves the same object", () => {
    expect(careAfter(pool, said(6, 5, "x"))).toBe(pool);
    expect(careAfter(undefined, said(6, 5, "x"))).toBeUndefined();
  });
  test("a patient is told the stage and no party", () => {
    expect(after({ stage: "open" }, event(6, { type: "stage_changed", stage: "closed" }))).toEqual({ stage: "closed" });
  });
});

describe("in the store", () => {
  const make = (): Store => {
    const store = new Store(() => {});
    store.me = { ...RAMAN, title: "MD" };
    store.putConversation(conversation({ kind: "patient", care: pool }));
    return store;
  };
  test("an event moves it at once", () => {
    const store = make();
    store.applyEvent(event(6, { type: "responsibility_moved", party: { person: ORTIZ } }));
    expect(store.conversations.get("con_a")?.care).toMatchObject({ party: { person: ORTIZ } });
  });
  test("an answer that was under way does not move it back", () => {
    const store = make();
    store.applyEvent(event(6, { type: "responsibility_moved", party: { person: ORTIZ } }));
    store.putConversation(conversation({ kind: "patient", care: pool }));
    expect(store.conversations.get("con_a")?.care).toMatchObject({ party: { person: ORTIZ } });
    store.putConversation(conversation({ kind: "patient", care: pool, last_seq: 6 }));
    expect(store.conversations.get("con_a")?.care).toEqual(pool);
  });
  test("it opens again by itself when the patient writes", () => {
    const store = make();
    store.applyEvent(event(6, { type: "stage_changed", stage: "resolved" }));
    store.applyEvent(said(7, 5, "one more thing", MARIA));
    expect(store.conversations.get("con_a")?.care?.stage).toBe("open");
  });
});

describe("in words", () => {
  test("who answers, always", () => {
    expect([pool, held].map((care) => answers(care, RAMAN.id))).toEqual(["Front desk answers", "Jamie Ortiz answers"]);
    expect(answers(held, ORTIZ.id)).toBe("You answer");
    expect(answers({ stage: "open", party: { role: "nurse" } }, "")).toBe("Nurses answer");
    expect(nameOf({ stage: "open", party: { role: "something_new" } })).toBe("something_new");
  });
  test("one line each, for the staff", () => {
    const moved = (party: Party, actor = ORTIZ, before?: Party): string => lineWords(line(6, { type: "responsibility_moved", party }, actor), RAMAN.id, before);
    expect(moved({ person: ORTIZ })).toBe("Jamie Ortiz took it");
    expect(moved({ person: ORTIZ }, ORTIZ, { role: "nurse" })).toBe("Jamie Ortiz took it");
    expect(moved({ person: ORTIZ }, ORTIZ, { person: RAMAN })).toBe("Jamie Ortiz took it over from you");
    expect(moved({ person: ORTIZ }, RAMAN)).toBe("You assigned it to Jamie Ortiz");
    expect(moved({ role: "front_desk" }, ORTIZ, { person: ORTIZ })).toBe("Jamie Ortiz gave it back to the front desk");
    expect(moved({ role: "nurse" }, ORTIZ, { role: "front_desk" })).toBe("Jamie Ortiz moved it to the nurses");
    expect(lineWords(line(6, { type: "hand_over_offered", to: RAMAN, expires_at_ms: 9 }), RAMAN.id)).toBe("Jamie Ortiz asked you to take over");
    expect(careLine(line(6, { type: "hand_over_ended", to: ORTIZ, how: "declined" }), RAMAN.id)).toBe("Jamie Ortiz declined to take over");
    expect(careLine(line(6, { type: "hand_over_ended", to: ORTIZ, how: "withdrawn" }, RAMAN), RAMAN.id)).toBe("You withdrew the hand-over to Jamie Ortiz");
    expect((["open", "resolved", "closed"] as const).map((stage) => lineWords(line(6, { type: "stage_changed", stage }), RAMAN.id))).toEqual([
      "Jamie Ortiz opened it again", "Jamie Ortiz marked it as resolved", "Jamie Ortiz closed it for the patient",
    ]);
  });
  test("who answered before is known from what is held", () => {
    const items = [line(3, { type: "responsibility_moved", party: { person: ORTIZ } }), line(5, { type: "renamed", topic: "x" }), line(6, { type: "responsibility_moved", party: { person: RAMAN } }, RAMAN)];
    expect([...partiesBefore(items)]).toEqual([[6, { person: ORTIZ }]]);
  });
  test("patients read that it is closed and open again, by no name, and nothing else", () => {
    expect((["closed", "open"] as const).map((stage) => patientLineWords(line(6, { type: "stage_changed", stage }), MARIA.id))).toEqual([
      "Your care team closed this conversation", "Your care team opened this conversation again",
    ]);
    expect(patientLineWords(line(6, { type: "responsibility_moved", party: { person: ORTIZ } }), MARIA.id)).toBe("");
  });
});

describe("what is offered", () => {
  const offered = (may: Ability[], care: Care): string[] => careItems(conversation({ kind: "patient", care, my: { ...conversation().my, may } }), { step: () => {}, ask: () => {} }, RAMAN.id).map((item) => item.label);
  test("exactly what is allowed", () => {
    expect(offered([], pool)).toEqual([]);
    expect(offered(["send", "take", "assign", "return", "resolve", "close"], pool)).toEqual(["Take", "Assign to…", "Move to another pool…", "Mark as resolved", "Close for the patient…"]);
    expect(offered(["return", "hand_over", "withdraw", "open"], held)).toEqual(["Hand over to…", "Withdraw the hand-over", "Give back to a pool…", "Open again"]);
  });
  test("what nobody holds is taken at once; from a person only after a question that names them", () => {
    const step = vi.fn();
    const ask = vi.fn();
    const take = (care: Care): void => careItems(conversation({ care, my: { ...conversation().my, may: ["take"] } }), { step, ask }, RAMAN.id)[0]?.run();
    take(pool);
    expect(step).toHaveBeenCalledWith({ step: "take" });
    take(held);
    expect(step).toHaveBeenCalledTimes(1);
    expect(ask).toHaveBeenCalledWith({ what: "take_over", from: ORTIZ });
  });
});
