// Proves a patient's name in the team's own talk: the one link with words of its own and what is none, what is offered after a # and to whom, what a
// choice puts into the text, and where a click leads.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { inline, plain } from "../src/core/md";
import { patientAt, patientLink } from "../src/core/naming";
import type { Conversation, Person } from "../src/core/wire";
import Opening from "../src/ui/staff/Opening.svelte";
import PatientLinks from "../src/ui/staff/PatientLinks.svelte";
import PatientOffer from "../src/ui/staff/PatientOffer.svelte";
import { dialogs } from "../src/ui/staff/parts";
import Body from "../src/ui/thread/Body.svelte";
import type { Offer } from "../src/ui/thread/Box.svelte";
import { Composer } from "../src/vm/composer.svelte";
import { dropDrafts } from "../src/vm/drafts";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { naming as words } from "../locales/en-staff-naming";
import { open_words } from "../locales/en-staff-open";
import { conversation, RAMAN } from "./fakes";

const LINK = "[Maria Garcia (MRN-10240)](/open?patient=per_01m)";
const of = (id: string, name: string, mrn: string, birth_date: string): Person => ({ id, kind: "patient", name, state: "active", patient: { mrn, birth_date, care_team: [] } });
const MARIA = of("per_01m", "Maria Garcia", "MRN-10240", "1984-03-12");
const MARTA = of("per_02m", "Marta Garcia", "MRN-10204", "1948-12-03");

describe("the link", () => {
  test("is a name and a number, leading to a patient's id on this page", () => {
    expect(inline(`See ${LINK}, please`)).toEqual([{ type: "text", text: "See " }, { type: "patient", id: "per_01m", text: "Maria Garcia (MRN-10240)" }, { type: "text", text: ", please" }]);
    expect(inline(`**${LINK}**`)).toEqual([{ type: "bold", children: [{ type: "patient", id: "per_01m", text: "Maria Garcia (MRN-10240)" }] }]);
  });
  test.each([
    "[Maria](https://evil.example/open?patient=per_01m)", "[Maria](//evil.example/open?patient=per_01m)", "[Maria](/\\evil.example)", "[Maria](javascript:alert(1))", "[Maria](/open?patient=per_01m&next=https://evil.example)",
    "[Maria](/open?mrn=MRN-10240)", "[Maria](/open?patient=per_01M)", "[Maria](/open?patient=)", "[Maria](/open?patient=per_01m#/people)", "[Maria](/open?patient=per_01m", "[](/open?patient=per_01m)", "[Ma\nria](/open?patient=per_01m)",
    "[Maria](/v1/session)", "[Maria] (/open?patient=per_01m)", "[Maria]( /open?patient=per_01m)", "[[Maria](/open?patient=per_01/../m)",
  ])("%j is words", (text) => expect(inline(text).some((node) => node.type === "patient")).toBe(false));
  test("in code it is words, and in one line its name", () => {
    expect(inline(`\`${LINK}\``)).toEqual([{ type: "code", text: LINK }]);
    expect(plain(`See ${LINK} today`)).toBe("See Maria Garcia (MRN-10240) today");
    for (let end = LINK.indexOf("?") + 1; end < LINK.length; end += 1) expect(plain(`See ${LINK.slice(0, end)}`)).toBe("See Maria Garcia (MRN-10240)");
  });
  test("leads on staff pages alone, on this page's own address; a name with brackets stays one link", () => {
    render(Body, { body: LINK, me: "Priya Raman" });
    const link = screen.getByRole("link", { name: "Maria Garcia (MRN-10240)" }) as HTMLAnchorElement;
    expect([new URL(link.href).origin, link.getAttribute("href"), link.target]).toEqual([location.origin, "/open?patient=per_01m", ""]);
    cleanup();
    render(Body, { body: LINK });
    expect([screen.queryByRole("link"), document.body.textContent?.trim()]).toEqual([null, "Maria Garcia (MRN-10240)"]);
    expect(inline(patientLink({ id: "per_01m", name: "A [b](https://evil.example) c", mrn: "M" }))).toEqual([{ type: "patient", id: "per_01m", text: "A  b (https://evil.example) c (M)" }]);
  });
});

describe("what is asked for", () => {
  test.each([["#M", "M"], ["Who sees #Mar", "Mar"], ["(#maria gar", "maria gar"], ["#MRN-10240", "MRN-10240"], ["#Zoë", "Zoë"], ["#maria ", "maria "]])("%j", (text, wanted) => expect(patientAt(text, text.length)?.words).toBe(wanted));
  test.each(["#", "#2", "# Title", "a#Mar", "##Mar", "#maria, she", "#maria g of the ward"])("%j is none", (text) => expect(patientAt(text, text.length)).toBeUndefined());
  test("it ends at the cursor", () => expect(patientAt("See #mar today", 8)).toEqual({ from: 4, words: "mar" }));
});

let asked: string[];
let answers: { q: string; answer: (patients: Person[]) => void }[];
beforeAll(async () => { await dialogs.load(); });
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  HTMLElement.prototype.scrollIntoView = () => {};
  [asked, answers] = [[], []];
  session.link = { state: "live" };
  session.loaded = true;
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["read_patients", "create_patient_conversation"] };
  session.sync = { open: () => Promise.resolve(), transport: { send: () => {} }, markRead: () => {} } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation(((path: string) => {
    asked.push(path);
    if (!path.startsWith("/v1/patients?")) return Promise.resolve({ conversations: [], items: [] });
    return new Promise((resolve) => answers.push({ q: new URL(path, "http://x").searchParams.get("q") ?? "", answer: (patients) => resolve({ patients }) }));
  }) as never);
});
afterEach(async () => {
  cleanup();
  dropDrafts();
  session.store.clear();
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
  session.me = session.sync = undefined;
  session.loaded = false;
  session.link = { state: "stopped" };
});
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(300); await tick(); await tick(); };
const options = (): (string | undefined)[] => screen.queryAllByRole("option").map((one) => one.textContent?.trim());

describe("the list", () => {
  let put: [number, string][];
  let offer: Offer | undefined;
  async function show(more: Partial<Conversation> = {}): Promise<{ composer: Composer; type: (text: string) => Promise<void> }> {
    cleanup();
    session.store.putConversation(conversation(more));
    await after();
    [put, offer] = [[], undefined];
    const composer = new Composer(new ThreadView("con_a"), undefined);
    const props = (cursor: number) => ({ composer, cursor, onput: (from: number, text: string) => put.push([from, text]), onoffer: (one: Offer | undefined) => { offer = one; } });
    const { rerender } = render(PatientOffer, props(0));
    return { composer, type: async (text) => { composer.text = text; await rerender(props(text.length)); await after(); } };
  }
  const key = async (name: string): Promise<boolean | undefined> => { const used = offer?.key(new KeyboardEvent("keydown", { key: name })); await tick(); return used; };

  test("asks once for what is typed in one go, and shows number and birth date; the keys choose, and it is a link", async () => {
    const { composer, type } = await show();
    composer.text = "#m";
    await type("Who sees #mar");
    expect(answers.map(({ q }) => q)).toEqual(["mar"]);
    answers[0]?.answer([MARIA, MARTA]);
    await after();
    expect(options()).toEqual(["Maria Garcia MRN-10240 · DOB 03/12/1984", "Marta Garcia MRN-10204 · DOB 12/03/1948"]);
    expect([screen.getByRole("listbox", { name: words.patients }).id, document.getElementById(offer?.active ?? "")?.textContent?.includes("Maria")]).toEqual([offer?.list, true]);
    expect([await key("a"), await key("ArrowDown")]).toEqual([false, true]);
    expect(screen.getAllByRole("option").map((one) => one.getAttribute("aria-selected"))).toEqual(["false", "true"]);
    expect([await key("Enter"), put]).toEqual([true, [[9, "[Marta Garcia (MRN-10204)](/open?patient=per_02m) "]]]);
  });
  test("Enter means who was seen: an answer that comes late moves the rows, and not the choice", async () => {
    const { type } = await show();
    await type("#m");
    answers[0]?.answer([MARTA]);
    await after();
    await type("#mar");
    answers[1]?.answer([MARIA, MARTA]);
    await after();
    expect(screen.getAllByRole("option").map((one) => one.getAttribute("aria-selected"))).toEqual(["false", "true"]);
    expect(document.getElementById(offer?.active ?? "")?.textContent).toContain("Marta");
    expect([await key("Enter"), put]).toEqual([true, [[0, "[Marta Garcia (MRN-10204)](/open?patient=per_02m) "]]]);
  });
  test("who was seen and is not found any more is not meant; Enter takes nobody else in their place", async () => {
    const { type } = await show();
    await type("#mar");
    answers[0]?.answer([MARTA]);
    await after();
    await type("#mart");
    answers[1]?.answer([MARIA]);
    await after();
    expect([await key("Enter"), put, screen.getAllByRole("option").map((one) => one.getAttribute("aria-selected"))]).toEqual([true, [], ["false"]]);
    expect([await key("ArrowDown"), await key("Enter"), put.length]).toEqual([true, true, 1]);
  });
  test("the newest answer counts, and what is left of an older one stays until it is there", async () => {
    const { type } = await show();
    await type("#mar");
    answers[0]?.answer([MARIA, MARTA]);
    await after();
    await type("#mart");
    expect(options()).toEqual(["Marta Garcia MRN-10204 · DOB 12/03/1948"]);
    await type("#leo");
    expect(options()).toEqual([]);
    answers[1]?.answer([MARTA]);
    await after();
    expect(options(), "an answer to what is not asked any more").toEqual([]);
  });
  test("Escape puts it away until something else is written; a tap chooses as well", async () => {
    const { type } = await show();
    await type("#mar");
    answers[0]?.answer([MARIA]);
    await after();
    expect(await key("Escape")).toBe(true);
    await after();
    expect([options(), offer]).toEqual([[], undefined]);
    await type("#mari");
    await fireEvent.click(screen.getByRole("option"));
    expect(put).toEqual([[0, `${LINK} `]]);
  });
  test.each([["channel"], ["group"], ["direct"], ["care_room"]] as const)("is there in a %s", async (kind) => {
    const { type } = await show({ kind });
    await type("#mar");
    expect(answers.length).toBe(1);
  });
  test.each([
    ["where a patient reads", { kind: "patient" as const }, ["create_patient_conversation"], "staff"],
    ["to who works with no patients", {}, ["read_patients"], "staff"],
    ["to partners", {}, ["create_patient_conversation"], "partner"],
  ])("asks for nothing %s", async (_who, more, permissions, kind) => {
    if (session.me) session.me = { ...session.me, permissions, person: { ...session.me.person, kind: kind as "staff" } };
    const { composer, type } = await show(more);
    composer.audience = "team";
    await type("#mar");
    expect([asked, options()]).toEqual([[], []]);
  });
});

describe("a click", () => {
  async function click(init: MouseEventInit = {}): Promise<boolean> {
    render(Body, { body: LINK, me: "Priya Raman" });
    render(PatientLinks);
    const event = new MouseEvent("click", { bubbles: true, cancelable: true, button: 0, ...init });
    // the page itself is not to go anywhere in a test
    const stop = (one: Event): void => { if (!one.defaultPrevented) { one.preventDefault(); left = true; } };
    let left = false;
    addEventListener("click", stop, { once: true });
    screen.getByRole("link").dispatchEvent(event);
    removeEventListener("click", stop);
    await after();
    return left;
  }

  test("opens here what may be seen of that patient, and no more than the same words where that is nothing", async () => {
    vi.mocked(session.http.ask).mockImplementation(((path: string) => { asked.push(path); return Promise.resolve({ conversations: [], items: [], patients: [] }); }) as never);
    expect(await click()).toBe(false);
    await after();
    expect(screen.getByRole("alertdialog", { name: open_words.unknownTitle }).textContent).not.toContain("Maria");
    expect(asked).toContain("/v1/patients/per_01m/timeline?limit=1");
  });
  test("for another tab is the browser's", async () => {
    expect(await click({ ctrlKey: true })).toBe(true);
    expect([asked, screen.queryByRole("alertdialog")]).toEqual([[], null]);
  });
  test("Opening takes the patient from the link, not from the address", async () => {
    session.store.putConversation(conversation({ id: "con_m", kind: "patient", patient: { id: "per_01m", name: "Maria Garcia", mrn: "MRN-10240", birth_date: "1984-03-12", state: "active" } }));
    await after();
    const onclose = vi.fn();
    render(Opening, { link: { patient_id: "per_01m" }, onclose });
    await after();
    expect([onclose.mock.calls.length, location.hash]).toEqual([1, "#/inbox/con_m"]);
  });
});
