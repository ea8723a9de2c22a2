// Proves a reply in another one's name: named first, sent once with its token, both names on it everywhere, and what each refusal leaves.
import { describe, expect, test } from "vitest";
import { careAfter } from "../src/core/care";
import { entriesOf } from "../src/core/entries";
import { Format } from "../src/core/format";
import { Http, Refusal } from "../src/core/http";
import { Store } from "../src/core/store";
import { Timeline, type Line } from "../src/core/timeline";
import type { Care, ConversationEvent, SendMessage } from "../src/core/wire";
import { careItems } from "../src/ui/staff/care-menu";
import { careLine } from "../src/ui/staff/care-line";
import { lineWords as patientLineWords } from "../src/ui/patient/lines";
import { signatureOf } from "../src/ui/thread/words";
import { nextAfter, ReplyFor } from "../src/vm/on-behalf";
import { conversation, event, MARIA, ORTIZ, RAMAN, said } from "./fakes";

const words: SendMessage = { body: "She will call you at two.", audience: "everyone", priority: "routine", mentions: [] };
const forRaman = (seq: number, number: number, body = "x"): ConversationEvent => ({ ...said(seq, number, body), on_behalf_of: RAMAN });

describe("confirmed, then sent", () => {
  const make = (answers: [number, unknown][]) => {
    const asked: { path: string; id: string | undefined; body: unknown }[] = [];
    const http = new Http((path, init) => {
      asked.push({ path, id: (init?.headers as Record<string, string>)["idempotency-key"], body: JSON.parse(String(init?.body)) });
      const [status, answer] = answers.shift() ?? [500, {}];
      return Promise.resolve(new Response(JSON.stringify(answer), { status }));
    });
    return { asked, reply: new ReplyFor(http, "con_a", RAMAN, words) };
  };
  const token = (value: string): [number, unknown] => [201, { token: value, expires_at_ms: 1, author: ORTIZ, on_behalf_of: RAMAN }];

  test("what was named is what goes, with its token", async () => {
    const { asked, reply } = make([token("one"), [201, { seq: 7 }]]);
    expect(await reply.confirm()).toMatchObject({ author: ORTIZ, on_behalf_of: RAMAN });
    await reply.send();
    expect(asked.map(({ path, body }) => ({ path, body }))).toEqual([
      { path: "/v1/conversations/con_a/on-behalf", body: { ...words, person_id: RAMAN.id } },
      { path: "/v1/conversations/con_a/messages", body: { ...words, on_behalf: { person_id: RAMAN.id, token: "one" } } },
    ]);
  });
  test("in doubt the same id, after a new look another one", async () => {
    const { asked, reply } = make([token("one"), [429, { code: "rate_limited", status: 429, retry_after_ms: 60_000 }], [409, { code: "confirm_first", status: 409 }], token("two"), [201, {}]]);
    await reply.confirm();
    await expect(reply.send()).rejects.toMatchObject({ code: "rate_limited" });
    await expect(reply.send()).rejects.toMatchObject({ code: "confirm_first" });
    await reply.confirm();
    await reply.send();
    const [first, one, again, second, two] = asked;
    expect(one?.id).toBe(again?.id);
    expect(new Set([first?.id, one?.id, second?.id, two?.id]).size).toBe(4);
    expect(two?.body).toMatchObject({ on_behalf: { token: "two" } });
  });
  test("nothing goes that was not confirmed", async () => {
    const { asked, reply } = make([]);
    await expect(reply.send()).rejects.toMatchObject({ code: "confirm_first" });
    expect(asked).toEqual([]);
  });
  test("what a refusal leaves to be done", () => {
    const after = (status: number, code: string): string => nextAfter(new Refusal({ status, code }));
    expect(after(409, "confirm_first")).toBe("show_again");
    expect([after(0, "unreachable"), after(503, "outcome_unknown"), after(429, "rate_limited")]).toEqual(["try_again", "try_again", "try_again"]);
    for (const code of ["moved_on", "on_behalf_refused", "not_responsible", "archived"]) expect(after(409, code)).toBe("go_back");
    expect(nextAfter(new TypeError("x"))).toBe("go_back");
  });
});

describe("both names", () => {
  test("on whatever carries an author", () => {
    expect(signatureOf({ author: ORTIZ, on_behalf_of: RAMAN })).toBe("Jamie Ortiz on behalf of Priya Raman");
    expect(signatureOf({ author: ORTIZ, on_behalf_of: RAMAN }, ORTIZ.id)).toBe("You on behalf of Priya Raman");
    expect(signatureOf({ author: ORTIZ, on_behalf_of: RAMAN }, RAMAN.id)).toBe("Jamie Ortiz on behalf of Priya Raman");
    expect(signatureOf({ author: ORTIZ, on_behalf_of: null })).toBe("Jamie Ortiz, MA");
  });
  test("in the list's last line as soon as it comes", () => {
    const store = new Store(() => {});
    store.putConversation(conversation({ kind: "patient" }));
    store.applyEvent(forRaman(6, 5));
    expect(store.conversations.get("con_a")?.last_message).toMatchObject({ author: ORTIZ, on_behalf_of: RAMAN });
    store.applyEvent(said(7, 6, "y"));
    expect(store.conversations.get("con_a")?.last_message?.on_behalf_of).toBeNull();
  });
  test("nothing said in one's own name stands under both", () => {
    const timeline = new Timeline();
    timeline.applyPage([said(1, 1, "a"), forRaman(2, 2), forRaman(3, 3), said(4, 4, "b")], 1, 4, 1);
    const entries = entriesOf(timeline.list(), { me: MARIA.id, new_after_seq: 0, lines: () => true, format: new Format("en-US") });
    expect(entries.flatMap((entry) => (entry.kind === "message" ? [entry.first] : []))).toEqual([true, true, false, true]);
  });
});

describe("whether others may", () => {
  const care: Care = { stage: "open", party: { person: RAMAN }, on_behalf_of: RAMAN };
  test("is known after each event, and for whom only from the node", () => {
    const refused = careAfter(care, event(6, { type: "on_behalf_changed", allowed: false }, RAMAN));
    expect(refused).toMatchObject({ refuses_on_behalf: true, on_behalf_of: null, party: { person: RAMAN } });
    expect(careAfter(refused, event(7, { type: "on_behalf_changed", allowed: true }, RAMAN))).toMatchObject({ refuses_on_behalf: false, on_behalf_of: null });
    expect(careAfter(care, event(6, { type: "responsibility_moved", party: { person: ORTIZ } }))?.on_behalf_of).toBeNull();
  });
  test("is offered to the one who answers, and nobody else", () => {
    const offered = (me: string, refuses = false): string[] => careItems(conversation({ kind: "patient", care: { ...care, refuses_on_behalf: refuses } }), { step: () => {}, ask: () => {} }, me).map((item) => item.label);
    expect(offered(RAMAN.id)).toEqual(["Nobody replies for me here", "Arrange coverage…"]);
    expect(offered(RAMAN.id, true)).toEqual(["Let others reply for me here", "Arrange coverage…"]);
    expect(offered(ORTIZ.id)).toEqual([]);
  });
  test("is one line for the staff, and none for the patient", () => {
    const line = (allowed: boolean): Line => ({ kind: "line", ...event(6, { type: "on_behalf_changed", allowed }, RAMAN) }) as Line;
    expect(careLine(line(false), ORTIZ.id)).toBe("Priya Raman allowed nobody to reply on behalf here");
    expect(careLine(line(true), RAMAN.id)).toBe("You allowed others to reply on behalf here");
    expect(patientLineWords(line(false), MARIA.id)).toBe("");
  });
});
