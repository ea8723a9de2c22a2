// Proves asking who is writing: how it stands after what was told and what happened since, what the staff sees and may ask, and the card at which
// a patient answers: what it sends, what it forgets, and what it says where the answer is no.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import { text } from "../src/core/i18n";
import type { Line } from "../src/core/timeline";
import type { Conversation, EventBody, PersonKind } from "../src/core/wire";
import IdentityCard from "../src/ui/patient/IdentityCard.svelte";
import { lineWords } from "../src/ui/patient/lines";
import { clinic } from "../src/ui/patient/parts";
import { seldomWords } from "../src/ui/patient/seldom-lines";
import IdentityChip from "../src/ui/staff/IdentityChip.svelte";
import { askIdentity } from "../src/ui/staff/identity-deeds";
import { identityLine } from "../src/ui/staff/identity-line";
import { conversationItems } from "../src/ui/staff/menus";
import { announcer } from "../src/vm/announce.svelte";
import { checkNow, isOpen } from "../src/vm/identity";
import { session } from "../src/vm/session.svelte";
import type { ThreadView } from "../src/vm/thread.svelte";
import { asks } from "../locales/en-staff-asks";
import { identity as words } from "../locales/en-patient-identity";
import { conversation, event, MARIA, ORTIZ, RAMAN, settle } from "./fakes";
import "../src/ui/kit/refusals";

const HANH = { id: "per_hanh", name: "Hanh Tran", kind: "proxy" as const };
const line = (seq: number, body: EventBody, actor = RAMAN): Line => ({ kind: "line", ...event(seq, body, actor) }) as Line;
const asked = (seq: number, actor = RAMAN): Line => line(seq, { type: "identity_asked" }, actor);
const shown = (seq: number, actor: typeof RAMAN = MARIA): Line => line(seq, { type: "identity_confirmed" }, actor);
const at = (seq: number): number => event(seq, { type: "archived" }).at_ms;
const open = { asked_by: RAMAN, asked_at_ms: at(3) };
const refusal = (code: string, status = 409, retry_after_ms?: number): Refusal => new Refusal({ status, code, ...(retry_after_ms === undefined ? {} : { retry_after_ms }) });
let sent: { path: string; body: unknown; tries: number | undefined }[];
let answer: unknown;

function as(kind: PersonKind): void {
  session.me = { person: { ...(kind === "proxy" ? HANH : MARIA), kind }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  sent = [];
  answer = { revision: 1, seq: 4, at_ms: 1 };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { body, tries }: { body?: unknown; tries?: number } = {}) => {
    sent.push({ path, body, tries });
    if (answer instanceof Error) throw answer;
    return answer;
  }) as never);
  as("patient");
});
afterEach(() => { cleanup(); vi.useRealTimers(); vi.restoreAllMocks(); session.me = undefined; session.store.clear(); });

describe("how it stands", () => {
  test("what was told, and what happened since", () => {
    expect(checkNow(undefined, undefined, [])).toBeUndefined();
    expect(checkNow(undefined, open, [])).toEqual(open);
    expect(checkNow(undefined, null, [asked(3)])).toEqual(open);
    expect(checkNow(undefined, open, [asked(3), shown(4)])).toEqual({ ...open, confirmed_by: MARIA, confirmed_at_ms: at(4) });
    expect(checkNow(undefined, open, [asked(3), shown(4), asked(5, ORTIZ)])).toEqual({ asked_by: ORTIZ, asked_at_ms: at(5) });
  });
  test("an answer to an earlier question is none to this one", () => {
    expect(isOpen(checkNow(undefined, open, [shown(2)]))).toBe(true);
    expect(isOpen(checkNow(undefined, { asked_by: ORTIZ, asked_at_ms: at(5) }, [asked(3), shown(4)]))).toBe(true);
  });
  test("what is known is not forgotten where a list does not tell it, nor by an older answer of the node", () => {
    const known = { ...open, confirmed_by: MARIA, confirmed_at_ms: at(4) };
    expect(checkNow(known, undefined, [])).toEqual(known);
    expect(checkNow(known, open, [])).toEqual(known);
    expect(checkNow(open, known, [])).toEqual(known);
    expect(isOpen(known)).toBe(false);
    expect(isOpen(undefined)).toBe(false);
  });
});

describe("lines", () => {
  test("for the staff", () => {
    expect([asked(3), asked(3, ORTIZ), shown(4), line(4, { type: "archived" })].map((one) => identityLine(one, RAMAN.id))).toEqual([
      "You asked who is writing", "Jamie Ortiz asked who is writing", "Maria Garcia showed who is writing, with their password", "",
    ]);
  });
  test("for patients, also who is no longer there", () => {
    const left = (...people: (typeof RAMAN)[]): Line => line(5, { type: "members_left", people });
    expect([asked(3), shown(4), shown(4, HANH), left(ORTIZ), left(ORTIZ, RAMAN), line(6, { type: "pinned", pin_id: "pin_a" } as EventBody)].map((one) => seldomWords(one, MARIA.id))).toEqual([
      "Priya Raman asked who is writing", "You showed that it is you", "Hanh Tran showed that it is them", "Jamie Ortiz is no longer part of this conversation",
      "Jamie Ortiz and Priya Raman are no longer part of this conversation", "",
    ]);
  });
  test("they come with what is fetched behind the first screen, and are no lines before", async () => {
    expect(lineWords(asked(3), MARIA.id)).toBe("");
    await clinic.load();
    expect(lineWords(asked(3), MARIA.id)).toBe("Priya Raman asked who is writing");
  });
});

describe("the staff", () => {
  const chip = (): HTMLElement | null => document.querySelector("[data-identity]");
  const of_patient = (more: Partial<Conversation> = {}): Conversation => conversation({ kind: "patient", ...more });

  test("sees in the header who asked, then who showed it; a list that does not tell it takes nothing away", async () => {
    vi.setSystemTime(at(4));
    const said = vi.spyOn(announcer, "say");
    const { rerender } = render(IdentityChip, { conversation: of_patient(), me: RAMAN.id });
    expect(chip()).toBeNull();
    await rerender({ conversation: of_patient({ identity_check: open }) });
    expect([chip()?.dataset["identity"], chip()?.textContent, chip()?.title]).toEqual(["asked", expect.stringMatching(/^Identity asked · \d/), expect.stringMatching(/^You asked at .* Nobody has answered yet\.$/)]);
    await rerender({ conversation: of_patient({ identity_check: { ...open, confirmed_by: MARIA, confirmed_at_ms: at(4) } }) });
    await rerender({ conversation: of_patient() });
    expect([chip()?.dataset["identity"], chip()?.textContent, chip()?.title]).toEqual(["confirmed", expect.stringMatching(/^Identity confirmed · Maria Garcia · \d/), expect.stringMatching(/^Maria Garcia typed their password at .* You had asked at /)]);
    expect(said.mock.calls.map(([one]) => one.replace(/\d.*/, ""))).toEqual(["Identity asked · ", "Identity confirmed · Maria Garcia · "]);
  });
  test("is told the day of an answer that is not of today", () => {
    vi.setSystemTime(at(4) + 3 * 86_400_000);
    render(IdentityChip, { conversation: of_patient({ identity_check: { ...open, confirmed_by: MARIA, confirmed_at_ms: at(4) } }), me: RAMAN.id });
    expect(chip()?.textContent).toContain("Nov 14, 2023");
  });
  test("may ask where the node says so", () => {
    const items = (may: Conversation["my"]["may"]): string[] => conversationItems(of_patient({ my: { ...conversation().my, may } }), () => {}, () => {}).map(({ label }) => label);
    expect(items(["ask_identity"])).toContain("Ask who is writing…");
    expect(items(["send"])).not.toContain("Ask who is writing…");
  });
  test("asks once; where it has been asked already that is said, and everything else is a refusal", async () => {
    const said = vi.spyOn(announcer, "say");
    await askIdentity("con_a", "1");
    expect(sent.map(({ path }) => path)).toEqual(["/v1/conversations/con_a/identity"]);
    answer = refusal("nothing_to_do");
    await askIdentity("con_a", "2");
    expect(said.mock.calls).toEqual([[asks.identity.already]]);
    answer = refusal("not_a_member");
    await expect(askIdentity("con_a", "3")).rejects.toThrow("not_a_member");
  });
});

describe("the card", () => {
  const view = (more: Partial<Conversation> = {}, items: readonly Line[] = [], may: Conversation["my"]["may"] = ["send", "confirm_identity"]): ThreadView =>
    ({ id: "con_a", items, conversation: conversation({ kind: "patient", patient: { id: MARIA.id, name: MARIA.name, mrn: "", birth_date: "", state: "active" }, identity_check: open, my: { ...conversation().my, may }, ...more }) }) as unknown as ThreadView;
  const field = (): HTMLInputElement => screen.getByLabelText<HTMLInputElement>(words.password);
  const button = (): HTMLButtonElement => document.querySelector("button[type=submit]") as HTMLButtonElement;
  const after = async (ms = 0): Promise<void> => { await vi.advanceTimersByTimeAsync(ms); await settle(); await tick(); };
  const type = async (value: string): Promise<void> => { await fireEvent.input(field(), { target: { value } }); await fireEvent.submit(document.querySelector("form") as Element); await after(); };

  test("is there while somebody waits for an answer, where the node lets one give it", async () => {
    const { rerender } = render(IdentityCard, { view: view() });
    expect(screen.getByText(words.asks(RAMAN.name))).toBeTruthy();
    expect([field().type, field().autocomplete]).toEqual(["password", "current-password"]);
    await rerender({ view: view({}, [shown(4, HANH)]) });
    expect(screen.queryByRole("region")).toBeNull();
    cleanup();
    render(IdentityCard, { view: view({}, [], ["send"]) });
    expect(screen.queryByRole("region")).toBeNull();
  });
  test("sends the words once, forgets them at once, and says thank you until somebody asks again", async () => {
    const { rerender } = render(IdentityCard, { view: view() });
    let end: (value: unknown) => void = () => {};
    vi.mocked(session.http.ask).mockImplementationOnce((async (path: string, { body, tries }: { body: unknown; tries: number }) => { sent.push({ path, body, tries }); await new Promise((resolve) => { end = resolve; }); }) as never);
    await type("correct horse");
    expect([field().value, button().disabled, button().textContent]).toEqual(["", true, words.checking]);
    await type("correct horse");
    end(undefined);
    await after();
    expect(sent).toEqual([{ path: "/v1/conversations/con_a/identity/confirm", body: { password: "correct horse" }, tries: 1 }]);
    expect([screen.getByRole("status").textContent, document.activeElement?.textContent]).toEqual([words.done, words.done]);
    await rerender({ view: view({}, [shown(4)]) });
    expect(screen.getByRole("status").textContent).toBe(words.done);
    await rerender({ view: view({}, [shown(4), asked(5, ORTIZ)]) });
    expect(screen.getByText(words.asks(ORTIZ.name))).toBeTruthy();
  });
  test.each([["not_confirmed", words.wrong], ["unreachable", text.problems["unreachable"]], ["not_a_member", text.problems["not_a_member"]]])("%s: says so, with the field empty and in focus", async (code, sentence) => {
    render(IdentityCard, { view: view() });
    answer = refusal(code, code === "unreachable" ? 0 : 409);
    await type("wrong");
    expect([screen.getByRole("alert").textContent, field().value, document.activeElement, field().getAttribute("aria-invalid")]).toEqual([sentence, "", field(), "true"]);
    answer = undefined;
    await type("right");
    expect(screen.getByRole("status").textContent).toBe(words.done);
  });
  test("nothing typed, nothing sent", async () => {
    render(IdentityCard, { view: view() });
    await type("");
    expect([screen.getByRole("alert").textContent, sent]).toEqual([words.missing, []]);
  });
  test("too many: how long to wait is said once, counted on the button, and nothing goes before it is over", async () => {
    render(IdentityCard, { view: view() });
    answer = refusal("rate_limited", 429, 12_000);
    await type("wrong");
    const said = "Too many tries. Wait 12 seconds, then try again.";
    expect([screen.getByRole("alert").textContent, button().textContent, button().disabled]).toEqual([said, "Wait 12 s", true]);
    await after(5000);
    expect([screen.getByRole("alert").textContent, button().textContent]).toEqual([said, "Wait 7 s"]);
    await type("impatient");
    expect(sent.length).toBe(1);
    await after(7500);
    expect([screen.queryByRole("alert"), button().textContent, button().disabled]).toEqual([null, words.do, false]);
    expect(words.wait(600)).toBe("Too many tries. Wait 10 minutes, then try again.");
  });
  test("answered already by somebody else: that is said", async () => {
    render(IdentityCard, { view: view() });
    answer = refusal("nothing_to_do");
    await type("right");
    expect(screen.getByRole("status").textContent).toBe(words.already);
  });
  test("it can wait, and a proxy is told that it is their own password", async () => {
    as("proxy");
    render(IdentityCard, { view: view() });
    expect(screen.getByText(words.whyProxy(MARIA.name))).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: words.notNow }));
    expect([screen.queryByLabelText(words.password), screen.getByText(words.asks(RAMAN.name)) !== null]).toEqual([null, true]);
    await fireEvent.click(screen.getByRole("button", { name: words.now }));
    await after();
    expect(document.activeElement).toBe(field());
  });
});
