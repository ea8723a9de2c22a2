// Proves what an administrator sets of words that were written: minutes and seconds, what is wrong is said where it is, only what is another one is
// saved, and what somebody else set meanwhile is told.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { areMinutesSound, arePoliciesSame, policiesFormOf, policiesOf } from "../src/core/clinic-policies";
import type { Policies, Settings } from "../src/core/wire";
import ClinicSettings from "../src/ui/staff/ClinicSettings.svelte";
import { clinic } from "../src/vm/clinic.svelte";
import { session } from "../src/vm/session.svelte";
import { policies_words as words } from "../locales/en-staff-policies";
import { settings_words } from "../locales/en-staff-settings";
import { RAMAN } from "./fakes";

const SETTINGS: Settings = { guidance: "Call 911.", hours: [], zone: "America/Chicago", patients: true, team: true, reasons: [] };
let policies: Policies;
let asked: { path: string; body: unknown }[];
const onclose = vi.fn();
const settle = async (): Promise<void> => { for (let turn = 0; turn < 10; turn += 1) { await Promise.resolve(); await tick(); } };
const saved = (path: string): unknown[] => asked.filter((one) => one.path === path).map(({ body }) => body);
const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("#clinic-settings") as HTMLFormElement); await settle(); };
const minutes = (): HTMLInputElement => screen.getByLabelText(words.minutes);
const write = async (value: string): Promise<void> => { await fireEvent.input(minutes(), { target: { value } }); await settle(); };

beforeEach(async () => {
  asked = [];
  policies = { edit_window_s: 900, on_behalf_of_labelled: true };
  onclose.mockClear();
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  session.me = { person: { ...RAMAN }, session_id: "ses_a", expires_at_ms: 0, workspace: { name: "Clinic" }, permissions: ["change_settings"] };
  session.sync = { onSettings: () => {}, onLink: () => () => {} } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, options: { method?: string; body?: unknown } = {}) => {
    if (options.method === "PUT") asked.push({ path, body: options.body });
    if (path === "/v1/settings" && !options.method) return { settings: SETTINGS, safeguards: { undo_s: 10 }, policies };
    return { templates: [], sites: [] };
  }) as never);
  render(ClinicSettings, { onclose });
  await settle();
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  session.me = session.sync = undefined;
});

test("minutes of the fields are seconds of the node", () => {
  expect(policiesFormOf(policies)).toEqual({ edit_minutes: 15, on_behalf_of_labelled: true });
  expect(policiesOf({ edit_minutes: 1.5, on_behalf_of_labelled: false })).toEqual({ edit_window_s: 90, on_behalf_of_labelled: false });
  expect([0, 1440, 1441, -1, null, undefined].map((edit_minutes) => areMinutesSound({ edit_minutes, on_behalf_of_labelled: true }))).toEqual([true, true, false, false, false, false]);
  expect([arePoliciesSame(policies, { ...policies }), arePoliciesSame(policies, { ...policies, edit_window_s: 0 }), arePoliciesSame(policies, { ...policies, on_behalf_of_labelled: false })]).toEqual([true, false, false]);
});

test("only what is another one is saved", async () => {
  expect(minutes().value).toBe("15");
  await submit();
  expect([saved("/v1/policies"), onclose.mock.calls.length]).toEqual([[], 1]);
  await write("5");
  await fireEvent.click(screen.getByLabelText(words.behalf));
  await settle();
  expect(screen.getByText(words.behalfOff)).toBeTruthy();
  await submit();
  expect(saved("/v1/policies")).toEqual([{ edit_window_s: 300, on_behalf_of_labelled: false }]);
  expect(onclose.mock.calls.length).toBe(2);
});

test("what makes no sense is said where it is, and nothing is saved", async () => {
  for (const value of ["1441", "-1", ""]) {
    await write(value);
    await submit();
    expect(screen.getByText(words.minutesFault).id).toBe(minutes().getAttribute("aria-describedby")?.split(" ").at(-1));
  }
  expect([asked, onclose.mock.calls.length]).toEqual([[], 0]);
});

test("what somebody else set meanwhile is told", async () => {
  clinic.policies = { edit_window_s: 0, on_behalf_of_labelled: true };
  await settle();
  expect(screen.getByText(settings_words.changed, { exact: false })).toBeTruthy();
  await fireEvent.click(screen.getByRole("button", { name: settings_words.anew }));
  await settle();
  expect(minutes().value).toBe("0");
});
