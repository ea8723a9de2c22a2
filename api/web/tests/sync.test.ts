// Proves the road from the wire to the store: a fresh start, replay, gaps, reset, deliveries, reading.
import { describe, expect, test } from "vitest";
import { Http } from "../src/core/http";
import { Store } from "../src/core/store";
import { Sync } from "../src/core/sync";
import type { ConversationEvent, Coverage } from "../src/core/wire";
import { conversation, event, FakeClock, FakeSocket, MARIA, RAMAN, said, settle } from "./fakes";

function make(events: ConversationEvent[]) {
  const clock = new FakeClock();
  const store = new Store((run) => run());
  const asked: string[] = [];
  const sockets: FakeSocket[] = [];
  let state = conversation({ last_seq: events.length, last_number: 4, last_message: { seq: events.length, number: 4, at_ms: 1, author: { id: "per_ortiz", name: "", kind: "staff" }, audience: "everyone", priority: "routine", preview: "" } });
  let away = false;
  let refused: { status: number; code: string } | undefined;
  const answers = (path: string): unknown => {
    const url = new URL(path, "http://x");
    if (url.pathname.endsWith("/events")) {
      const after = url.searchParams.get("after");
      const page = after !== null ? events.filter((one) => one.seq > Number(after)).slice(0, 3) : events.filter((one) => one.seq < Number(url.searchParams.get("before"))).slice(-3);
      const more = after !== null ? (events.at(-1)?.seq ?? 0) > (page.at(-1)?.seq ?? 0) : (page[0]?.seq ?? 1) > 1;
      return { events: page, first_seq: page[0]?.seq ?? 0, last_seq: page.at(-1)?.seq ?? 0, has_more: more };
    }
    if (url.pathname === "/v1/inbox") return { revision: 1, conversations: [state], counts: { total_conversations: 1, unread_conversations: 1, unread_messages: 2, unique_patients: 0, total_messages: 4 } };
    if (url.pathname === "/v1/conversations") return { conversations: [state] };
    return { ...state, members: [] };
  };
  const http = new Http((path) => {
    asked.push(path);
    if (refused !== undefined && path.startsWith("/v1/conversations/")) return Promise.resolve(new Response(JSON.stringify(refused), { status: refused.status }));
    return away ? Promise.reject(new TypeError("connection refused")) : Promise.resolve(new Response(JSON.stringify(answers(path))));
  });
  const sync = new Sync({ http, store, socket_url: "ws://x", clock, open: () => { const socket = new FakeSocket(); sockets.push(socket); return socket; } });
  const last = (): FakeSocket => { const socket = sockets.at(-1); if (!socket) throw new Error("no socket"); return socket; };
  const start = async (): Promise<void> => {
    sync.start();
    last().open();
    last().say({ type: "welcome", version: 1, person: { ...RAMAN }, session_id: "ses", revision: 105, heartbeat_ms: 30_000 });
    last().say({ type: "caught_up", revision: 105 });
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const breathe = async (span_ms: number): Promise<void> => { for (let turn = 0; turn < 6; turn += 1) { await clock.pass(span_ms / 6); await new Promise((resolve) => setTimeout(resolve, 0)); } };
  return { clock, store, sync, asked, last, start, breathe, events, goAway: (is_away: boolean) => { away = is_away; }, refuse: (problem: typeof refused) => { refused = problem; }, setState: (more: Partial<typeof state>) => { state = { ...state, ...more }; } };
}
const history = (): ConversationEvent[] => [event(1, { type: "conversation_created", kind: "group", topic: "x" }), said(2, 1, "a"), said(3, 2, "b"), said(4, 3, "c"), said(5, 4, "d")];
const bodies = (store: Store): string[] => (store.timelines.get("con_a")?.list() ?? []).flatMap((item) => (item.kind === "message" ? [item.body] : []));

describe("sync", () => {
  test("a fresh start loads the inbox and takes the welcome's revision as cursor", async () => {
    const it = make(history());
    await it.start();
    expect(it.sync.loaded).toBe(true);
    expect(it.store.conversations.size).toBe(1);
    expect(it.store.cursor).toBe(105);
  });
  test("a conversation opens on its newest page and grows to the start", async () => {
    const it = make(history());
    await it.start();
    await it.sync.open("con_a");
    expect(bodies(it.store)).toEqual(["a", "b", "c", "d"]);
    expect(it.store.timelines.get("con_a")?.reached_start).toBe(true);
  });
  test("somebody who only looks on, and is sent no events, has what is missing after a look", async () => {
    const it = make(history());
    await it.start();
    it.setState({ my: { ...conversation().my, member: false, may: ["join"] } });
    await it.sync.open("con_a");
    it.events.push(said(6, 5, "e"));
    it.setState({ last_seq: 6, last_number: 5 });
    await it.sync.fetchConversation("con_a");
    await it.breathe(600);
    expect(bodies(it.store)).toEqual(["a", "b", "c", "d", "e"]);
  });
  test("a conversation that was opened while the node was away opens when it is back", async () => {
    const it = make(history());
    await it.start();
    it.goAway(true);
    await expect(it.sync.open("con_a")).rejects.toThrow("unreachable");
    it.last().breakOff();
    await it.breathe(6000);
    it.goAway(false);
    it.last().open();
    it.last().say({ type: "welcome", version: 1, person: { ...RAMAN }, session_id: "ses", revision: 105, heartbeat_ms: 30_000 });
    it.last().say({ type: "caught_up", revision: 105 });
    await it.breathe(600);
    expect(bodies(it.store)).toEqual(["a", "b", "c", "d"]);
  });
  test("a conversation that the node was too busy to show is asked for again", async () => {
    const it = make(history());
    await it.start();
    it.goAway(true);
    await expect(it.sync.open("con_a")).rejects.toThrow("unreachable");
    it.goAway(false);
    await it.breathe(6000);
    expect(bodies(it.store)).toEqual(["a", "b", "c", "d"]);
  });
  test("a gap is fetched and closed in order", async () => {
    const it = make(history());
    await it.start();
    await it.sync.open("con_a");
    it.events.push(said(6, 5, "e"), said(7, 6, "f"), said(8, 7, "g"));
    it.last().say({ type: "event", ...said(8, 7, "g") });
    expect(bodies(it.store)).toEqual(["a", "b", "c", "d"]);
    await it.breathe(600);
    expect(it.asked.some((path) => path.includes("after=5"))).toBe(true);
    expect(bodies(it.store)).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
  });
  test("a patient hears that the team has read, by no name", async () => {
    const it = make(history());
    await it.start();
    await it.sync.open("con_a");
    const { actor: _hidden, ...nameless } = event(6, { type: "read", up_to_seq: 5, up_to_number: 4 });
    it.last().say({ type: "event", ...nameless });
    expect(it.store.timelines.get("con_a")?.team_read_seq).toBe(5);
    expect(it.store.conversations.get("con_a")?.last_seq).toBe(6);
  });
  test("a reset forgets the cursor and fetches anew", async () => {
    const it = make(history());
    await it.start();
    await it.sync.open("con_a");
    it.last().say({ type: "reset", reason: "too old" });
    expect(it.store.cursor).toBeUndefined();
    await it.breathe(600);
    expect(it.asked.filter((path) => path.startsWith("/v1/inbox")).length).toBe(2);
    expect(bodies(it.store)).toEqual(["a", "b", "c", "d"]);
  });
  test("deliveries of others' messages are confirmed once, for the newest", async () => {
    const it = make(history());
    await it.start();
    for (let seq = 6; seq <= 9; seq += 1) it.last().say({ type: "event", ...said(seq, seq - 1, "x") });
    it.last().say({ type: "event", ...said(10, 9, "mine", RAMAN) });
    await it.breathe(1100);
    const confirmed = it.last().sent.filter((frame) => frame["type"] === "command").map((frame) => frame["command"]);
    expect(confirmed).toEqual([{ type: "confirm_delivery", conversation_id: "con_a", seq: 9 }]);
  });
  test("reading is told once, and the delivery with it", async () => {
    const it = make(history());
    await it.start();
    it.sync.markRead("con_a");
    it.sync.markRead("con_a");
    expect(it.store.conversations.get("con_a")?.my.unread).toBe(0);
    await it.breathe(900);
    const sent = it.last().sent.filter((frame) => frame["type"] === "command").map((frame) => (frame["command"] as { type: string }).type);
    expect(sent).toEqual(["mark_read"]);
  });
  test("what was marked as unread is read again, and told again", async () => {
    const it = make(history());
    await it.start();
    const told = () => it.last().sent.filter((frame) => (frame["command"] as { type?: string } | undefined)?.type === "mark_read");
    it.sync.markRead("con_a");
    await it.breathe(900);
    it.last().say({ type: "result", id: told()[0]?.["id"], ok: true });
    await it.breathe(900);
    it.sync.markRead("con_a");
    await it.breathe(900);
    expect(told()).toHaveLength(1);
    const frames: string[] = [];
    it.sync.onOwn = (frame) => frames.push(frame.type);
    it.last().say({ type: "attention_changed", conversation_id: "con_a", attention: { muted: false, marked_unread: true }, reminded: false });
    it.last().say({ type: "scheduled_changed", scheduled: { id: "sch_a", conversation_id: "con_a", at_ms: 1, state: "waiting" } });
    expect([it.store.conversations.get("con_a")?.my.attention?.marked_unread, frames]).toEqual([true, ["attention_changed", "scheduled_changed"]]);
    it.sync.markRead("con_a");
    await it.breathe(900);
    expect(told()).toHaveLength(2);
    expect(it.store.conversations.get("con_a")?.my.attention?.marked_unread).toBe(false);
  });
  test("that the clinic's settings changed is told", async () => {
    const it = make(history());
    await it.start();
    let told = 0;
    it.sync.onSettings = () => { told += 1; };
    it.last().say({ type: "settings_changed" });
    expect(told).toBe(1);
  });
  test("that a task is another one now is told, by its conversation", async () => {
    const it = make(history());
    await it.start();
    const told: string[] = [];
    it.sync.onTask = (id) => told.push(id);
    it.last().say({ type: "task_changed", task_id: "tsk_a", conversation_id: "con_z" });
    expect(told).toEqual(["con_z"]);
  });
  test("who is still there is asked for when somebody left, also where only that is told", async () => {
    const it = make(history());
    await it.start();
    it.asked.length = 0;
    it.last().say({ type: "event", ...event(6, { type: "members_left", people: [MARIA] }) });
    await it.breathe(600);
    expect(it.asked).toContain("/v1/conversations/con_a");
    it.asked.length = 0;
    it.last().say({ type: "event", ...event(7, { type: "identity_asked" }) });
    await it.breathe(600);
    expect(it.asked).toEqual([]);
  });
  test("that one may read less is told: which conversation, or that nobody says which; and that it may be so", async () => {
    const it = make(history());
    await it.start();
    const told: unknown[] = [];
    it.sync.onReach = (lost) => told.push(lost);
    it.last().say({ type: "event", ...event(6, { type: "member_removed", person: MARIA, left: false }) });
    it.last().say({ type: "event", ...event(7, { type: "coverage_ended", person: RAMAN, left: false }) });
    expect(told).toEqual([]);
    it.last().say({ type: "coverage_changed", coverage: { id: "cov_1" } });
    it.last().say({ type: "queue_closed" });
    it.last().say({ type: "event", ...event(8, { type: "coverage_ended", person: RAMAN, left: true }) });
    it.last().say({ type: "event", ...event(9, { type: "member_removed", person: RAMAN, left: false }, RAMAN, "con_unknown") });
    expect(told).toEqual(["none", "all", { conversation_id: "con_a", by: "coverage_ended" }, { conversation_id: "con_unknown", by: "member_removed" }]);
  });
  test("a label or a confidence by which one is out takes it away; only who covered may read it on other grounds", async () => {
    for (const [body, asks] of [[{ type: "labelled", sensitivity: "part_2", left: [RAMAN] }, 1], [{ type: "confidential_changed", confidential: true, left: [MARIA, RAMAN] }, 0]] as const) {
      const it = make(history());
      await it.start();
      const told: unknown[] = [];
      it.sync.onReach = (lost) => told.push(lost);
      const before = it.asked.length;
      it.last().say({ type: "event", ...event(6, { ...body, left: [...body.left] }) });
      expect([told, it.store.conversations.has("con_a"), it.store.timelines.has("con_a")]).toEqual([[{ conversation_id: "con_a", by: body.type }], false, false]);
      await it.clock.pass(400);
      expect(it.asked.slice(before).filter((path) => path === "/v1/conversations/con_a")).toHaveLength(asks);
    }
  });
  test("so is that the node does not show a conversation any more", async () => {
    const it = make(history());
    await it.start();
    const told: unknown[] = [];
    it.sync.onReach = (lost) => told.push(lost);
    it.refuse({ status: 404, code: "not_found" });
    it.last().say({ type: "event", ...event(6, { type: "archived" }) });
    await it.breathe(600);
    expect([told, it.store.conversations.size]).toEqual([[{ conversation_id: "con_a" }], 0]);
  });
  test("nor when it is opened; and what was never held is not lost", async () => {
    const it = make(history());
    await it.start();
    const told: unknown[] = [];
    it.sync.onReach = (lost) => told.push(lost);
    it.refuse({ status: 404, code: "not_found" });
    await expect(it.sync.open("con_a")).rejects.toThrow("not_found");
    expect([told, it.store.conversations.size]).toEqual([[{ conversation_id: "con_a" }], 0]);
    await expect(it.sync.open("con_unknown")).rejects.toThrow("not_found");
    expect(told).toHaveLength(1);
  });
  test("what was asked for before somebody was removed brings nothing back; what was asked for later does", async () => {
    const it = make(history());
    await it.start();
    const late = [it.sync.refresh(), it.sync.fetchConversation("con_a")];
    it.last().say({ type: "event", ...event(6, { type: "member_removed", person: RAMAN, left: false }) });
    await Promise.all(late);
    expect(it.store.conversations.size).toBe(0);
    await it.sync.refresh();
    expect(it.store.conversations.size).toBe(1);
  });
  test("one who was removed holds the conversation no more", async () => {
    const it = make(history());
    await it.start();
    it.last().say({ type: "event", ...event(6, { type: "member_removed", person: RAMAN, left: false }) });
    await settle();
    expect(it.store.conversations.size).toBe(0);
  });
  test("whose coverage ended holds the conversation no more, unless the node shows it on other grounds", async () => {
    const it = make(history());
    await it.start();
    it.setState({ last_seq: 6, my: { ...conversation().my, member: false, basis: "organization_queue", may: ["join"] } });
    it.last().say({ type: "event", ...event(6, { type: "coverage_ended", person: RAMAN, left: true }, RAMAN) });
    await settle();
    expect(it.store.conversations.size).toBe(0);
    await it.breathe(600);
    expect(it.store.conversations.get("con_a")?.my).toMatchObject({ member: false, basis: "organization_queue" });
  });
  test("that another one's coverage ended is asked for: who is a member, and what one may do", async () => {
    const it = make(history());
    await it.start();
    const asked = it.asked.length;
    it.last().say({ type: "event", ...event(6, { type: "coverage_ended", person: { id: "per_other", name: "", kind: "staff" }, left: false }) });
    await it.breathe(600);
    expect(it.asked.slice(asked)).toContain("/v1/conversations/con_a");
    expect(it.store.conversations.size).toBe(1);
  });
  test("how a coverage stands is told, and what one only looks at is asked for again", async () => {
    const it = make(history());
    it.setState({ my: { ...conversation().my, member: false, basis: "coverage", may: ["join"] } });
    await it.start();
    const told: Coverage[] = [];
    it.sync.onCoverage = (one) => told.push(one);
    const asked = it.asked.length;
    const coverage: Coverage = { id: "cov_1", covered: MARIA, covering: RAMAN, from_ms: 1, until_ms: 2, reason: "leave", state: "over", by: MARIA };
    it.last().say({ type: "coverage_changed", coverage });
    await it.breathe(600);
    expect(told).toEqual([coverage]);
    expect(it.asked.slice(asked)).toEqual(["/v1/conversations/con_a"]);
  });
  test("who answers moved: what one may do is asked for once, and the figures are left alone", async () => {
    const it = make(history());
    await it.start();
    it.setState({ care: { stage: "open", party: { role: "front_desk" } } });
    const asked = it.asked.length;
    it.last().say({ type: "event", ...event(6, { type: "responsibility_moved", party: { person: RAMAN } }, RAMAN) });
    it.last().say({ type: "event", ...event(7, { type: "stage_changed", stage: "resolved" }, RAMAN) });
    expect(it.store.conversations.get("con_a")?.care).toMatchObject({ stage: "resolved", party: { person: RAMAN } });
    it.setState({ last_seq: 7, care: { stage: "resolved", party: { person: RAMAN } }, my: { ...conversation().my, may: ["open"] } });
    await it.breathe(600);
    expect(it.asked.slice(asked)).toEqual(["/v1/conversations/con_a"]);
    expect(it.store.conversations.get("con_a")?.my.may).toEqual(["open"]);
    it.setState({ last_seq: 8, care: { stage: "open", party: { person: RAMAN } }, my: { ...conversation().my, may: ["resolve"] } });
    it.last().say({ type: "event", ...said(8, 5, "one more thing") });
    await it.breathe(600);
    expect(it.store.conversations.get("con_a")).toMatchObject({ care: { stage: "open" }, my: { may: ["resolve"] } });
  });
  test("whoever watches the queue says so after a break again, and when they leave", async () => {
    const it = make(history());
    await it.start();
    const told: string[] = [];
    const leave = it.sync.watchQueue({ changed: (change) => told.push(change.conversation_id), closed: () => told.push("closed") });
    const watching = (): unknown[] => it.last().sent.filter((frame) => frame["type"] === "watch_queue").map((frame) => frame["active"]);
    expect(watching()).toEqual([true]);
    it.last().say({ type: "queue_changed", conversation_id: "con_z", revision: 9, care: { stage: "open", party: { role: "nurse" } } });
    it.last().breakOff();
    await it.breathe(6000);
    it.last().open();
    it.last().say({ type: "welcome", version: 1, person: { ...RAMAN }, session_id: "ses", revision: 105, heartbeat_ms: 30_000 });
    expect(watching()).toEqual([true]);
    it.last().say({ type: "queue_closed" });
    leave();
    expect(watching()).toEqual([true, true, false]);
    expect(told).toEqual(["con_z", "closed"]);
  });
  test("one who only looks on asks anew when the queue says that it moved", async () => {
    const it = make(history());
    it.setState({ my: { ...conversation().my, member: false, may: ["join"] } });
    await it.start();
    await it.sync.open("con_a");
    it.events.push(said(6, 5, "e"));
    it.setState({ last_seq: 6, last_number: 5 });
    it.last().say({ type: "queue_changed", conversation_id: "con_a", revision: 106, care: { stage: "open", party: { role: "front_desk" } } });
    await it.breathe(1500);
    expect(bodies(it.store)).toEqual(["a", "b", "c", "d", "e"]);
  });
});
