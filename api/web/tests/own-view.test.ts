// Proves one's own view of conversations: what is put away, unread, counted; what waits to be sent, taken back once, put back into the box.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isUnread } from "../src/core/attention";
import { Refusal } from "../src/core/http";
import { chosenIn, faultOf, laterChoices, messageOf, withScheduled } from "../src/core/later";
import { isPutAway, unreadToCount } from "../src/core/put-away";
import { Store } from "../src/core/store";
import type { Attention, Conversation, Scheduled, SendMessage } from "../src/core/wire";
import { wishOf } from "../src/ui/staff/keyboard";
import { conversationItems, statusItems } from "../src/ui/staff/menus";
import { attend, attendNow, resolveOrPutAway } from "../src/ui/staff/own-deeds";
import { ownItems } from "../src/ui/staff/own-menu";
import { Composer, isTaken, putBack } from "../src/vm/composer.svelte";
import { dropDrafts } from "../src/vm/drafts";
import { own } from "../src/vm/own.svelte";
import { session } from "../src/vm/session.svelte";
import type { ThreadView } from "../src/vm/thread.svelte";
import { own as words } from "../locales/en-staff-own";
import { beginEdit, cancelEdit } from "../src/vm/edits";
import { conversation, event, MARIA, ORTIZ, RAMAN, said } from "./fakes";

const attention = (more: Partial<Attention> = {}): Attention => ({ muted: false, marked_unread: false, ...more });
const seen = (more: Partial<Attention> | undefined, unread = 0): Conversation => {
  const one = conversation();
  return { ...one, my: { ...one.my, unread, ...(more === undefined ? {} : { attention: attention(more) }) } };
};
const message: SendMessage = { body: "Come on @Jamie Ortiz", audience: "team", priority: "urgent", mentions: [{ person_id: ORTIZ.id }, { role: "front_desk" }], reply_to: 3 };
const scheduled = (more: Partial<Scheduled> = {}): Scheduled => ({ id: "sch_a", conversation_id: "con_a", at_ms: 2_000, state: "waiting", message, ...more });
const refusal = (code: string, status = 409): Refusal => new Refusal({ status, code });

afterEach(() => { vi.restoreAllMocks(); own.forget(); dropDrafts(); session.store.clear(); session.sync = undefined; session.link = { state: "stopped" }; });

describe("what follows from it", () => {
  test("put away until the next message", () => {
    expect([isPutAway(seen(undefined)), isPutAway(seen({})), isPutAway(seen({ put_away_number: 4 })), isPutAway(seen({ put_away_number: 3 }))]).toEqual([false, false, true, false]);
    expect(isPutAway({ ...seen({ put_away_number: 0 }), last_number: 0 })).toBe(true);
  });
  test("unread by a message or by one's own word; counted is neither what is muted nor what is put away", () => {
    expect([isUnread(seen(undefined)), isUnread(seen({ marked_unread: true })), isUnread(seen({}, 1))]).toEqual([false, true, true]);
    expect([unreadToCount(seen({}, 2)), unreadToCount(seen({ muted: true }, 2)), unreadToCount(seen({ put_away_number: 4 }, 2)), unreadToCount(seen({ marked_unread: true }))]).toEqual([2, 0, 0, 0]);
  });
  test("the store keeps it through messages, brings back what was put away, and takes the mark away with reading", () => {
    const store = new Store((run) => run());
    store.me = { ...RAMAN, title: "MD" };
    store.putConversation(conversation());
    store.setAttention("con_a", attention({ put_away_number: 4, muted: true, marked_unread: true }));
    const held = (): Conversation => store.conversations.get("con_a") as Conversation;
    expect(isPutAway(held())).toBe(true);
    store.applyEvent(said(6, 5, "x", MARIA));
    expect([isPutAway(held()), held().my.attention?.muted, held().my.unread]).toEqual([false, true, 3]);
    store.read("con_a", 6, 5);
    expect([isUnread(held()), held().my.attention?.muted]).toEqual([false, true]);
    store.applyEvent(event(7, { type: "read", person: ORTIZ, up_to_seq: 6, up_to_number: 5 }, ORTIZ));
    expect(held().my.attention?.muted).toBe(true);
    store.setAttention("con_unknown", attention());
    expect(store.conversations.size).toBe(1);
  });
});

describe("menus and keys", () => {
  const labels = (one: Conversation): string[] => ownItems(one, () => {}, true).map((item) => item.label);
  test("what is so already is offered the other way round", () => {
    expect(labels(seen(undefined))).toEqual([words.putAway, words.mute, words.markUnread, words.remind]);
    expect(labels(seen({ put_away_number: 4, muted: true, marked_unread: true }))).toEqual([words.takeOut, words.unmute, words.remind]);
  });
  test("whoever only looks on is offered nothing, and offline each says why not", () => {
    const one = seen(undefined);
    expect(labels({ ...one, my: { ...one.my, member: false } })).toEqual([]);
    expect(ownItems(one, () => {}, false).every((item) => item.off && item.note === words.offline)).toBe(true);
  });
  test("archiving for oneself says how it differs from archiving for everybody, beside it", () => {
    session.link = { state: "live" };
    const items = conversationItems(seen(undefined), () => {}, () => {}).filter((item) => item.label.startsWith("Archive"));
    expect(items.map(({ label, note }) => [label, note])).toEqual([["Archive (for me)", words.putAwayNote], ["Archive", expect.stringContaining("For everybody")]]);
  });
  test("the staff's own scheduled messages are behind the status", () => {
    const run = vi.fn();
    const me = { person: { id: "per_a", kind: "staff" as const, name: "A" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
    statusItems(me, () => {}, run).find((item) => item.label === "Scheduled messages…")?.run();
    expect(run).toHaveBeenCalledOnce();
  });
  test("E, U and 4", () => {
    expect(["e", "u", "4"].map((key) => wishOf(new KeyboardEvent("keydown", { key })))).toEqual(["archive", "mark_unread", "put_away"]);
  });
});

describe("deeds", () => {
  test("what is so already is done; another refusal is told", async () => {
    const ask = vi.spyOn(session.http, "ask").mockRejectedValueOnce(refusal("nothing_to_do"));
    await attend("con_a", { step: "mute", muted: true }, "one");
    expect(ask).toHaveBeenCalledWith("/v1/conversations/con_a/attention", { method: "POST", body: { step: "mute", muted: true }, command_id: "one" });
    ask.mockRejectedValueOnce(refusal("not_a_member"));
    await expect(attend("con_a", { step: "remind" })).rejects.toThrow("not_a_member");
  });
  test("without a connection nothing is asked and nothing is queued", async () => {
    const ask = vi.spyOn(session.http, "ask");
    await attendNow({ id: "con_a" }, { step: "put_away" });
    expect(ask).not.toHaveBeenCalled();
    expect(own.notices).toEqual([{ trouble: words.offline }]);
  });
  test("what went wrong is told once, under the header", async () => {
    session.link = { state: "live" };
    vi.spyOn(session.http, "ask").mockRejectedValue(refusal("not_a_member"));
    await attendNow({ id: "con_a" }, { step: "put_away" });
    await attendNow({ id: "con_a" }, { step: "put_away" });
    expect(own.notices).toEqual([{ trouble: words.problems["not_a_member"] }]);
  });
  test("E resolves for the patient, and archives what is resolved, also before the node has said that it may not be resolved again", async () => {
    session.link = { state: "live" };
    const asked: unknown[] = [];
    vi.spyOn(session.http, "ask").mockImplementation((path, options) => { asked.push([path, options?.body]); return Promise.resolve() as Promise<never>; });
    for (const stage of ["open", "resolved"] as const) {
      session.store.putConversation({ ...seen({}), kind: "patient", care: { stage }, my: { ...seen({}).my, may: ["resolve"] } });
      await resolveOrPutAway("con_a");
    }
    expect(asked).toEqual([["/v1/conversations/con_a/care", { step: "resolve" }], ["/v1/conversations/con_a/attention", { step: "put_away" }]]);
  });
  test("what was just read is told before the mark, so that it does not take the mark away", async () => {
    session.link = { state: "live" };
    session.store.putConversation(seen(undefined));
    const order: string[] = [];
    const run = vi.fn(({ type }: { type: string }) => { order.push(type); return Promise.resolve(); });
    session.sync = { reads: { drop: () => {} }, commands: { run }, fetchConversation: () => Promise.resolve() } as unknown as NonNullable<typeof session.sync>;
    vi.spyOn(session.http, "ask").mockImplementation((path) => { order.push(path); return Promise.resolve() as Promise<never>; });
    await attendNow({ id: "con_a" }, { step: "mark_unread" });
    expect(order).toEqual(["mark_read", "/v1/conversations/con_a/attention"]);
  });
});

describe("times ahead", () => {
  const at = (day: number, hours: number, minutes = 0, seconds = 0): number => new Date(2026, 10, day, hours, minutes, seconds).getTime();
  test("in an hour, to the full minute, the next morning, and Monday", () => {
    // 2026-11-25 is a Wednesday
    expect(laterChoices(at(25, 10, 5, 20))).toEqual([{ key: "hour", at_ms: at(25, 11, 6) }, { key: "morning", at_ms: at(26, 8) }, { key: "monday", at_ms: at(30, 8) }]);
  });
  test("on a Sunday tomorrow is Monday, said once", () => {
    expect(laterChoices(at(29, 10)).map(({ key }) => key)).toEqual(["hour", "morning"]);
  });
  test("it must be ahead, and within a year", () => {
    expect([faultOf(undefined, 5), faultOf(5, 5), faultOf(6, 5), faultOf(366 * 86_400_000, 5)]).toEqual(["missing", "before", undefined, "far"]);
  });
});

describe("what waits to be sent", () => {
  test("the earliest first; what is over is gone; a frame without words keeps those known", () => {
    const list = [scheduled({ id: "sch_b", at_ms: 3_000 }), scheduled()].reduce<readonly Scheduled[]>(withScheduled, []);
    expect(list.map(({ id }) => id)).toEqual(["sch_a", "sch_b"]);
    const { message: _, ...frame } = scheduled({ state: "refused", code: "archived" });
    expect(withScheduled(list, frame)[0]).toEqual({ ...frame, message });
    expect(withScheduled(list, scheduled({ state: "sent" })).map(({ id }) => id)).toEqual(["sch_b"]);
    expect(withScheduled(list, scheduled({ state: "removed" })).map(({ id }) => id)).toEqual(["sch_b"]);
  });
  test("sent now it is the same message, with nothing else on it", () => {
    expect(messageOf(message)).toEqual(message);
    expect(messageOf({ body: "x", audience: "everyone", priority: "routine", reply_to: null, seq: 1 } as unknown as SendMessage)).toEqual({ body: "x", audience: "everyone", priority: "routine", mentions: [] });
  });
  test("its mentions have their names again, and who is gone is not mentioned", () => {
    const members = [{ person_id: ORTIZ.id, name: ORTIZ.name, kind: ORTIZ.kind }];
    expect(chosenIn(message, members).map(({ name }) => name)).toEqual(["Jamie Ortiz", "front-desk"]);
    expect(chosenIn(message, []).map(({ name }) => name)).toEqual(["front-desk"]);
  });
  test("words", () => {
    expect(words.scheduled(1, "Mon 8:00")).toBe("1 message will be sent Mon 8:00");
    expect(words.scheduled(2, "Mon 8:00")).toBe("2 messages will be sent, the next Mon 8:00");
    expect(words.refused(1, "Why.")).toBe("A scheduled message was not sent. Why.");
  });
});

describe("listened to", () => {
  type Frame = Parameters<NonNullable<typeof session.sync>["onOwn"]>[0];
  let sync: { onOwn: (frame: Frame) => void };
  let answers: Record<string, unknown>;
  let asked: string[];
  let somebody = 0;
  beforeEach(() => {
    sync = { onOwn: () => {} };
    asked = [];
    answers = { "/v1/scheduled": { scheduled: [scheduled()] }, "/v1/conversations?scope=mine": { conversations: [] } };
    session.sync = sync as unknown as NonNullable<typeof session.sync>;
    session.me = { person: { ...RAMAN, id: `per_raman_own${(somebody += 1)}`, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
    vi.spyOn(session.http, "ask").mockImplementation(((path: string, options?: { command_id?: string }) => {
      asked.push(`${path} ${options?.command_id ?? ""}`.trim());
      const answer = answers[path];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    }) as never);
  });

  test("a reminder is one notice, each conversation once", async () => {
    await own.look();
    const frame: Frame = { type: "attention_changed", conversation_id: "con_a", attention: attention({ marked_unread: true }), reminded: true };
    sync.onOwn({ ...frame, reminded: false });
    expect(own.notices).toEqual([]);
    sync.onOwn(frame);
    sync.onOwn(frame);
    expect(own.notices).toEqual([{ conversation_id: "con_a" }]);
  });
  test("what a break hid is asked for: the view, and a reminder whose time came meanwhile", async () => {
    session.store.putConversation(seen({ remind_at_ms: 5 }));
    await own.look(true);
    expect(asked).toEqual(["/v1/scheduled"]);
    answers["/v1/conversations?scope=mine"] = { conversations: [seen({ marked_unread: true })] };
    await own.look(true);
    expect(session.store.conversations.get("con_a")?.my.attention).toEqual(attention({ marked_unread: true }));
    expect(own.notices).toEqual([{ conversation_id: "con_a" }]);
    asked.length = 0;
    await own.look();
    expect(asked).toEqual(["/v1/scheduled"]);
  });
  test("what was sent does not come back with an older answer", async () => {
    await own.look();
    sync.onOwn({ type: "scheduled_changed", scheduled: scheduled({ state: "sent", message: null }) });
    expect(own.scheduled).toEqual([]);
    own.hear(scheduled());
    await own.look();
    expect(own.scheduled).toEqual([]);
  });
  test("what another device scheduled is asked for with its words", async () => {
    await own.look();
    answers["/v1/scheduled"] = { scheduled: [scheduled(), scheduled({ id: "sch_b" })] };
    sync.onOwn({ type: "scheduled_changed", scheduled: scheduled({ id: "sch_b", message: null }) });
    await vi.waitFor(() => expect(own.scheduled.every((one) => one.message)).toBe(true));
    expect(own.scheduled).toHaveLength(2);
  });
  test("taken back it is gone; what was gone before is not handed out a second time", async () => {
    await own.look();
    expect(await own.takeBack(scheduled())).toBe(true);
    expect(own.scheduled).toEqual([]);
    answers["/v1/scheduled/sch_b"] = refusal("not_found", 404);
    expect(await own.takeBack(scheduled({ id: "sch_b" }))).toBe(false);
  });
  test("in doubt it stays, whatever is told meanwhile, and is asked again with the same id", async () => {
    await own.look();
    answers["/v1/scheduled/sch_a"] = refusal("unreachable", 0);
    await expect(own.takeBack(scheduled())).rejects.toThrow("unreachable");
    sync.onOwn({ type: "scheduled_changed", scheduled: scheduled({ state: "removed", message: null }) });
    answers["/v1/scheduled"] = { scheduled: [] };
    await own.look();
    expect(own.scheduled.map(({ id }) => id)).toEqual(["sch_a"]);
    delete answers["/v1/scheduled/sch_a"];
    expect(await own.takeBack(scheduled())).toBe(true);
    const ids = asked.filter((one) => one.startsWith("/v1/scheduled/sch_a")).map((one) => one.split(" ")[1]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
    expect(own.scheduled).toEqual([]);
  });
  test("whoever comes next sees nothing of it", async () => {
    await own.look();
    own.tell("x");
    own.forget();
    expect([own.scheduled, own.notices, own.state]).toEqual([[], [], "loading"]);
  });
});

describe("the box", () => {
  const view = (id: string): ThreadView => ({ id, conversation: undefined, clearNew: () => {} }) as unknown as ThreadView;
  test("what goes later is what would go now", () => {
    const composer = new Composer(view("con_a"), 3);
    composer.take({ text: message.body, audience: "team", behalf: false, priority: "urgent", chosen: [{ name: "Jamie Ortiz", mention: { person_id: ORTIZ.id }, detail: "" }] });
    expect(composer.message(message.body)).toEqual({ ...message, mentions: [{ person_id: ORTIZ.id }] });
    composer.sent();
    expect([composer.text, composer.priority]).toEqual(["", "routine"]);
  });
  test("words come back to the open box of their conversation and thread, and to the draft of one that is closed", () => {
    const [here, thread] = [new Composer(view("con_a"), undefined), new Composer(view("con_a"), 3)];
    const closes = [here.open(), thread.open()];
    const draft = { text: "Again", audience: "team" as const, behalf: false, priority: "urgent" as const, chosen: [] };
    putBack("con_a", 3, draft);
    expect([here.text, thread.text, thread.audience, thread.priority]).toEqual(["", "Again", "team", "urgent"]);
    for (const close of closes) close();
    putBack("con_a", undefined, draft);
    expect([here.text, new Composer(view("con_a"), undefined).text]).toEqual(["", "Again"]);
  });
  test("there is no room for them where others are: a draft, what is in an open box, or a message that is being edited", () => {
    const box = new Composer(view("con_a"), 3);
    const close = box.open();
    expect([isTaken("con_a", 3), isTaken("con_a", undefined)]).toEqual([false, false]);
    beginEdit(box, { seq: 2, body: "" } as unknown as Parameters<typeof beginEdit>[1], []);
    expect([isTaken("con_a", 3), isTaken("con_a", undefined), isTaken("con_b", 3)]).toEqual([true, false, false]);
    cancelEdit(box);
    box.text = "Words";
    expect(isTaken("con_a", 3)).toBe(true);
    close();
    expect(isTaken("con_a", 3)).toBe(true);
  });
});
