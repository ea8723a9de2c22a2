// Proves the clinic's settings: its hours in words and in its own zone, the form that sets them, who is offered to set them.
import { describe, expect, test, vi } from "vitest";
import { faultsOf, formOf, isSound, nextNumber, settingsOf, type SettingsForm } from "../src/core/clinic-form";
import { hoursSaid, nowIn, opensNext } from "../src/core/hours";
import type { Hours, Me, Settings } from "../src/core/wire";
import { statusItems } from "../src/ui/staff/menus";

const ZONE = "America/Chicago";
const on = (days: number[], from: number, until: number): Hours[] => days.map((day) => ({ day, from_minute: from * 60, until_minute: until * 60 }));
const WEEK = on([0, 1, 2, 3, 4], 8, 17);
const said = (hours: Hours[], at: string, zone = ZONE) => hoursSaid(hours, zone, "en-GB", Date.parse(at));

describe("hours", () => {
  test("neighbouring days of the same hours are one stretch", () => {
    expect(said(WEEK, "2026-11-30T18:00:00Z")?.week).toBe("Mon–Fri 8:00–17:00");
    expect(said([...on([5], 9, 12), ...on([0, 1, 3], 8, 12), ...on([0], 13, 17)], "2026-11-30T18:00:00Z")?.week).toBe("Mon 8:00–12:00, 13:00–17:00; Tue 8:00–12:00; Thu 8:00–12:00; Sat 9:00–12:00");
    expect(hoursSaid(WEEK, ZONE, "en-US", Date.parse("2026-11-30T18:00:00Z"))?.week.replaceAll("\u202f", " ")).toBe("Mon–Fri 8:00 AM–5:00 PM");
  });
  test("closed now, in the clinic's zone and not in that of who reads", () => {
    expect(said(WEEK, "2026-11-30T13:59:00Z")?.closed_until).toBe("8:00"); // 7:59 there
    expect(said(WEEK, "2026-11-30T14:00:00Z")?.closed_until).toBeUndefined();
    expect(said(WEEK, "2026-11-30T22:59:00Z")?.closed_until).toBeUndefined();
    expect(said(WEEK, "2026-11-30T23:00:00Z")?.closed_until).toBe("Tue 8:00"); // 17:00 is not in it
    expect(said(WEEK, "2026-12-05T02:00:00Z")?.closed_until).toBe("Mon 8:00"); // Friday evening there, Saturday in Greenwich
  });
  test("summer time is the zone's matter", () => {
    expect(nowIn(ZONE, Date.parse("2026-07-06T13:00:00Z"))).toEqual({ day: 0, minute: 480 });
    expect(nowIn(ZONE, Date.parse("2026-12-07T13:00:00Z"))).toEqual({ day: 0, minute: 420 });
    expect(nowIn(ZONE, Date.parse("2026-12-07T06:00:00Z"))).toEqual({ day: 0, minute: 0 });
  });
  test("a day of one clinic week comes again after a week; around the clock is never closed", () => {
    expect(opensNext(on([2], 8, 12), { day: 2, minute: 720 })).toEqual({ day: 2, minute: 480, days: 7 });
    expect(opensNext(on([0, 1, 2, 3, 4, 5, 6], 0, 24), { day: 6, minute: 1439 })).toBeUndefined();
    expect(opensNext([], { day: 0, minute: 0 })).toBeUndefined();
  });
  test("says less where it does not know", () => {
    expect(said([], "2026-11-30T18:00:00Z")).toBeUndefined();
    expect(said(WEEK, "2026-11-30T03:00:00Z", "Nowhere/At_All")).toEqual({ week: "Mon–Fri 8:00–17:00" });
  });
});

describe("the form", () => {
  const settings: Settings = {
    guidance: "Call 911.\nAnswers come by noon.", zone: "", patients: true, team: false,
    hours: [{ day: 6, from_minute: 780, until_minute: 1440 }, { day: 6, from_minute: 0, until_minute: 720 }, ...WEEK],
    reasons: [{ number: 7, name: "Refill", role: "nurse", of_sites: [{ site_id: "site_2", role: "medical_assistant" }] }],
  };
  const form = (change: (form: SettingsForm) => void = () => {}): SettingsForm => { const made = formOf(settings, ZONE); change(made); return made; };

  test("there and back nothing is lost, sites neither", () => {
    expect(form().days[6]).toEqual([{ from: "00:00", until: "12:00" }, { from: "13:00", until: "00:00" }]);
    expect(faultsOf(form())).toEqual({ days: {}, reasons: {} });
    expect(settingsOf(form())).toEqual({ ...settings, zone: ZONE, hours: [...WEEK, { day: 6, from_minute: 0, until_minute: 720 }, { day: 6, from_minute: 780, until_minute: 1440 }] });
  });
  test("what is wrong is told where it is", () => {
    const wrong = faultsOf(form((one) => {
      one.guidance = "ä".repeat(1_001);
      one.zone = "Chicago time";
      one.days[0] = [{ from: "08:00", until: "" }];
      one.days[1] = [{ from: "12:00", until: "08:00" }];
      one.days[2] = [{ from: "13:00", until: "17:00" }, { from: "08:00", until: "13:30" }];
      one.days[3] = [{ from: "13:00", until: "17:00" }, { from: "08:00", until: "13:00" }];
      one.reasons.push({ number: 8, name: " " }, { number: 9, name: "refill " }, { number: 10, name: "ä".repeat(41) });
    }));
    expect(wrong).toEqual({ guidance: "long", zone: "unknown", days: { 0: "missing", 1: "before", 2: "overlap" }, reasons: { 8: "missing", 9: "twice", 10: "long" } });
    expect([isSound(wrong), isSound(faultsOf(form())), isSound(faultsOf(form((one) => { one.days = [[], [], [], [], [], [], []]; })))]).toEqual([false, true, true]);
  });
  test("the number of a removed reason does not come back", () => {
    expect([nextNumber([], 0), nextNumber(settings.reasons, 0), nextNumber([], 9)]).toEqual([1, 8, 10]);
  });
});

describe("what is offered", () => {
  const me = (permissions: string[], available?: boolean): Me => ({ person: { id: "per_a", kind: "staff", name: "A", ...(available === undefined ? {} : { available }) }, session_id: "ses_a", expires_at_ms: 0, workspace: { name: "Clinic" }, permissions });
  const items = (one: Me, settings = (): void => {}) => statusItems(one, () => {}, () => {}, settings);
  test("the settings to who may change them", () => {
    const open = vi.fn();
    items(me(["change_settings"]), open).find((item) => item.label === "Clinic settings…")?.run();
    expect(open).toHaveBeenCalledOnce();
    expect(items(me(["manage_people"])).map((item) => item.label)).not.toContain("Clinic settings…");
  });
  test("taking new conversations to who works with patients", () => {
    const takes = (one: Me) => items(one).find((item) => item.label === "Takes new conversations of patients")?.checked;
    expect([takes(me(["create_patient_conversation"])), takes(me(["create_patient_conversation"], false)), takes(me(["read_people"]))]).toEqual([true, false, undefined]);
  });
});
