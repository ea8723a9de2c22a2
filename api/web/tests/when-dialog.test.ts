// Proves what is asked before something happens at a set time, a reminder or a message: the time, the id of each try, what is said and not asked.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import { text } from "../src/core/i18n";
import type { Conversation, SendMessage } from "../src/core/wire";
import RemindDialog from "../src/ui/staff/RemindDialog.svelte";
import SendLater from "../src/ui/staff/SendLater.svelte";
import { announcer } from "../src/vm/announce.svelte";
import { own } from "../src/vm/own.svelte";
import { session } from "../src/vm/session.svelte";
import { later as words } from "../locales/en-staff-later";
import { own as own_words } from "../locales/en-staff-own";
import { conversation, settle } from "./fakes";

const message: SendMessage = { body: "Come on Monday", audience: "everyone", priority: "urgent", mentions: [] };
const refusal = (code: string, status: number): Refusal => new Refusal({ status, code });

let asked: { path: string; command_id: string | undefined; body: Record<string, unknown> }[];
let answers: (Refusal | Promise<void>)[];
let onclose = vi.fn();
let onsent = vi.fn();

beforeEach(() => {
  asked = [];
  answers = [];
  [onclose, onsent] = [vi.fn(), vi.fn()];
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  session.link = { state: "live" };
  vi.spyOn(session.http, "ask").mockImplementation(async (path: string, { command_id, body } = {}) => {
    asked.push({ path, command_id, body: body as Record<string, unknown> });
    const answer = answers.shift();
    if (answer instanceof Refusal) throw answer;
    await answer;
    return { id: "sch_a", conversation_id: "con_a", at_ms: 0, state: "waiting" } as never;
  });
});
afterEach(() => { cleanup(); own.forget(); session.link = { state: "stopped" }; });

function remind(remind_at_ms?: number): void {
  const one = conversation();
  const known: Conversation = { ...one, my: { ...one.my, attention: { muted: false, marked_unread: false, ...(remind_at_ms === undefined ? {} : { remind_at_ms }) } } };
  render(RemindDialog, { conversation: known, onclose });
}
const send = (): void => { render(SendLater, { conversation_id: "con_a", message, sees: "Maria Garcia will see this.", onsent, onclose }); };
const DIALOGS = [["a reminder", remind, words.remind], ["a message", send, words.send]] as const;

const button = (name: string): HTMLButtonElement => screen.getByRole("button", { name });
const press = async (name: string): Promise<void> => { await fireEvent.click(button(name)); };
async function go(): Promise<void> {
  await fireEvent.submit(document.querySelector("form") as HTMLFormElement);
  await settle();
  await tick();
}
const alerts = (): (string | null)[] => screen.queryAllByRole("alert").map((one) => one.textContent);

describe.each(DIALOGS)("%s", (_, open, { effectInGeneral, do: submit }) => {
  test("without a time it asks for one, in the focus, and the node for nothing", async () => {
    open();
    expect(screen.getByText(effectInGeneral)).toBeTruthy();
    await go();
    expect([alerts(), asked]).toEqual([[words.faults.missing], []]);
    expect(document.activeElement).toBe(screen.getByLabelText(words.day));
  });
  test("refused, it is another command the next time; in doubt it is the same one, until the time is another", async () => {
    open();
    await press(words.choices.hour);
    answers = [refusal("archived", 409), refusal("unavailable", 503), refusal("unreachable", 0), refusal("unreachable", 0)];
    for (let turn = 0; turn < 3; turn += 1) {
      await go();
      expect(alerts()).toHaveLength(1);
    }
    await fireEvent.input(screen.getByLabelText(words.time), { target: { value: "23:59" } });
    await fireEvent.input(screen.getByLabelText(words.day), { target: { value: new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10) } });
    expect(alerts()).toEqual([]);
    await go();
    await go();
    const [refused, unavailable, unreachable, other, done] = asked.map(({ command_id }) => command_id);
    expect(unavailable).not.toBe(refused);
    expect(unreachable).toBe(unavailable);
    expect(other).not.toBe(unreachable);
    expect(done).toBe(other);
    expect(onclose.mock.calls.length + onsent.mock.calls.length).toBe(1);
  });
  test("offline it says why it does nothing", async () => {
    session.link = { state: "stopped" };
    open();
    const [hint, does] = [screen.getByRole("status"), button(submit)];
    expect([hint.textContent, does.disabled]).toEqual([words.offline, true]);
    expect(does.getAttribute("aria-describedby")).toBe(`${screen.getByText(effectInGeneral).id} ${hint.id}`);
    await press(words.choices.hour);
    await go();
    expect(asked).toEqual([]);
  });
});

describe("what differs", () => {
  test("a reminder tells when it is set, and why it is not", async () => {
    const say = vi.spyOn(announcer, "say");
    remind();
    await press(words.choices.hour);
    answers = [refusal("not_a_member", 403)];
    await go();
    expect(alerts()).toEqual([own_words.problems["not_a_member"]]);
    await go();
    expect(asked[1]).toMatchObject({ path: "/v1/conversations/con_a/attention", body: { step: "remind", at_ms: expect.any(Number) } });
    expect(say.mock.lastCall?.[0]).toMatch(/^You will be reminded /);
    expect(onclose).toHaveBeenCalledOnce();
  });
  test("a reminder that is set can be forgotten, whatever time is in the fields, and can be left while that is asked", async () => {
    const say = vi.spyOn(announcer, "say");
    remind(5);
    let answer = (): void => {};
    answers = [new Promise((resolve) => { answer = resolve; })];
    await press(words.remind.forget);
    expect([button(words.remind.forget).disabled, button(text.saving).disabled, button(text.cancel).disabled]).toEqual([true, true, false]);
    answer();
    await settle();
    expect(asked.map(({ body }) => body)).toEqual([{ step: "remind" }]);
    expect([alerts(), say.mock.lastCall]).toEqual([[], [words.remind.forgotten]]);
    expect(onclose).toHaveBeenCalledOnce();
  });
  test("what was forgotten in doubt is set anew, not told once more: it has an id of its own", async () => {
    remind(5);
    answers = [refusal("unreachable", 0), refusal("unreachable", 0), refusal("unreachable", 0)];
    await press(words.choices.hour);
    await go();
    await press(words.remind.forget);
    await settle();
    await tick();
    await go();
    const [set, forgotten, again] = asked.map(({ command_id }) => command_id);
    expect(asked.map(({ body }) => body["at_ms"] !== undefined)).toEqual([true, false, true]);
    expect(new Set([set, forgotten, again]).size).toBe(3);
    await go();
    expect(asked[3]?.command_id).toBe(again);
  });
  test("where none is set, there is none to forget", () => {
    remind();
    expect(screen.queryByRole("button", { name: words.remind.forget })).toBeNull();
  });
  test("a message shows its words and who will see them, and is not left while it is on its way", async () => {
    send();
    expect(screen.getByRole("group", { name: words.send.words }).textContent).toContain(message.body);
    expect(screen.getByText("Maria Garcia will see this.", { exact: false }).textContent).toContain(text.message.urgent);
    await press(words.choices.hour);
    let answer = (): void => {};
    answers = [refusal("too_many", 409), new Promise((resolve) => { answer = resolve; })];
    await go();
    expect(alerts()).toEqual([words.send.problems["too_many"]]);
    await go();
    expect(button(text.cancel).disabled).toBe(true);
    await press(text.close);
    expect([onclose.mock.calls, onsent.mock.calls]).toEqual([[], []]);
    answer();
    await settle();
    expect(asked[1]).toMatchObject({ path: "/v1/conversations/con_a/scheduled", body: { ...message, at_ms: expect.any(Number) } });
    expect(onsent).toHaveBeenCalledWith(message.body);
    expect(own.scheduled).toMatchObject([{ id: "sch_a", message }]);
  });
});
