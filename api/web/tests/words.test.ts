// Proves names, dates, mentions, ids, addresses and HTTP errors: the small things that are read all day.
import { describe, expect, test } from "vitest";
import { ageOn } from "../src/core/age";
import { hueOf, initials } from "../src/core/faces";
import { Format } from "../src/core/format";
import { Http, outcomeIsOpen, query, Refusal } from "../src/core/http";
import { plural } from "../src/core/i18n";
import { commandId } from "../src/core/ids";
import { mentionsIn } from "../src/core/mentions";
import { matching } from "../src/core/matching";
import { byNewest, titleOf } from "../src/core/names";
import { candidatesFor, mentionAt } from "../src/core/naming";
import { permittedTo } from "../src/ui/staff/permitted";
import { conversation as open_words } from "../locales/en-staff-conversation";
import { hrefOf, parseRoute } from "../src/vm/route.svelte";
import type { Me, PersonKind } from "../src/core/wire";
import { conversation } from "./fakes";

test("command ids: 32 hexadecimal digits, never the same", () => {
  const ids = Array.from({ length: 200 }, commandId);
  expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(200);
});

describe("format", () => {
  const format = new Format("en-US");
  const now = new Date(2026, 10, 22, 12, 0).getTime();
  test("a date of birth does not move with the time zone", () => {
    expect(format.birthDate("1984-03-12")).toBe("03/12/1984");
    expect(format.birthDate("nonsense")).toBe("nonsense");
  });
  test("age", () => {
    expect(ageOn("1984-11-22", now)).toBe(42);
    expect(ageOn("1984-11-23", now)).toBe(41);
    expect(ageOn("", now)).toBeUndefined();
  });
  test("days by name", () => {
    expect(format.day(now, now)).toBe("Today");
    expect(format.day(now - 86_400_000, now)).toBe("Yesterday");
    expect(format.day(new Date(2026, 10, 1).getTime(), now)).toBe("Sunday, November 1");
    expect(format.brief(now - 3 * 86_400_000, now)).toBe("Thu");
  });
  test("initials and hue", () => {
    expect(initials("Maria del Carmen Garcia")).toBe("MG");
    expect(initials("Dr. Priya Raman")).toBe("PR");
    expect(initials("")).toBe("?");
    expect(hueOf("per_a")).toBe(hueOf("per_a"));
    expect(hueOf("per_a")).toBeLessThan(8);
  });
  test("plural", () => expect([1, 2].map((count) => plural("en", count, { one: "message", other: "messages" }))).toEqual(["message", "messages"]));
});

describe("names", () => {
  const patient = { id: "per_m", name: "María García", mrn: "MRN-10240", birth_date: "1984-03-12", state: "active" };
  test("titles", () => {
    expect(titleOf(conversation({ kind: "channel", topic: "front-desk" }), "x")).toBe("#front-desk");
    expect(titleOf(conversation({ kind: "direct", topic: null, first_names: ["Jamie Ortiz"] }), "x")).toBe("Jamie Ortiz");
    expect(titleOf(conversation({ kind: "group", topic: "" }), "x")).toBe("x");
  });
  test("search: topic, patient, ID, without accents", () => {
    const one = conversation({ kind: "patient", topic: "Sore throat", patient });
    for (const words of ["sore", "garcia", "10240", "maria sore"]) expect(matching(words)(one)).toBe(true);
    expect(matching("okafor")(one)).toBe(false);
  });
  test("newest first", () => expect([conversation({ id: "con_a", created_at_ms: 1 }), conversation({ id: "con_b", created_at_ms: 2 })].sort(byNewest)[0]?.id).toBe("con_b"));
});

describe("mentions", () => {
  const people = [{ name: "Priya Raman", mention: { person_id: "per_r" }, detail: "MD" }, { name: "nurse", mention: { role: "nurse" }, detail: "role" }];
  test("asked for at the cursor", () => {
    expect(mentionAt("hi @pri", 7)).toEqual({ from: 3, words: "pri" });
    expect(mentionAt("mail a@b", 8)).toBeUndefined();
    expect(candidatesFor("ram", people).map((one) => one.name)).toEqual(["Priya Raman"]);
  });
  test("deleting the name deletes the mention", () => {
    expect(mentionsIn("ask @Priya Raman", people)).toEqual([{ person_id: "per_r" }]);
    expect(mentionsIn("ask", people)).toEqual([]);
  });
});

describe("addresses", () => {
  test("route there and back", () => {
    expect(parseRoute(hrefOf("team", "con_01abc", 12))).toEqual({ section: "team", conversation: "con_01abc", thread: 12 });
    expect(parseRoute(hrefOf("queue", "con_01abc"))).toEqual({ section: "queue", conversation: "con_01abc", thread: undefined });
    expect(parseRoute("#/inbox/<script>")).toEqual({ section: "inbox", conversation: undefined, thread: undefined });
  });
  test("query leaves out what is empty", () => expect(query("/v1/inbox", { filter: "all", q: "", limit: 5 })).toBe("/v1/inbox?filter=all&limit=5"));
});

describe("http", () => {
  const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
  test("asks again in doubt with the same key, not after a refusal", async () => {
    const keys: (string | undefined)[] = [];
    const answers = [answer(503, { code: "outcome_unknown", status: 503, retry_after_ms: 1 }), answer(200, { ok: 1 })];
    const http = new Http((_path, init) => { keys.push((init?.headers as Record<string, string>)["idempotency-key"]); return Promise.resolve(answers.shift() ?? answer(500, {})); });
    expect(await http.ask("/v1/x", { method: "POST", body: {} })).toEqual({ ok: 1 });
    expect(keys[0]).toBe(keys[1]);
    const refused = new Http(() => Promise.resolve(answer(409, { code: "archived", status: 409 })));
    await expect(refused.ask("/v1/x", { method: "POST" })).rejects.toMatchObject({ code: "archived" });
  });
  test("an answer that breaks off is none: the same key again, and unreachable when it never comes whole", async () => {
    const keys: (string | undefined)[] = [];
    const answers = [new Response('{"con', { status: 200 }), answer(200, { ok: 1 })];
    const http = new Http((_path, init) => { keys.push((init?.headers as Record<string, string>)["idempotency-key"]); return Promise.resolve(answers.shift() ?? new Response("", { status: 200 })); });
    expect(await http.ask("/v1/x", { method: "POST", body: {} })).toEqual({ ok: 1 });
    expect([keys.length, keys[0] === keys[1]]).toEqual([2, true]);
    await expect(http.ask("/v1/x", { tries: 1 })).rejects.toMatchObject({ name: "Refusal", problem: { status: 0, code: "unreachable" } });
  });
  test("does not come back earlier than it was told", async () => {
    let asked = 0;
    const http = new Http(() => { asked += 1; return Promise.resolve(answer(429, { code: "rate_limited", status: 429, retry_after_ms: 60_000 })); });
    await expect(http.ask("/v1/sign-in", { method: "POST" })).rejects.toMatchObject({ code: "rate_limited" });
    expect(asked).toBe(1);
  });
  test("says what it holds, and begins anew where that never was", async () => {
    const revisions: (string | undefined)[] = [];
    const answers = [answer(409, { code: "revision_unknown", status: 409 }), answer(200, { ok: 1 })];
    const http = new Http((_path, init) => {
      revisions.push((init?.headers as Record<string, string>)["corridor-revision"]);
      return Promise.resolve(answers.shift() ?? answer(500, {}));
    }, undefined, () => 812);
    expect(await http.ask("/v1/x")).toEqual({ ok: 1 });
    expect(revisions).toEqual(["812", undefined]);
  });
  test("what an answer told is known to whoever is asked next", async () => {
    const revisions: (string | undefined)[] = [];
    const http = new Http((_path, init) => {
      revisions.push((init?.headers as Record<string, string>)["corridor-revision"]);
      return Promise.resolve(answer(200, { revision: 841 }));
    });
    await http.ask("/v1/conversations", { method: "POST", body: {} });
    await http.ask("/v1/conversations/con_a");
    expect(revisions).toEqual([undefined, "841"]);
  });
  test("classes of failure", async () => {
    expect(outcomeIsOpen({ status: 0, code: "unreachable" })).toBe(true);
    expect(outcomeIsOpen({ status: 409, code: "archived" })).toBe(false);
    let ended = 0;
    const http = new Http(() => Promise.resolve(answer(401, { code: "not_signed_in", status: 401 })), () => { ended += 1; });
    await expect(http.ask("/v1/me")).rejects.toBeInstanceOf(Refusal);
    expect(ended).toBe(1);
  });
});

describe("permissions", () => {
  const me = (kind: PersonKind, permissions: string[]): Me => ({ person: { id: "per_a", kind, name: "A" }, session_id: "ses_a", expires_at_ms: 0, workspace: { name: "Clinic" }, permissions });
  test("a role is offered what it may do", () => {
    expect(permittedTo(me("staff", ["read_people", "create_group", "create_channel", "create_patient_conversation"]))).toMatchObject({ patient: true, channel: true, announcement: false, write: true, browse: true, inbox: true, queue: false });
    expect(permittedTo(me("staff", ["organization_queue"])).queue).toBe(true);
    expect(permittedTo(me("staff", ["read_people", "create_announcement", "create_channel"]))).toMatchObject({ patient: false, announcement: true, write: true });
  });
  test("people of other organizations have rooms, and nothing to begin with", () => {
    expect(permittedTo(me("partner", []))).toMatchObject({ write: false, browse: false, inbox: false });
    expect(permittedTo(undefined).write).toBe(false);
  });
});

test("how far a message came, in words", () => {
  const words = open_words.actions.deliveredRead;
  expect([words(0, 0, 5), words(2, 0, 5), words(5, 0, 5), words(5, 2, 5), words(3, 1, 5), words(5, 5, 5)]).toEqual([
    "Sent to 5", "Delivered to 2 of 5", "Delivered to all 5", "Delivered to all 5, read by 2", "Delivered to 3 of 5, read by 1", "Read by all 5",
  ]);
});
