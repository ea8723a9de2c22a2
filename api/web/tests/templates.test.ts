// Proves the words that are used again: what fills itself in, that nothing goes with what does not, how they are found and kept.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal, type Ask } from "../src/core/http";
import { faultsOf, fieldsIn, filled, found, nextField, slashAt } from "../src/core/templates";
import type { SendMessage } from "../src/core/wire";
import type { Template } from "../src/core/wire-guard";
import ComposerBox from "../src/ui/staff/Composer.svelte";
import { keeping } from "../src/ui/staff/further";
import { actions, around, mentions } from "../src/ui/staff/parts";
import TemplatesDialog from "../src/ui/staff/TemplatesDialog.svelte";
import TemplatesEditor from "../src/ui/staff/TemplatesEditor.svelte";
import { dropDrafts } from "../src/vm/drafts";
import { session } from "../src/vm/session.svelte";
import { templates } from "../src/vm/templates.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { templates as words } from "../locales/en-staff-templates";
import { conversation, patientTask, RAMAN, settle } from "./fakes";

const REFILL: Template = { id: "tpl_1", shared: false, name: "Refill", body: "Dear {patient.first_name}, take {dose} of {drug}. {me.name}" };
const HOURS: Template = { id: "tpl_2", shared: true, name: "Opening hours", body: "{clinic.name} opens at 8." };
const filling = { patient: "Maria Garcia", me: "Priya Raman", clinic: "Mercy", today: "November 30, 2026" };
let list: Template[];
let asked: { path: string; method: string | undefined; body: unknown; id: string | undefined }[];
let answer: Refusal | undefined;
let sent: SendMessage[];

beforeAll(async () => { await Promise.all([actions.load(), around.load(), mentions.load(), keeping.load()]); });
beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  HTMLElement.prototype.scrollIntoView = function scroll() {};
  HTMLElement.prototype.showPopover = function show() {};
  [list, asked, answer, sent] = [[REFILL, HOURS], [], undefined, []];
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "Mercy" }, permissions: [] };
  session.sync = { transport: { send: () => true }, fetchConversation: () => Promise.resolve() } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session, "send").mockImplementation((_id, message) => { sent.push(message); return Promise.resolve(); });
  vi.spyOn(session.http, "ask").mockImplementation(((path: string, { method, body, command_id }: Ask = {}) => {
    if (path === "/v1/templates" && method === undefined) return Promise.resolve({ templates: list });
    asked.push({ path, method, body, id: command_id });
    return answer ? Promise.reject(answer) : Promise.resolve({});
  }) as never);
  session.store.putConversation(conversation({ kind: "patient", patient: patientTask().patient ?? null, care: { stage: "open" }, my: { member: true, first_seq: 1, read_seq: 3, read_number: 2, unread: 0, may: ["send", "note"] } }));
});
afterEach(() => {
  cleanup();
  dropDrafts();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.store.clear();
  session.sync = session.me = undefined;
  session.link = { state: "stopped" };
});

describe("the words", () => {
  test("what is known fills itself in, whatever its spaces and capitals; the rest stays, each named once", () => {
    expect(filled("{Patient.First_Name} / { patient.name } / {me.name} / {clinic.name} / {today} / {dose} {dose}", filling)).toBe("Maria / Maria Garcia / Priya Raman / Mercy / November 30, 2026 / {dose} {dose}");
    expect(filled("{patient.name}", { ...filling, patient: undefined })).toBe("{patient.name}");
    expect([fieldsIn("{dose} of {drug}, {dose}"), fieldsIn("{} { {\n}")]).toEqual([["{dose}", "{drug}"], []]);
    expect(nextField("{a} {b} {a}", ["{a}", "{b}"], 1)).toEqual({ from: 4, to: 7 });
    expect(nextField("{a}", ["{a}"], 1)).toBeUndefined();
  });
  test("a slash counts where it begins a line of its own", () => {
    expect([slashAt("/", 1), slashAt("Hello\n/re", 9), slashAt("1/2", 3), slashAt("/x\n", 3), slashAt("/re fill", 3), slashAt("", 0)]).toEqual([{ from: 0, words: "" }, { from: 6, words: "re" }, undefined, undefined, undefined, undefined]);
  });
  test("they are found by name first, then by what they say", () => {
    const names = (typed: string): string[] => found([HOURS, REFILL], typed).map((one) => one.name);
    expect([names(""), names("ref"), names("DOSE drug"), names("opens"), names("nothing")]).toEqual([["Opening hours", "Refill"], ["Refill"], ["Refill"], ["Opening hours"], []]);
    expect([faultsOf(" ", ""), faultsOf("x".repeat(81), "x".repeat(4001)), faultsOf("a", "b")]).toEqual([["name", "body"], ["name_long", "body_long"], []]);
  });
});

describe("in the box", () => {
  const box = (): HTMLTextAreaElement => document.querySelector("#composer textarea[data-composer]") as HTMLTextAreaElement;
  const selected = (): string => box().value.slice(box().selectionStart, box().selectionEnd);
  const offered = (): (string | null)[] => screen.queryAllByRole("option").map((one) => one.textContent);
  async function type(value: string): Promise<void> {
    box().value = value;
    box().setSelectionRange(value.length, value.length);
    await fireEvent.input(box());
    await settle();
    await tick();
  }
  const press = async (key: string, more: object = {}): Promise<void> => { await fireEvent.keyDown(box(), { key, ...more }); await settle(); await tick(); await tick(); };
  async function open(): Promise<void> {
    render(ComposerBox, { view: new ThreadView("con_a"), me: RAMAN.id, candidates: [] });
    await tick();
  }

  test("a slash offers them; one is chosen, fills itself in, and what is left is gone through by Tab, which leaves the box at last", async () => {
    await open();
    await type("/ref");
    expect(offered()).toEqual([expect.stringContaining("Refill")]);
    await press("Enter");
    expect(box().value).toBe("Dear Maria, take {dose} of {drug}. Priya Raman");
    expect(selected()).toBe("{dose}");
    expect(screen.getByText(words.left)).toBeTruthy();
    await press("Tab");
    expect(selected()).toBe("{drug}");
    expect(await fireEvent.keyDown(box(), { key: "Tab" })).toBe(true); // the browser's own
    expect(sent).toEqual([]);
  });
  test("nothing is sent, nor scheduled, with something left; it says what, and goes there", async () => {
    await open();
    await type("/ref");
    await press("Enter");
    await press("Enter");
    expect(sent).toEqual([]);
    expect(screen.getByRole("alert").textContent).toBe(words.refused("{dose} and {drug}"));
    expect(selected()).toBe("{dose}");
    await type("Dear Maria, take 2 of x. Priya Raman");
    expect(screen.queryByText(words.left)).toBeNull();
    await press("Enter");
    expect(sent.map((one) => one.body)).toEqual(["Dear Maria, take 2 of x. Priya Raman"]);
    // braces that no template left are nobody's business
    await type("see {dose}");
    await press("Enter");
    expect(sent.at(-1)?.body).toBe("see {dose}");
  });
  test("Escape takes the list away; where nothing is found a slash is a slash", async () => {
    await open();
    await type("/");
    expect(offered().length).toBe(3); // and where they are kept
    await press("Escape");
    expect([box().value, offered()]).toEqual(["", []]);
    await type("/etc/hosts");
    expect(offered()).toEqual([]);
    await press("Enter");
    expect(sent.map((one) => one.body)).toEqual(["/etc/hosts"]);
  });
  test("what is written besides can be kept as one", async () => {
    await open();
    await type("Take two\n/");
    await fireEvent.click(screen.getByText(words.saveThis));
    await tick();
    expect([box().value, (screen.getByLabelText(words.body) as HTMLTextAreaElement).value]).toEqual(["Take two\n", "Take two"]);
  });
});

describe("kept", () => {
  const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await settle(); await tick(); };
  const fill = (label: string, value: string): Promise<unknown> => fireEvent.input(screen.getByLabelText(label), { target: { value } });

  test("one's own are changed in the dialog, the clinic's only looked at", async () => {
    render(TemplatesDialog, { onclose: () => {} });
    await settle();
    await tick();
    expect(screen.getByRole("button", { name: words.edit("Refill") })).toBeTruthy();
    expect(screen.queryByRole("button", { name: words.edit("Opening hours") })).toBeNull();
    expect(screen.getByText(words.sharedSet)).toBeTruthy();
  });
  test("a new one of the clinic is checked, sent, and asked for anew; a refusal keeps the words, and the next try is another", async () => {
    render(TemplatesEditor, { shared: true });
    await settle();
    await tick();
    await fireEvent.click(screen.getByRole("button", { name: words.add }));
    await submit();
    expect(screen.getAllByRole("alert").map((one) => one.textContent)).toEqual([words.faults.name, words.faults.body]);
    expect(asked).toEqual([]);
    await fill(words.name, " Holiday ");
    await fill(words.body, "We are closed.");
    answer = new Refusal({ status: 422, code: "too_many" });
    await submit();
    expect(screen.getByRole("alert").textContent).toBe(words.problems["too_many"]);
    answer = undefined;
    await submit();
    expect(asked.map(({ path, method, body }) => [path, method, body])).toEqual(Array(2).fill(["/v1/templates", "POST", { name: "Holiday", body: "We are closed.", shared: true }]));
    expect(asked[0]?.id).not.toBe(asked[1]?.id);
    expect(document.querySelector("form")).toBeNull();
  });
  test("one is changed under its id, and deleted once that is confirmed", async () => {
    render(TemplatesEditor, { shared: false });
    await settle();
    await tick();
    await fireEvent.click(screen.getByRole("button", { name: words.edit("Refill") }));
    await fill(words.name, "Refills");
    await submit();
    expect(asked.at(-1)).toMatchObject({ path: "/v1/templates/tpl_1", method: "PUT", body: { name: "Refills", body: REFILL.body, shared: false } });
    await fireEvent.click(screen.getByRole("button", { name: words.remove("Refill") }));
    await tick();
    expect(asked.length).toBe(1);
    const sure = screen.getByRole("alertdialog");
    expect(sure.textContent).toContain(words.removeBody);
    list = [HOURS];
    await fireEvent.click([...sure.querySelectorAll("footer button")][1] as HTMLElement);
    await settle();
    await tick();
    expect([asked.at(-1)?.method, templates.list]).toEqual(["DELETE", [HOURS]]);
    expect(screen.getByText(words.none)).toBeTruthy();
  });
  test("without a connection they can be read only, and it says so", async () => {
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    render(TemplatesEditor, { shared: false });
    await settle();
    await tick();
    expect(screen.getByText(words.offline)).toBeTruthy();
    for (const name of [words.add, words.edit("Refill"), words.remove("Refill")]) expect((screen.getByRole("button", { name }) as HTMLButtonElement).disabled).toBe(true);
  });
});
