// Proves a new channel for many: who is in it from the start, by which choice, how many at most, and that a second try asks for the same.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import type { CreateConversation, Person } from "../src/core/wire";
import NewConversation from "../src/ui/staff/NewConversation.svelte";
import { clinic } from "../src/vm/clinic.svelte";
import { session } from "../src/vm/session.svelte";
import { compose } from "../locales/en-staff-new";
import { ORTIZ, RAMAN, settle } from "./fakes";

const staff = (id: string, more: Partial<Person> = {}): Person => ({ id: `per_${id}`, kind: "staff", name: id, state: "active", site_ids: [], ...more });
let people: Person[];
let asked: { path: string; body: CreateConversation; command_id: string | undefined }[];
let answer: unknown;
const ready = async (): Promise<void> => { for (let turn = 0; turn < 4; turn += 1) { await settle(); await tick(); } };
const tick_box = (): HTMLInputElement | null => screen.queryByRole<HTMLInputElement>("checkbox", { name: /from the start/ });
const members = (): unknown => (asked.at(-1)?.body as { member_ids: string[] } | undefined)?.member_ids;
const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("form") as HTMLFormElement); await ready(); };

async function channel(visibility: string): Promise<void> {
  render(NewConversation, { start: "channel", onclose: () => {} });
  await ready();
  await fireEvent.input(screen.getByLabelText(compose.name), { target: { value: "all-hands" } });
  await fireEvent.change(screen.getByLabelText(compose.kind), { target: { value: visibility } });
  await ready();
}

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  people = [{ ...RAMAN, state: "active", site_ids: [] }, { ...ORTIZ, state: "active", site_ids: ["site_a"] }, staff("new", { state: "invited", site_ids: ["site_b"] }), staff("gone", { state: "suspended" }), { id: "per_lab", kind: "partner", name: "Lena Lab", state: "active" }, { id: "per_bot", kind: "service", name: "Labs", state: "active" }];
  [asked, answer] = [[], { conversation_id: "con_new" }];
  session.link = { state: "live" };
  session.me = { person: { ...RAMAN }, session_id: "", expires_at_ms: 0, workspace: { name: "" }, permissions: ["read_people", "create_group", "create_channel", "create_announcement"] };
  session.sync = { onLink: () => () => {}, onSettings: () => {}, open: async () => {}, transport: { send: () => true }, fetchConversation: async () => {} } as unknown as NonNullable<typeof session.sync>;
  clinic.settings = { guidance: "", hours: [], zone: "UTC", patients: true, team: true, reasons: [] };
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, { body, command_id }: { body?: CreateConversation; command_id?: string } = {}) => {
    if (path.startsWith("/v1/people")) return { people };
    if (path === "/v1/sites") return { sites: [{ id: "site_a", name: "Mission" }, { id: "site_b", name: "Sunset" }] };
    if (path === "/v1/settings") return { settings: clinic.settings };
    if (body !== undefined) asked.push({ path, body, command_id });
    if (answer instanceof Error) throw answer;
    return answer;
  }) as never);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  session.me = session.sync = clinic.settings = undefined;
  session.link = { state: "stopped" };
});

test("an announcement has everybody who works here, also who has not signed in yet; nobody else has to be found", async () => {
  await channel("announcement");
  expect([tick_box()?.checked, screen.getByText(compose.all(3))]).toEqual([true, expect.anything()]);
  expect([screen.queryByRole("combobox", { name: /People/ }), screen.queryByText(compose.allAtOnce(200))]).toEqual([null, null]);
  await submit();
  expect([asked.at(-1)?.body.kind, members()]).toEqual(["channel", [ORTIZ.id, "per_new"]]);
});

test("whoever wants it otherwise finds people one by one", async () => {
  await channel("announcement");
  await fireEvent.click(tick_box() as HTMLInputElement);
  expect(screen.getByRole("combobox", { name: /People/ })).toBeTruthy();
  await submit();
  expect(members()).toEqual([]);
});

test("a site's channel offers the site's staff, and those of all sites; a public one offers nobody", async () => {
  await channel("site");
  expect(tick_box()?.checked).toBe(false);
  await fireEvent.click(tick_box() as HTMLInputElement);
  expect(screen.getByText(compose.allOfSite(2))).toBeTruthy();
  await fireEvent.change(screen.getByLabelText(compose.site), { target: { value: "site_b" } });
  await submit();
  expect([asked.at(-1)?.body, members()]).toEqual([expect.objectContaining({ site_id: "site_b" }), ["per_new"]]);
  cleanup();
  await channel("public");
  expect(tick_box()).toBeNull();
});

test("more than the node takes at once are not asked for, and that is said", async () => {
  people = Array.from({ length: 230 }, (_, nth) => staff(`p${nth}`));
  await channel("announcement");
  expect(screen.getByText(compose.allAtOnce(200))).toBeTruthy();
  await submit();
  expect((members() as string[]).length).toBe(200);
});

test("a second try is the same wish under the same id, whoever was added meanwhile", async () => {
  await channel("announcement");
  answer = new Refusal({ status: 503, code: "outcome_unknown" });
  await submit();
  people = [...people, staff("later")];
  answer = { conversation_id: "con_new" };
  await submit();
  expect(asked.map(({ command_id }) => command_id)).toEqual([asked[0]?.command_id, asked[0]?.command_id]);
  expect(asked[1]?.body).toEqual(asked[0]?.body);
});
