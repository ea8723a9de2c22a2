// Proves that a room can be given to somebody else of its staff, by whom, and that whoever must not leave without it is offered both at once.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { text } from "../src/core/i18n";
import { Refusal, type Ask } from "../src/core/http";
import type { Conversation, Me } from "../src/core/wire";
import Asks from "../src/ui/staff/Asks.svelte";
import { conversationItems } from "../src/ui/staff/menus";
import { mayGive, mustGive } from "../src/ui/staff/owner";
import "../src/ui/staff/refusals";
import { session } from "../src/vm/session.svelte";
import { asks } from "../locales/en-staff-asks";
import { menus } from "../locales/en-staff-menus";
import { panel } from "../locales/en-staff-panel";
import { refusals } from "../locales/en-staff-refusals";
import { conversation, MARIA, ORTIZ, RAMAN, settle } from "./fakes";

const me = (more: Partial<Me["person"]> = {}): Me => ({ person: { ...RAMAN, title: "MD", roles: ["physician"], ...more }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: [] });
const mine = (more: Partial<Conversation> = {}): Conversation => conversation({
  owner_id: RAMAN.id, my: { ...conversation().my, owner: true, may: ["send", "leave", "add_member"] },
  members: [RAMAN, ORTIZ, { ...MARIA, kind: "partner" as const }].map(({ id, name, kind }) => ({ person_id: id, name, kind })), ...more,
});
const theirs = { owner_id: ORTIZ.id, my: { ...conversation().my, owner: false } };
let asked: { path: string; method: string | undefined; body: unknown }[];
let refuse: (path: string, method?: string) => string | undefined;
const onask = vi.fn();
const onclose = vi.fn();

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  [asked, refuse] = [[], () => undefined];
  onask.mockReset();
  onclose.mockReset();
  session.link = { state: "live" };
  session.me = me();
  session.sync = { fetchConversation: async () => conversation(), onLink: () => () => {} } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation(((path: string, { method, body }: Ask = {}) => {
    asked.push({ path, method, body });
    const code = refuse(path, method);
    return code === undefined ? Promise.resolve({}) : Promise.reject(new Refusal({ status: 409, code }));
  }) as never);
});
afterEach(() => {
  cleanup();
  session.store.clear();
  session.me = session.sync = undefined;
  session.link = { state: "stopped" };
});

const show = (what: "owner" | "leave", of = mine()): void => { render(Asks, { ask: { what }, conversation: of, me: RAMAN.id, onstep: async () => {}, onask, onclose }); };
const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await settle(); await tick(); };
async function choose(name: string): Promise<void> {
  await fireEvent.focus(screen.getByRole("combobox"));
  await vi.waitFor(() => expect(screen.getByRole("option", { name: new RegExp(name) })).toBeTruthy());
  await fireEvent.click(screen.getByRole("option", { name: new RegExp(name) }));
  await tick();
}

test("is offered to the owner of a group, a channel or a care room, and to administrators in it", () => {
  const kinds = ["group", "channel", "care_room", "patient", "direct"] as const;
  expect(kinds.map((kind) => mayGive(mine({ kind }), me()))).toEqual([true, true, true, false, false]);
  expect([mayGive(mine(theirs), me()), mayGive(mine(theirs), me({ roles: ["administrator"] })), mayGive(mine({ my: { ...mine().my, member: false } }), me({ roles: ["administrator"] })), mayGive(mine(), me({ kind: "partner" }))])
    .toEqual([false, true, false, false]);
  const labels = (of: Conversation): boolean => conversationItems(of, () => {}, () => {}).some(({ label }) => label === menus.owner);
  expect([labels(mine()), labels(mine(theirs))]).toEqual([true, false]);
});

test("only the owner of a group or channel with others in it must", () => {
  expect([mustGive(mine(), RAMAN.id), mustGive(mine({ kind: "channel" }), RAMAN.id), mustGive(mine({ kind: "care_room" }), RAMAN.id), mustGive(mine({ member_count: 1 }), RAMAN.id), mustGive(mine(theirs), RAMAN.id)])
    .toEqual([true, true, false, false, false]);
});

test("somebody of the staff in it is chosen, and it is theirs; one stays", async () => {
  show("owner");
  await submit();
  expect([screen.getByRole("alert").textContent, asked]).toEqual([asks.owner.choose, []]);
  await fireEvent.focus(screen.getByRole("combobox"));
  await vi.waitFor(() => expect(screen.getAllByRole("option").map((one) => one.querySelector(".name")?.textContent)).toEqual([ORTIZ.name]));
  await choose(ORTIZ.name);
  refuse = () => "invalid";
  await submit();
  expect(screen.getByRole("alert").textContent).toBe(asks.owner.refused(ORTIZ.name));
  refuse = () => undefined;
  asked = [];
  await submit();
  expect(asked).toEqual([{ path: "/v1/conversations/con_a", method: "PATCH", body: { owner_id: ORTIZ.id } }]);
  expect(onclose).toHaveBeenCalledOnce();
});

test("an owner who leaves hands it over in the same step, and what is done is not asked for again", async () => {
  show("leave");
  expect(screen.getByRole("dialog", { name: asks.owner.leaveTitle })).toBeTruthy();
  await choose(ORTIZ.name);
  refuse = (_path, method) => (method === "DELETE" ? "unreachable" : undefined);
  await submit();
  expect([screen.getByRole("alert").textContent, onclose.mock.calls.length]).toEqual([text.problems["unreachable"], 0]);
  refuse = () => undefined;
  await submit();
  expect(asked.map(({ method }) => method)).toEqual(["PATCH", "DELETE", "DELETE"]);
  expect(asked.at(-1)?.path).toBe(`/v1/conversations/con_a/members/${RAMAN.id}`);
  expect(onclose).toHaveBeenCalledOnce();
});

test("without anybody else of the staff it says so, and leads to adding somebody", async () => {
  show("owner", mine({ members: [{ person_id: RAMAN.id, name: RAMAN.name, kind: "staff" }] }));
  expect([screen.getByRole("status").textContent, (screen.getByRole("button", { name: asks.owner.do }) as HTMLButtonElement).disabled]).toEqual([asks.owner.nobody, true]);
  await fireEvent.click(screen.getByText(asks.care.add));
  expect(onask).toHaveBeenCalledWith({ what: "add" });
});

test("whoever turns out to own it is told so in words, and the room is looked at again", async () => {
  const look = vi.spyOn(session.sync as NonNullable<typeof session.sync>, "fetchConversation");
  refuse = () => "owner_must_hand_over";
  show("leave", mine(theirs));
  await fireEvent.click(screen.getByRole("button", { name: menus.leave }));
  await settle();
  await tick();
  expect([screen.getByRole("alert").textContent, look.mock.calls]).toEqual([refusals["owner_must_hand_over"], [["con_a"]]]);
  expect(screen.getByRole("alertdialog", { name: panel.leaveTitle })).toBeTruthy();
});
