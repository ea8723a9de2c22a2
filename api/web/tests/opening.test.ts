// Proves what a link from the chart opens: whom it names, which of their conversations are meant, what is asked of the node for it and what is
// not, and that nothing tells an unknown patient from one whom one may not see.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import type { Conversation, Person } from "../src/core/wire";
import OpeningView from "../src/ui/staff/Opening.svelte";
import { Opening } from "../src/vm/opening.svelte";
import { plainly } from "../src/ui/staff/plain-click";
import { fits, linkIn, meant } from "../src/vm/patient-link";
import { router } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { compose } from "../locales/en-staff-new";
import { open_words as words } from "../locales/en-staff-open";
import { conversation, MARIA, RAMAN, settle } from "./fakes";

const FACTS = { id: MARIA.id, name: MARIA.name, mrn: "MRN-10240", birth_date: "1984-03-12", state: "active" };
const person: Person = { id: MARIA.id, kind: "patient", name: MARIA.name, state: "active", patient: { mrn: FACTS.mrn, birth_date: FACTS.birth_date, care_team: [] } };
const of = (id: string, more: Partial<Conversation> = {}): Conversation =>
  conversation({ id, kind: "patient", topic: id, patient: FACTS, care: { stage: "open", party: { role: "nurse" } }, ...more });
const said = (at_ms: number): NonNullable<Conversation["last_message"]> => ({ seq: 1, number: 1, at_ms, author: MARIA, audience: "everyone", priority: "routine", preview: "It *itches*" });
const [BY_NUMBER, BY_ID, KNOWN] = ["/v1/conversations?scope=organization&q=MRN-10240", `/v1/patients/${MARIA.id}/timeline?limit=1`, "/v1/patients?q=MRN-10240&limit=500"];

let asked: string[];
let answers: Record<string, unknown>;
const shown = async (): Promise<void> => { await settle(); await tick(); await settle(); };
const wordsOf = (one: Element | null): string => (one?.textContent ?? "").replace(/\s+/g, " ").trim();

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  asked = [];
  answers = { [BY_NUMBER]: { conversations: [] }, [BY_ID]: new Refusal({ status: 404, code: "not_found" }), [KNOWN]: { patients: [person] }, "/v1/patients?limit=500": { patients: [person] } };
  vi.spyOn(session.http, "ask").mockImplementation(async (path: string) => {
    asked.push(path);
    const answer = answers[path];
    if (answer === undefined || answer instanceof Refusal) throw answer ?? new Refusal({ status: 500, code: "internal" });
    return answer as never;
  });
  session.me = { person: { ...RAMAN }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["read_patients", "create_patient_conversation"] };
  session.conversations = [];
  session.loaded = true;
  history.replaceState(null, "", "/open?mrn=MRN-10240");
});
afterEach(() => { cleanup(); session.conversations = []; session.loaded = false; session.me = undefined; history.replaceState(null, "", "/"); router.go("inbox"); });

describe("whom a link names", () => {
  test.each([
    ["?patient=per_maria", { patient_id: "per_maria" }], ["?mrn=%20MRN-10240", { mrn: "MRN-10240" }], ["?patient=per_a&mrn=1", { patient_id: "per_a", mrn: "1" }],
    ["?patient=..%2Fme", {}], [`?mrn=${"9".repeat(65)}`, {}], ["?mrn=", {}], ["", {}],
  ])("%s", (search, link) => expect(linkIn(search)).toEqual(link));

  test("the whole number, whatever its letters; with both, both", () => {
    expect(fits(FACTS, { mrn: "mrn-10240" })).toBe(true);
    expect(fits(FACTS, { mrn: "MRN-1024" })).toBe(false);
    expect(fits(FACTS, { patient_id: "per_other", mrn: "MRN-10240" })).toBe(false);
    expect(fits(FACTS, {})).toBe(false);
    expect(fits(null, { mrn: "MRN-10240" })).toBe(false);
  });

  test("what goes on before what is past, the newest first, each once, and no room beside it", () => {
    const { open, past } = meant({ patient_id: MARIA.id }, [of("old", { last_message: said(1) }), of("new")], [
      of("new", { last_message: said(9) }), of("gone", { state: "archived" }), of("done", { care: { stage: "resolved" } }), of("room", { kind: "care_room" }), of("other", { patient: { ...FACTS, id: "per_b" } }),
    ]);
    expect([open.map((one) => one.id), past.map((one) => one.id).sort()]).toEqual([["new", "old"], ["done", "gone"]]);
  });

  test("only a plain click stays on the page", () => {
    expect(plainly(new MouseEvent("click"))).toBe(true);
    for (const more of [{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { button: 1 }]) expect(plainly(new MouseEvent("click", more))).toBe(false);
  });
});

describe("what it opens", () => {
  const follow = async (link: { patient_id?: string; mrn?: string }, begin = true, queue = false): Promise<Opening> => {
    const opening = new Opening(link, { begin, queue });
    await opening.look();
    return opening;
  };

  test("the only one, in place of the link", async () => {
    answers[BY_NUMBER] = { conversations: [of("con_a")] };
    const length = history.length;
    await follow({ mrn: "MRN-10240" });
    expect([asked, location.pathname, location.hash, router.now.conversation, history.length - length]).toEqual([[BY_NUMBER], "/", "#/inbox/con_a", "con_a", 0]);
  });

  test("what one only looks on, in the queue if there is one", async () => {
    answers[BY_NUMBER] = { conversations: [of("con_a", { my: { ...conversation().my, member: false } })] };
    await follow({ mrn: "MRN-10240" }, true, true);
    expect(location.hash).toBe("#/queue/con_a");
  });

  test("by an id the number comes from what is one's own, else from the newest that one may read", async () => {
    session.conversations = [of("con_mine", { state: "archived" })];
    answers[BY_NUMBER] = { conversations: [of("con_a")] };
    await follow({ patient_id: MARIA.id });
    expect([asked, location.hash]).toEqual([[BY_NUMBER], "#/inbox/con_a"]);
    session.conversations = [];
    asked = [];
    answers[BY_ID] = { items: [{ conversation_id: "con_a" }] };
    answers["/v1/conversations/con_a"] = of("con_a");
    await follow({ patient_id: MARIA.id });
    expect(asked).toEqual([BY_ID, "/v1/conversations/con_a", BY_NUMBER]);
  });

  test("none: a new one with the patient, by number or id; from the page itself nobody is asked who that is", async () => {
    for (const link of [{ mrn: "MRN-10240" }, { patient_id: MARIA.id }]) {
      const opening = await follow(link);
      expect([opening.state, opening.person?.name]).toEqual(["new", MARIA.name]);
    }
    asked = [];
    const opening = new Opening({ patient_id: MARIA.id, mrn: FACTS.mrn }, { begin: true, queue: false }, person);
    await opening.look();
    expect([asked, opening.state]).toEqual([[BY_NUMBER], "new"]);
  });

  test("unknown, not permitted and naming nobody are the same, and leave the address clean", async () => {
    answers[KNOWN] = { patients: [{ ...person, patient: { mrn: "MRN-102401", birth_date: "", care_team: [] } }] };
    const states = [(await follow({ mrn: "MRN-10240" })).state];
    answers[KNOWN] = new Refusal({ status: 403, code: "forbidden" });
    states.push((await follow({ mrn: "MRN-10240" })).state);
    states.push((await follow({ mrn: "MRN-10240" }, false)).state);
    asked = [];
    states.push((await follow({})).state);
    session.me = { ...session.me!, person: { ...RAMAN, kind: "partner" } };
    states.push((await follow({ mrn: "MRN-10240" })).state);
    expect([states, asked, location.pathname]).toEqual([Array(5).fill("unknown"), [], "/"]);
  });

  test("no answer: the link stays, and can be tried again", async () => {
    answers[BY_NUMBER] = new Refusal({ status: 0, code: "unreachable" });
    const opening = await follow({ mrn: "MRN-10240" });
    expect([opening.state, location.pathname]).toEqual(["failed", "/open"]);
    answers[BY_NUMBER] = { conversations: [of("con_a")] };
    await opening.look();
    expect(location.hash).toBe("#/inbox/con_a");
  });
});

describe("on the screen", () => {
  test("a choice: topics, last words as they read, who answers; a choice opens, a new one is offered", async () => {
    answers[BY_NUMBER] = { conversations: [of("con_a", { topic: "Rash", last_message: said(5) }), of("con_b", { topic: "Knee" }), of("con_c", { topic: "Old", state: "archived" })] };
    const closed = vi.fn();
    render(OpeningView, { onclose: closed });
    await shown();
    expect(screen.getByRole("dialog", { name: words.title(MARIA.name) })).toBeTruthy();
    expect([...document.querySelectorAll("[data-choice]")].map(wordsOf)).toEqual([expect.stringMatching(/^Rash .*Maria Garcia: It itches .*answer/), expect.stringMatching(/^Knee.*No messages yet/), expect.stringMatching(/^Old Archived/)]);
    await fireEvent.click(document.querySelector('[data-choice="con_b"]') as Element);
    expect([router.now.conversation, closed.mock.calls.length]).toEqual(["con_b", 1]);
  });

  test("a new one has the patient chosen; whom messages cannot reach is not written to, and why is said", async () => {
    answers[KNOWN] = { patients: [{ ...person, state: "invited" }] };
    render(OpeningView, { onclose: () => {} });
    await shown();
    expect([screen.getByText(compose.cannotYet(MARIA.name)), screen.queryByLabelText(compose.topic)]).toEqual([expect.anything(), null]);
    asked = [];
    await fireEvent.submit(document.querySelector("form") as Element);
    await shown();
    expect(asked).toEqual([]);
  });

  test("nothing happens before one's own conversations are here; nothing to open is one sentence", async () => {
    session.loaded = false;
    answers[KNOWN] = { patients: [] };
    render(OpeningView, { onclose: () => {} });
    await shown();
    expect([asked, screen.getByRole("status").textContent]).toEqual([[], words.looking]);
    session.loaded = true;
    await shown();
    expect(screen.getByRole("alertdialog").textContent).toContain(words.unknown);
  });
});
