// Proves what calls one: whom a message means, as the node counts it; the mark on the conversation and in the figures, also where it is muted;
// what is announced of it; the filter, in a list of 10,000; and that with the first answer a thread is followed.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { follows, means } from "../src/core/calls";
import { isCalled, unreadToCount } from "../src/core/put-away";
import { Store } from "../src/core/store";
import type { Attention, Conversation, My } from "../src/core/wire";
import { hear } from "../src/ui/staff/calls";
import { wishOf } from "../src/ui/staff/keyboard";
import ListPane from "../src/ui/staff/ListPane.svelte";
import { actions } from "../src/ui/staff/parts";
import { announcer } from "../src/vm/announce.svelte";
import { attention } from "../src/vm/attention.svelte";
import { own } from "../src/vm/own.svelte";
import { router } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { text } from "../src/core/i18n";
import { calls as words } from "../locales/en-staff-calls";
import { list } from "../locales/en-staff-list";
import { none } from "../locales/en-staff-list-none";
import { conversation, event, MARIA, ORTIZ, RAMAN, said } from "./fakes";

const ATTENTION = "/v1/conversations/con_a/attention";
const my = (more: Partial<My> = {}): My => ({ member: true, first_seq: 1, read_seq: 3, read_number: 2, unread: 2, may: ["send"], ...more });
const seen = (more: Partial<Attention>): Attention => ({ muted: false, marked_unread: false, ...more });
const held = (): Conversation => session.store.conversations.get("con_a") as Conversation;
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(700); await tick(); };
const spoken = (): string => announcer.polite.trim();
let asked: { path: string; body: unknown }[];
let fetched: string[];
let answer: Partial<My>;

beforeAll(async () => { await actions.load(); });
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  [asked, fetched, answer] = [[], [], {}];
  announcer.polite = "";
  attention.here = true;
  session.link = { state: "live" };
  session.loaded = true;
  session.me = { person: { ...RAMAN, title: "MD", roles: ["physician"] }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
  session.store.me = session.me.person;
  session.sync = {
    refresh: () => Promise.resolve(),
    fetchConversation: (id: string) => {
      fetched.push(id);
      session.store.putConversation({ ...held(), my: { ...held().my, ...answer } });
      return Promise.resolve(held());
    },
  } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { body }: { body?: unknown } = {}) => { asked.push({ path, body }); return {}; }) as never);
});
afterEach(async () => {
  cleanup();
  session.store.clear();
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  own.forget();
  session.me = session.sync = undefined;
  session.loaded = attention.here = false;
  session.link = { state: "stopped" };
  router.go("inbox");
});

/** As sync does it: the store first. */
async function comes(one: ReturnType<typeof said>, live = true): Promise<void> {
  session.store.applyEvent(one);
  const heard = hear(one, live);
  await after();
  await heard;
}

describe("whom it means", () => {
  const me = { id: RAMAN.id, roles: ["physician" as const] };
  test("by name, or by role", () => {
    expect([means([{ person_id: RAMAN.id }], me), means([{ role: "physician" }], me), means([{ role: "nurse" }, { person_id: ORTIZ.id }], me), means(undefined, me), means([{ role: "nurse" }], { id: "x" })])
      .toEqual([true, true, false, false, false]);
  });
  test("whoever began a thread follows it unless they said otherwise, others if they said so; who began it may not be known", () => {
    const said_of = { my: my({ attention: seen({ threads: [{ seq: 2, follows: false }, { seq: 3, follows: true }] }) }) };
    expect([follows(said_of, 2, "me", "me"), follows(said_of, 3, "other", "me"), follows(said_of, 4, "me", "me"), follows(said_of, 4, "other", "me"), follows(said_of, 4, undefined, "me")])
      .toEqual([false, true, true, false, undefined]);
  });
  test("calls until it is read; muted it is counted then, put away it is not", () => {
    const one = (more: Partial<My>): Conversation => conversation({ my: my(more) });
    expect([isCalled(one({})), isCalled(one({ called_seq: 5 })), isCalled(one({ called_seq: 5, read_seq: 5 }))]).toEqual([false, true, false]);
    const muted = seen({ muted: true });
    expect([unreadToCount(one({ attention: muted })), unreadToCount(one({ attention: muted, called_seq: 5 })), unreadToCount(one({ attention: muted, called_seq: 2 })), unreadToCount(one({ attention: seen({ put_away_number: 4 }), called_seq: 5 }))])
      .toEqual([0, 2, 0, 0]);
  });
  test("an answer that is older than what is held does not take the mark away", () => {
    const store = new Store((run) => run());
    store.putConversation(conversation({ last_seq: 9, my: my({ called_seq: 9 }) }));
    store.putConversation(conversation({ last_seq: 8 }));
    expect(store.conversations.get("con_a")?.my.called_seq).toBe(9);
    store.putConversation(conversation({ last_seq: 9 }));
    expect(store.conversations.get("con_a")?.my.called_seq).toBeUndefined();
  });
});

describe("a message that comes", () => {
  const mention = (seq: number, more = {}): ReturnType<typeof said> => said(seq, seq - 1, "@Priya Raman", ORTIZ, { mentions: [{ person_id: RAMAN.id }], ...more });

  test("and mentions one marks the conversation and is announced, though it is muted; other messages in it are not", async () => {
    session.store.putConversation(conversation({ my: my({ attention: seen({ muted: true }) }) }));
    await comes(said(6, 5, "to all"));
    expect([spoken(), isCalled(held())]).toEqual(["", false]);
    await comes(mention(7));
    expect([spoken(), held().my.called_seq]).toEqual([words.mentionedElsewhere, 7]);
    router.go("team", "con_a");
    await comes(mention(8));
    expect(spoken()).toBe(words.mentioned);
    session.store.read("con_a", 8, 7);
    expect(isCalled(held())).toBe(false);
  });
  test("is announced as before where it means nobody, and STAT is not told twice", async () => {
    session.store.putConversation(conversation({ my: my() }));
    await comes(said(6, 5, "to all"));
    expect(spoken()).toBe(text.thread.arrivedElsewhere);
    announcer.polite = "";
    await comes(mention(7, { priority: "stat" }));
    expect([spoken(), isCalled(held())]).toEqual(["", true]);
  });
  test("after a break marks and is not announced", async () => {
    session.store.putConversation(conversation({ my: my() }));
    await comes(mention(6), false);
    expect([spoken(), isCalled(held())]).toEqual(["", true]);
  });
  test("answers in a thread that one began, or follows; where it is not known who began it, the node is asked once for many", async () => {
    session.store.putConversation(conversation({ my: my({ attention: seen({ muted: true, threads: [{ seq: 3, follows: true }] }) }) }));
    await comes(said(6, 5, "a", ORTIZ, { reply_to: 3 }));
    expect([spoken(), held().my.called_seq, fetched]).toEqual([words.answeredElsewhere, 6, []]);
    // its first message is held
    session.store.timeline("con_a").applyPage([said(4, 4, "mine", RAMAN), said(5, 5, "theirs")], 4, 6, 1);
    await comes(said(7, 6, "b", ORTIZ, { reply_to: 5 }));
    expect(held().my.called_seq).toBe(6);
    await comes(said(8, 7, "c", ORTIZ, { reply_to: 4 }));
    expect(held().my.called_seq).toBe(8);
    announcer.polite = "";
    answer = { called_seq: 10 };
    session.store.applyEvent(said(9, 8, "d", ORTIZ, { reply_to: 1 }));
    session.store.applyEvent(said(10, 9, "e", ORTIZ, { reply_to: 1 }));
    const both = [hear(said(9, 8, "d", ORTIZ, { reply_to: 1 }), true), hear(said(10, 9, "e", ORTIZ, { reply_to: 1 }), true)];
    await after();
    await Promise.all(both);
    expect([spoken(), fetched]).toEqual([words.answeredElsewhere, ["con_a"]]);
  });
  test("is retracted, or edited so that it means one: the node says what calls now", async () => {
    session.store.putConversation(conversation({ my: my({ called_seq: 5 }) }));
    answer = { called_seq: undefined };
    await comes(event(6, { type: "message_retracted", target_seq: 4 }));
    expect([fetched, isCalled(held())]).toEqual([[], true]);
    await comes(event(7, { type: "message_retracted", target_seq: 5 }));
    expect([fetched, isCalled(held())]).toEqual([["con_a"], false]);
    answer = { called_seq: 4 };
    await comes(event(8, { type: "message_edited", target_seq: 4, version: 2, body: "@physician", mentions: [{ role: "physician" }] }));
    expect([fetched.length, isCalled(held())]).toEqual([2, true]);
  });
  test("missed during a break is known again from the node", async () => {
    session.store.putConversation(conversation({ my: my() }));
    vi.mocked(session.http.ask).mockImplementation((async (path: string) => (path === "/v1/scheduled" ? { scheduled: [] } : { conversations: [conversation({ my: my({ called_seq: 5 }) })] })) as never);
    await own.look(true);
    await own.look(true);
    expect(isCalled(held())).toBe(true);
  });
});

describe("one's own answer", () => {
  const posted = (): unknown[] => asked.filter(({ path }) => path === ATTENTION).map(({ body }) => body);
  const mine = (seq: number, reply_to: number): ReturnType<typeof said> => said(seq, seq - 1, "me too", RAMAN, { reply_to });

  test("follows the thread, once, quietly, and not where one said otherwise, began it, or it is told only after a break", async () => {
    session.store.putConversation(conversation({ my: my() }));
    session.store.timeline("con_a").applyPage([said(2, 2, "theirs"), said(3, 3, "mine", RAMAN)], 2, 5, 1);
    await comes(mine(6, 2));
    expect([posted(), spoken()]).toEqual([[{ step: "follow", seq: 2, follows: true }], ""]);
    session.store.setAttention("con_a", seen({ threads: [{ seq: 2, follows: false }] }));
    await comes(mine(7, 2));
    await comes(mine(8, 3));
    await comes(mine(9, 1), false);
    await comes(said(10, 9, "no answer", RAMAN));
    expect(posted()).toHaveLength(1);
  });
});

describe("the list", () => {
  const COUNT = 10_000;
  const nth = (at: number, more: Partial<My> = {}): Conversation => conversation({
    id: `con_${at}`, kind: "patient", topic: `Topic ${at}`, created_at_ms: COUNT - at, patient: { id: `per_${at}`, name: MARIA.name, mrn: `MRN-${at}`, birth_date: "1984-03-12", state: "active" }, my: my(more),
  });
  const ids = (): (string | undefined)[] => [...document.querySelectorAll<HTMLElement>("a[data-conversation]")].map((one) => one.dataset["conversation"]);

  test("of 10,000 shows those that call, muted ones too; one that is read stays until the filter is chosen again, and then there is nothing", async () => {
    const folding = vi.spyOn(String.prototype, "normalize");
    for (let at = 0; at < COUNT; at += 1) session.store.putConversation(nth(at, at === 7 ? { called_seq: 5 } : at === 9_000 ? { called_seq: 5, attention: seen({ muted: true }) } : at === 9 ? { called_seq: 5, attention: seen({ put_away_number: 4 }) } : {}));
    await after();
    render(ListPane, { section: "inbox", current: undefined, onnew: () => {}, onbrowse: () => {} });
    await after();
    folding.mockClear();
    const filter = (): HTMLElement => screen.getByRole("button", { name: list.calledOnly });
    await fireEvent.click(filter());
    await after();
    expect(ids()).toEqual(["con_7", "con_9000"]);
    expect(folding.mock.calls.length).toBeLessThanOrEqual(2);
    expect([...document.querySelectorAll("a[data-conversation]")].map((one) => [one.querySelector(".at")?.textContent, one.textContent?.includes(`${list.calls},`)])).toEqual([["@", true], ["@", true]]);
    session.store.putConversation(nth(7, { read_seq: 5, unread: 0 }));
    await after();
    expect([ids(), document.querySelectorAll(".at").length]).toEqual([["con_7", "con_9000"], 1]);
    session.store.putConversation(nth(9_000, { read_seq: 5, unread: 0 }));
    await after();
    await fireEvent.click(filter());
    await after();
    expect([ids(), screen.getByText(none.noneCalled).tagName]).toEqual([[], "P"]);
  });
  test("is filtered so with the 5 key", () => {
    expect(wishOf({ key: "5", target: document.body } as never)).toBe("called");
  });
});
