// Stands between the clinic's settings and the form that sets them: into fields, what is wrong in them, and back.
// Refuses to know the screen, and to lose what the form does not show (a site that is not told).
import { nowIn } from "./hours";
import type { Reason, Settings } from "./wire";

/** As a field of time has it, "08:00"; "00:00" as an end is the end of the day. */
export interface Span { from: string; until: string }
export interface SettingsForm {
  guidance: string;
  /** Monday first; a day without any is closed. */
  days: Span[][];
  zone: string;
  patients: boolean;
  team: boolean;
  reasons: Reason[];
}
export interface SettingsFaults {
  guidance?: "long";
  zone?: "unknown";
  days: Readonly<Record<number, "missing" | "before" | "overlap">>;
  reasons: Readonly<Record<number, "missing" | "long" | "twice" | "sites">>;
}

export const GUIDANCE_BYTES_MAX = 2_000;
export const REASON_BYTES_MAX = 80;
export const REASONS_MAX = 30;
export const SPANS_MAX = 4;
const DAY_MINUTES = 1440;

const bytes = (words: string): number => new TextEncoder().encode(words.trim()).length;
const two = (value: number): string => String(value).padStart(2, "0");
const timeOf = (minute: number): string => `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;

function minuteOf(time: string): number | undefined {
  const found = /^(\d{2}):(\d{2})/.exec(time);
  return found === null ? undefined : Number(found[1]) * 60 + Number(found[2]);
}

/** From when until when; undefined where something is missing. */
function minutesOf({ from, until }: Span): readonly [number, number] | undefined {
  const [from_minute, until_minute] = [minuteOf(from), minuteOf(until)];
  return from_minute === undefined || until_minute === undefined ? undefined : [from_minute, until_minute || DAY_MINUTES];
}

/** `here`: the zone where the clinic has said none. */
export function formOf(settings: Settings, here: string): SettingsForm {
  const { guidance, zone, patients, team } = settings;
  const days = Array.from({ length: 7 }, (_, day) => settings.hours.filter((one) => one.day === day)
    .sort((a, b) => a.from_minute - b.from_minute).map((one) => ({ from: timeOf(one.from_minute), until: timeOf(one.until_minute) })));
  return { guidance, days, zone: zone || here, patients, team, reasons: settings.reasons.map((one) => ({ ...one, ...(one.of_sites ? { of_sites: one.of_sites.map((each) => ({ ...each })) } : {}) })) };
}

function faultOfDay(spans: readonly Span[]): "missing" | "before" | "overlap" | undefined {
  const minutes = spans.map(minutesOf);
  if (minutes.includes(undefined)) return "missing";
  const known = minutes.filter((one) => one !== undefined).sort((a, b) => a[0] - b[0]);
  if (known.some(([from, until]) => from >= until)) return "before";
  return known.some(([from], at) => from < (known[at - 1]?.[1] ?? 0)) ? "overlap" : undefined;
}

export function faultsOf(form: SettingsForm): SettingsFaults {
  const days: Record<number, "missing" | "before" | "overlap"> = {};
  form.days.forEach((spans, day) => { const fault = faultOfDay(spans); if (fault !== undefined) days[day] = fault; });
  const reasons: Record<number, "missing" | "long" | "twice" | "sites"> = {};
  const names = form.reasons.map(({ name }) => name.trim().toLocaleLowerCase());
  form.reasons.forEach(({ number, name, of_sites = [] }, at) => {
    if (name.trim() === "") reasons[number] = "missing";
    else if (bytes(name) > REASON_BYTES_MAX) reasons[number] = "long";
    else if (names.indexOf(names[at] ?? "") < at) reasons[number] = "twice";
    else if (of_sites.some(({ site_id }, nth) => site_id === "" || of_sites.findIndex((one) => one.site_id === site_id) < nth)) reasons[number] = "sites";
  });
  return {
    days, reasons,
    ...(bytes(form.guidance) > GUIDANCE_BYTES_MAX ? { guidance: "long" } : {}),
    ...(form.zone.trim() === "" || nowIn(form.zone.trim(), 0) === undefined ? { zone: "unknown" } : {}),
  };
}

export const isSound = ({ guidance, zone, days, reasons }: SettingsFaults): boolean =>
  guidance === undefined && zone === undefined && Object.keys(days).length === 0 && Object.keys(reasons).length === 0;

/** Only of a form without faults. */
export function settingsOf(form: SettingsForm): Settings {
  const hours = form.days.flatMap((spans, day) => spans.map(minutesOf).filter((one) => one !== undefined)
    .sort((a, b) => a[0] - b[0]).map(([from_minute, until_minute]) => ({ day, from_minute, until_minute })));
  const reasons = form.reasons.map((one) => ({ ...one, name: one.name.trim() }));
  return { guidance: form.guidance.trim(), hours, zone: form.zone.trim(), patients: form.patients, team: form.team, reasons };
}

/** `highest`: of all that were ever seen, those removed as well, so that no number comes to mean something else. */
export const nextNumber = (reasons: readonly Reason[], highest: number): number => Math.max(0, highest, ...reasons.map(({ number }) => number)) + 1;
