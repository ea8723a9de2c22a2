// Proves what is made of the clinic's settings on the screen: the patient's guidance and new message, the administrator's dialog.
import { cleanup, fireEvent, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "../src/core/http";
import type { Settings } from "../src/core/wire";
import Guidance from "../src/ui/patient/Guidance.svelte";
import NewMessage from "../src/ui/patient/NewMessage.svelte";
import { clinic as part } from "../src/ui/patient/parts";
import ClinicSettings from "../src/ui/staff/ClinicSettings.svelte";
import { clinic } from "../src/vm/clinic.svelte";
import { session } from "../src/vm/session.svelte";
import { MARIA, ORTIZ } from "./fakes";

const SETTINGS: Settings = { guidance: "Call 911.\nWe answer by noon.", hours: [{ day: 0, from_minute: 480, until_minute: 1020 }], zone: "America/Chicago", patients: true, team: true, reasons: [{ number: 3, name: "Refill", role: "nurse" }] };
let asked: { path: string; method: string; body: unknown }[];
let refuse: string | undefined;
const settle = async (): Promise<void> => { for (let turn = 0; turn < 10; turn += 1) { await Promise.resolve(); await tick(); } };

beforeEach(() => {
  asked = [];
  refuse = undefined;
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close() { this.open = false; };
  session.me = { person: { ...MARIA }, session_id: "ses_a", expires_at_ms: 0, workspace: { name: "Clinic" }, permissions: [] };
  session.sync = { onSettings: () => {}, onLink: () => () => {}, fetchConversation: async () => {} } as unknown as NonNullable<typeof session.sync>;
  vi.spyOn(session.http, "ask").mockImplementation(async (path: string, options = {}) => {
    asked.push({ path, method: options.method ?? "GET", body: options.body });
    if (options.method && refuse !== undefined) throw new Refusal({ status: 409, code: refuse });
    if (path === "/v1/settings" && !options.method) return { settings: SETTINGS, reachable: [ORTIZ] } as never;
    return { conversation_id: "con_a", revision: 1 } as never;
  });
  vi.spyOn(session, "send").mockResolvedValue();
});
afterEach(cleanup);

test("the guidance: the usual one until the clinic's is known, and anew when it changes", async () => {
  const { container } = render(Guidance);
  expect(container.textContent).toContain("Emergency? Call 911.");
  await part.load();
  await settle();
  expect(container.querySelector(".said")?.textContent).toBe(SETTINGS.guidance);
  expect(container.querySelector("[data-hours]")?.textContent).toContain("Hours: Mon");
  vi.mocked(session.http.ask).mockResolvedValue({ settings: { ...SETTINGS, guidance: " ", hours: [] } });
  session.sync?.onSettings();
  await settle();
  expect(container.textContent).toContain("Emergency? Call 911.");
  expect(container.querySelector("[data-hours]")).toBeNull();
});

test("a patient's new message: a reason and whom it is for, and words where they take no new ones", async () => {
  const onclose = vi.fn();
  const { container, getByLabelText, findByRole } = render(NewMessage, { start: "Hello", onclose });
  await settle();
  const form = container.querySelector("form") as HTMLFormElement;
  await fireEvent.submit(form);
  expect((await findByRole("alert")).textContent).toBe("Choose what it is about.");
  await fireEvent.change(getByLabelText("What is it about?"), { target: { value: "3" } });
  await fireEvent.change(getByLabelText("To"), { target: { value: ORTIZ.id } });
  refuse = "not_available";
  await fireEvent.submit(form);
  await settle();
  const sent = { kind: "patient", patient_id: MARIA.id, topic: "Refill", reason: 3 };
  expect(asked.filter(({ path }) => path === "/v1/conversations").map(({ body }) => body)).toEqual([{ ...sent, to_id: ORTIZ.id }]);
  expect((await findByRole("alert")).textContent).toContain("takes no new messages now");
  refuse = undefined;
  await fireEvent.submit(form);
  await settle();
  expect(asked.filter(({ path }) => path === "/v1/conversations").at(-1)?.body).toEqual(sent);
  expect(onclose).toHaveBeenCalledOnce();
});

test("the administrator's dialog: what is wrong is said, what is saved is the whole of it", async () => {
  const onclose = vi.fn();
  const { container, getByText, getAllByLabelText, getByLabelText, queryByText } = render(ClinicSettings, { onclose });
  await settle();
  const form = container.querySelector("form") as HTMLFormElement;
  await fireEvent.click(getByText("Add a reason"));
  await fireEvent.click(getByLabelText("Add hours on Tuesday"));
  await fireEvent.click(getByLabelText("Chat among staff"));
  await fireEvent.submit(form);
  await settle();
  expect(getByText("Write the reason.")).toBeTruthy();
  expect(asked.some(({ method }) => method === "PUT")).toBe(false);
  await fireEvent.input(getAllByLabelText("Reason")[1] as HTMLElement, { target: { value: "Billing question" } });
  expect(queryByText("Write the reason.")).toBeNull();
  refuse = "invalid";
  await fireEvent.submit(form);
  await settle();
  expect(container.textContent).toContain("did not accept these settings");
  refuse = "nothing_to_do";
  await fireEvent.submit(form);
  await settle();
  expect(onclose).toHaveBeenCalledOnce();
  expect(asked.findLast(({ method }) => method === "PUT")?.body).toEqual({
    ...SETTINGS, team: false, hours: [...SETTINGS.hours, { day: 1, from_minute: 480, until_minute: 1020 }],
    reasons: [...SETTINGS.reasons, { number: 4, name: "Billing question", role: "front_desk" }],
  });
});

test("somebody else has saved meanwhile: it is said, and theirs can be shown", async () => {
  const { container, getByText } = render(ClinicSettings, { onclose: () => {} });
  await settle();
  expect(container.textContent).not.toContain("meanwhile");
  clinic.settings = { ...SETTINGS, guidance: "Theirs" };
  await settle();
  await fireEvent.click(getByText("Show theirs"));
  expect((container.querySelector("textarea") as HTMLTextAreaElement).value).toBe("Theirs");
});
