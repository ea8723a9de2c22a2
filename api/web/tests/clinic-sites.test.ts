// Proves what the clinic's settings set site by site and for the chart: another role for a reason at a site, and the address of a chart; what is
// wrong is said, and only what is another one is saved.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { faultsOf, formOf, settingsOf } from "../src/core/clinic-form";
import type { Settings } from "../src/core/wire";
import ClinicSettings from "../src/ui/staff/ClinicSettings.svelte";
import { clinic } from "../src/vm/clinic.svelte";
import { session } from "../src/vm/session.svelte";
import { settings_words as words } from "../locales/en-staff-settings";
import { RAMAN } from "./fakes";

const SETTINGS: Settings = {
  guidance: "Call 911.", hours: [], zone: "America/Chicago", patients: true, team: true,
  reasons: [{ number: 3, name: "Refill", role: "nurse", of_sites: [{ site_id: "site_sf", role: "front_desk" }] }, { number: 4, name: "Bill", role: "billing" }],
};
const SITES = [{ id: "site_la", name: "Los Angeles" }, { id: "site_sf", name: "San Francisco" }];
let asked: { path: string; method: string; body: unknown }[];
let sites: unknown;
const onclose = vi.fn();
const settle = async (): Promise<void> => { for (let turn = 0; turn < 10; turn += 1) { await Promise.resolve(); await tick(); } };
const saved = (): [string, unknown][] => asked.filter(({ method }) => method === "PUT").map(({ path, body }) => [path, body]);
const submit = async (): Promise<void> => { await fireEvent.submit(document.querySelector("#clinic-settings") as HTMLFormElement); await settle(); };
const choose = async (label: string, value: string): Promise<void> => { await fireEvent.change(screen.getByLabelText(label), { target: { value } }); await settle(); };
const press = async (name: string): Promise<void> => { await fireEvent.click(screen.getByRole("button", { name })); await settle(); };

async function open(): Promise<void> {
  render(ClinicSettings, { onclose });
  await settle();
}

beforeEach(() => {
  asked = [];
  sites = { sites: SITES };
  onclose.mockClear();
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  session.me = { person: { ...RAMAN }, session_id: "ses_a", expires_at_ms: 0, workspace: { name: "Clinic" }, permissions: ["change_settings"] };
  session.sync = { onSettings: () => {}, onLink: () => () => {} } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation((async (path: string, options: { method?: string; body?: unknown } = {}) => {
    asked.push({ path, method: options.method ?? "GET", body: options.body });
    if (path === "/v1/sites") { if (sites instanceof Error) throw sites; return sites; }
    if (path === "/v1/settings" && !options.method) return { settings: SETTINGS, chart_url: "https://ehr.example/{mrn}" };
    return { templates: [] };
  }) as never);
});
afterEach(() => {
  cleanup();
  clinic.chart_url = "";
  vi.restoreAllMocks();
  session.me = session.sync = undefined;
});

test("each site once, and none left open; what the form is filled with is not what it changes", () => {
  const form = formOf(SETTINGS, "");
  const [first] = form.reasons;
  if (first?.of_sites) first.of_sites.push({ site_id: "site_sf", role: "nurse" });
  expect(faultsOf(form).reasons).toEqual({ 3: "sites" });
  if (first) first.of_sites = [{ site_id: "", role: "nurse" }];
  expect(faultsOf(form).reasons).toEqual({ 3: "sites" });
  expect(SETTINGS.reasons[0]?.of_sites).toHaveLength(1);
  expect(settingsOf(formOf(SETTINGS, "")).reasons).toEqual(SETTINGS.reasons);
});

test("another role at a site is set, changed and taken away", async () => {
  await open();
  expect(screen.getByLabelText<HTMLSelectElement>(words.atSite("Refill", 1)).value).toBe("site_sf");
  await choose(words.roleAt("Refill", 1), "physician");
  await press(words.addSiteTo("Refill"));
  const second = screen.getByLabelText<HTMLSelectElement>(words.atSite("Refill", 2));
  expect([second.value, document.activeElement === second]).toEqual(["site_la", true]);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: words.addSiteTo("Refill") }).disabled, "every site has one").toBe(true);
  await choose(words.atSite("Refill", 2), "site_sf");
  await submit();
  expect([screen.getByText(words.reason.sites), saved()]).toEqual([expect.anything(), []]);
  await choose(words.atSite("Refill", 2), "site_la");
  await press(words.addSiteTo("Bill"));
  await press(words.addSiteTo("Bill"));
  await submit();
  expect(saved()).toEqual([["/v1/settings", { ...SETTINGS, reasons: [
    { number: 3, name: "Refill", role: "nurse", of_sites: [{ site_id: "site_sf", role: "physician" }, { site_id: "site_la", role: "nurse" }] },
    { number: 4, name: "Bill", role: "billing", of_sites: [{ site_id: "site_la", role: "billing" }, { site_id: "site_sf", role: "billing" }] },
  ] }]]);
  expect(onclose).toHaveBeenCalledOnce();
  cleanup();
  asked = [];
  await open();
  await press(words.removeSite("San Francisco"));
  expect(document.activeElement).toBe(screen.getByRole("button", { name: words.addSiteTo("Refill") }));
  await submit();
  expect((saved()[0]?.[1] as Settings).reasons[0]?.of_sites).toEqual([]);
});

test("where the sites could not be told, what stands there stays", async () => {
  sites = new Error("away");
  await open();
  expect(screen.getByText(words.sites)).toBeTruthy();
  await fireEvent.click(screen.getByLabelText(words.team));
  await submit();
  expect((saved()[0]?.[1] as Settings).reasons).toEqual(SETTINGS.reasons);
});

test("the chart's address: what is wrong is said and nothing is saved; it goes by itself, and only when it is another one", async () => {
  await open();
  const field = screen.getByLabelText<HTMLInputElement>(words.chart);
  expect(field.value).toBe("https://ehr.example/{mrn}");
  for (const [typed, fault] of [["http://ehr.example/{mrn}", words.chartFaults.https], ["https://ehr.example/", words.chartFaults.place]] as const) {
    await fireEvent.input(field, { target: { value: typed } });
    await submit();
    expect([screen.getByText(fault), saved(), document.activeElement === field]).toEqual([expect.anything(), [], true]);
  }
  await fireEvent.input(field, { target: { value: " https://ehr.example/chart?mrn={mrn} " } });
  await submit();
  expect(saved()).toEqual([["/v1/chart-link", { url: "https://ehr.example/chart?mrn={mrn}" }], ["/v1/settings", SETTINGS]]);
  cleanup();
  asked = [];
  await open();
  await submit();
  expect(saved().map(([path]) => path)).toEqual(["/v1/settings"]);
});
