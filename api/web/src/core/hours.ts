// Stands between a clinic's hours and one line of words: which days from when until when, and until when it is closed now.
// The clinic's days are those of its own time zone. Refuses to guess: without hours, or with a zone that nobody knows, it says less.
import type { Hours } from "./wire";

const DAY_MINUTES = 1440;
/** 1 January 2024, a Monday. */
const MONDAY_MS = Date.UTC(2024, 0, 1);
const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Closed now, until then: a day only where it is another one. */
export interface HoursSaid { week: string; closed_until?: string; zone?: string }

const ordered = (hours: readonly Hours[]): Hours[] => [...hours].sort((a, b) => a.day - b.day || a.from_minute - b.from_minute);

/** Day (0 is Monday) and minute of the day there. */
export function nowIn(zone: string, at_ms: number): { day: number; minute: number } | undefined {
  try {
    const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(at_ms);
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
    return { day: DAYS.indexOf(part("weekday")), minute: Number(part("hour")) * 60 + Number(part("minute")) };
  } catch {
    return undefined; // no such zone
  }
}

/** When it opens next; undefined where it is open, or never opens. `days`: how many days ahead. */
export function opensNext(hours: readonly Hours[], now: { day: number; minute: number }): { day: number; minute: number; days: number } | undefined {
  if (hours.some((one) => one.day === now.day && one.from_minute <= now.minute && now.minute < one.until_minute)) return undefined;
  for (let days = 0; days <= 7; days += 1) {
    const day = (now.day + days) % 7;
    const next = ordered(hours).find((one) => one.day === day && (days > 0 || one.from_minute > now.minute));
    if (next !== undefined) return { day, minute: next.from_minute, days };
  }
  return undefined;
}

function zoneName(locale: string, zone: string, at_ms: number): string {
  const name = (timeZone?: string): string =>
    new Intl.DateTimeFormat(locale, { timeZoneName: "short", ...(timeZone ? { timeZone } : {}) }).formatToParts(at_ms).find(({ type }) => type === "timeZoneName")?.value ?? "";
  return name(zone) === name() ? "" : name(zone);
}

export function hoursSaid(hours: readonly Hours[], zone: string, locale: string, at_ms: number): HoursSaid | undefined {
  if (hours.length === 0) return undefined;
  const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", timeZone: "UTC" });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const time = (minute: number): string => clock.format(MONDAY_MS + (minute % DAY_MINUTES) * 60_000);
  const name = (day: number): string => weekday.format(MONDAY_MS + day * 86_400_000);
  // neighbouring days of the same hours are one stretch
  const stretches: { from: number; until: number; times: string }[] = [];
  for (let day = 0; day < 7; day += 1) {
    const times = ordered(hours).filter((one) => one.day === day).map((one) => `${time(one.from_minute)}–${time(one.until_minute)}`).join(", ");
    const last = stretches.at(-1);
    if (times !== "" && last?.until === day - 1 && last.times === times) last.until = day;
    else if (times !== "") stretches.push({ from: day, until: day, times });
  }
  const said: HoursSaid = { week: stretches.map(({ from, until, times }) => `${from === until ? name(from) : `${name(from)}–${name(until)}`} ${times}`).join("; ") };
  const now = nowIn(zone, at_ms);
  if (now === undefined) return said;
  const foreign = zoneName(locale, zone, at_ms);
  if (foreign !== "") said.zone = foreign;
  const next = opensNext(hours, now);
  if (next !== undefined) said.closed_until = next.days === 0 ? time(next.minute) : `${name(next.day)} ${time(next.minute)}`;
  return said;
}
