// Proves naming somebody who is not in the conversation: members are offered first, others apart from them; before such a message goes it is asked
// whether to add them, send it anyway, or go back; and who may not add anybody is told so.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import { text } from "../src/core/i18n";
import type { Candidate } from "../src/core/mentions";
import type { Conversation, Member, Person, SendMessage } from "../src/core/wire";
import ComposerBox from "../src/ui/staff/Composer.svelte";
import { naming } from "../src/ui/staff/further";
import Mentions from "../src/ui/staff/Mentions.svelte";
import { around, asks, care, later, mentions } from "../src/ui/staff/parts";
import { dropDrafts } from "../src/vm/drafts";
import { session } from "../src/vm/session.svelte";
import { ThreadView } from "../src/vm/thread.svelte";
import { asks as ask_words } from "../locales/en-staff-asks";
import { later as later_words } from "../locales/en-staff-later";
import { naming as words } from "../locales/en-staff-naming";
import { reply } from "../locales/en-staff-reply";
import { conversation as conversation_words } from "../locales/en-staff-conversation";
import { conversation, MARIA, ORTIZ, RAMAN } from "./fakes";

const ANNA: Person = { id: "per_anna", name: "Anna Lindqvist", kind: "staff", title: "RN", state: "active" };
const ANDRE: Person = { id: "per_andre", name: "Andre Silva", kind: "staff", title: "MD", state: "active" };
const GONE: Person = { id: "per_gone", name: "Anita Gone", kind: "staff", state: "suspended" };
const MEMBER: Candidate = { name: "Ann Ortiz", mention: { person_id: ORTIZ.id }, detail: "MA" };
const member = (of: { id: string; name: string }): Member => ({ person_id: of.id, name: of.name, kind: "staff" });
const outside = ({ id, name, kind, title }: Person): Candidate => ({ name, mention: { person_id: id }, detail: "", outside: { id, name, kind, title: title ?? null } });
const after = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(400); await tick(); await tick(); };
const options = (): (string | undefined)[] => screen.queryAllByRole("option").map((one) => one.querySelector("strong")?.textContent ?? undefined);
const press = async (name: string, inside: HTMLElement = document.body): Promise<void> => { await fireEvent.click(within(inside).getByRole("button", { name })); await after(); };
const question = (): HTMLElement | null => screen.queryByRole("alertdialog");
let people: unknown;
let sought: string[];
let added: unknown[];
let sent: SendMessage[];
let members: Member[];

beforeAll(async () => { await Promise.all([around.load(), asks.load(), care.load(), later.load(), mentions.load(), naming.load()]); });
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  HTMLElement.prototype.showPopover = function show() {};
  HTMLElement.prototype.scrollIntoView = () => {};
  people = { people: [ANNA, ANDRE, GONE, { ...MARIA, name: "Anabel Garcia" }, { ...ORTIZ, name: "Ann Ortiz" }] };
  [sought, added, sent, members] = [[], [], [], [member(RAMAN), member(ORTIZ)]];
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN, title: "MD" }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["read_people"] };
  session.sync = {
    open: () => Promise.resolve(), transport: { send: () => {} }, markRead: () => {},
    fetchConversation: () => { session.store.putConversation({ ...(session.store.conversations.get("con_a") as Conversation), members }); return Promise.resolve(); },
  } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session, "send").mockImplementation((_id, message) => { sent.push(message); return Promise.resolve(); });
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { body }: { body?: unknown } = {}) => {
    if (path.startsWith("/v1/people?")) { sought.push(new URL(path, "http://x").searchParams.get("q") ?? ""); if (people instanceof Error) throw people; return people; }
    if (path.endsWith("/members")) {
      added.push(body);
      const one = [ANNA, ANDRE].find(({ id }) => id === (body as { person_id: string }).person_id);
      if (one) members = [...members, member(one)];
    }
    return {};
  }) as never);
});
afterEach(async () => {
  cleanup();
  dropDrafts();
  session.store.clear();
  await after();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.me = session.sync = undefined;
  session.link = { state: "stopped" };
});

describe("the names that are offered", () => {
  const onmention = vi.fn();
  const show = async (typed: string, candidates: Candidate[] = [MEMBER]): Promise<{ key: (name: string) => Promise<void> }> => {
    let offer: { key: (event: KeyboardEvent) => boolean } | undefined;
    onmention.mockClear();
    render(Mentions, { text: typed, cursor: typed.length, candidates, without: [RAMAN.id, ORTIZ.id], label: "x", onput: () => {}, onoffer: (one) => { offer = one; }, onmention });
    await after();
    return { key: async (name) => { offer?.key(new KeyboardEvent("keydown", { key: name })); await tick(); } };
  };

  test("are members first, then other colleagues under words of their own; nobody twice, no patient, nobody whose account is suspended", async () => {
    await show("Ask @An");
    expect(options()).toEqual(["Ann Ortiz", "Andre Silva", "Anna Lindqvist"]);
    expect(within(screen.getByRole("group", { name: words.others })).getAllByRole("option")).toHaveLength(2);
    expect(sought).toEqual(["An"]);
  });
  test("one of the others is chosen with the keys, and is known as such", async () => {
    const { key } = await show("@An");
    await key("ArrowDown");
    expect(screen.getAllByRole("option").map((one) => one.getAttribute("aria-selected"))).toEqual(["false", "true", "false"]);
    await key("Enter");
    expect(onmention.mock.calls).toEqual([[{ ...outside(ANDRE), detail: "MD" }]]);
  });
  test("are members alone where no letter is written, where one may not look people up, and where nobody answers", async () => {
    await show("@");
    expect([options(), sought]).toEqual([["Ann Ortiz"], []]);
    cleanup();
    people = new Refusal({ status: 0, code: "unreachable" });
    await show("@An");
    expect(options()).toEqual(["Ann Ortiz"]);
    cleanup();
    sought = [];
    session.me = { ...(session.me as NonNullable<typeof session.me>), permissions: [] };
    await show("@An");
    expect([options(), sought]).toEqual([["Ann Ortiz"], []]);
  });
});

describe("before it goes", () => {
  async function write(strangers: readonly Person[], more: Partial<Conversation> = {}, may: Conversation["my"]["may"] = ["send", "add_member"]): Promise<void> {
    session.store.putConversation(conversation({ members, my: { member: true, first_seq: 1, read_seq: 3, read_number: 2, unread: 0, may }, ...more }));
    const box = render(ComposerBox, { view: new ThreadView("con_a"), me: RAMAN.id, candidates: [] }).component as unknown as { put: (message: SendMessage, chosen: Candidate[]) => void };
    await after();
    box.put({ body: strangers.map(({ name }) => `@${name}`).join(" "), audience: more.kind === "patient" ? "team" : "everyone", priority: "routine", mentions: [] }, strangers.map(outside));
    await after();
  }
  const send = async (name: string | RegExp = conversation_words.composer.send): Promise<void> => { await fireEvent.click(screen.getByRole("button", { name })); await after(); };

  test("it is asked, and what is sent anyway mentions them all the same", async () => {
    await write([ANNA]);
    await send();
    expect([sent, question()?.textContent]).toEqual([[], expect.stringContaining(words.body(ANNA.name))]);
    expect(screen.getByRole("alertdialog", { name: words.title([ANNA.name]) })).toBeTruthy();
    await press(words.anyway);
    expect([sent.map(({ mentions: said }) => said), added, question()]).toEqual([[[{ person_id: ANNA.id }]], [], null]);
  });
  test("and cancelled it stays in the box", async () => {
    await write([ANNA]);
    await send();
    await press(text.cancel);
    expect([sent, question(), (screen.getByRole("textbox") as HTMLTextAreaElement).value]).toEqual([[], null, "@Anna Lindqvist"]);
  });
  test("they are added one after the other, each with how much of the past they may read, then it goes", async () => {
    await write([ANNA, ANDRE]);
    await send();
    await press(words.add);
    for (const one of [ANNA, ANDRE]) {
      const dialog = screen.getByRole("dialog", { name: ask_words.addMember.title });
      expect(dialog.textContent).toContain(one.name);
      expect(sent).toEqual([]);
      await fireEvent.click(within(dialog).getByLabelText(ask_words.addMember.fromNow));
      await fireEvent.submit(dialog.querySelector("form") as HTMLFormElement);
      await after();
    }
    expect(added).toEqual([{ person_id: ANNA.id, history: "from_now" }, { person_id: ANDRE.id, history: "from_now" }]);
    expect(sent.map(({ mentions: said }) => said)).toEqual([[{ person_id: ANNA.id }, { person_id: ANDRE.id }]]);
  });
  test("not adding after all leads back to the question", async () => {
    await write([ANNA]);
    await send();
    await press(words.add);
    await press(text.cancel, screen.getByRole("dialog", { name: ask_words.addMember.title }));
    expect([sent, added, question() !== null]).toEqual([[], [], true]);
  });
  test("nobody is added where one may not, in a team note as well, or without a connection", async () => {
    await write([ANNA], { kind: "patient", patient: { id: MARIA.id, name: MARIA.name, mrn: "MRN-1", birth_date: "1984-03-12", state: "active" } }, ["note"]);
    await send(/Send note/);
    expect([question()?.textContent, screen.queryByRole("button", { name: words.add })]).toEqual([expect.stringContaining(words.mayNot), null]);
    cleanup();
    dropDrafts();
    session.link = { state: "waiting", since_ms: 0, retry_at_ms: 0, reason: "" };
    await write([ANNA]);
    await send();
    expect([question()?.textContent, (screen.getByRole("button", { name: words.add }) as HTMLButtonElement).disabled]).toEqual([expect.stringContaining(words.offline), true]);
  });
  test("nothing is asked of somebody who has come in meanwhile, or whose name was taken out again", async () => {
    members = [...members, member(ANNA)];
    await write([ANNA]);
    await send();
    expect([question(), sent.length]).toEqual([null, 1]);
    await write([ANDRE]);
    await fireEvent.input(screen.getAllByRole("textbox").at(-1) as HTMLElement, { target: { value: "Nobody" } });
    await fireEvent.click(screen.getAllByRole("button", { name: conversation_words.composer.send }).at(-1) as HTMLElement);
    await after();
    expect([question(), sent.map(({ body }) => body)]).toEqual([null, ["@Anna Lindqvist", "Nobody"]]);
  });
  test("it is asked as well before a time for it is chosen", async () => {
    await write([ANNA]);
    await press(reply.later);
    expect(question()?.textContent).toContain(ANNA.name);
    await press(words.anyway);
    expect(screen.getByRole("dialog", { name: later_words.send.title })).toBeTruthy();
  });
});
