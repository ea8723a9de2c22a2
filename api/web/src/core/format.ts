// Stands between numbers and words: times, days, dates of birth, initials. Everything by Intl, in the person's language.
// Refuses to know the rest of the page. Dates of birth are calendar dates: they never pass through a time zone.

export class Format {
  private readonly hour: Intl.DateTimeFormat;
  private readonly weekday: Intl.DateTimeFormat;
  private readonly short_day: Intl.DateTimeFormat;
  private readonly long_day: Intl.DateTimeFormat;
  private readonly full: Intl.DateTimeFormat;
  private readonly birth: Intl.DateTimeFormat;
  private readonly number: Intl.NumberFormat;
  private readonly relative: Intl.RelativeTimeFormat;
  readonly list: Intl.ListFormat;

  constructor(readonly locale: string, readonly zone?: string) {
    const zoned = zone === undefined ? {} : { timeZone: zone };
    this.hour = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", ...zoned });
    this.weekday = new Intl.DateTimeFormat(locale, { weekday: "short", ...zoned });
    this.short_day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", ...zoned });
    this.long_day = new Intl.DateTimeFormat(locale, { weekday: "long", month: "long", day: "numeric", ...zoned });
    this.full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", ...zoned });
    this.birth = new Intl.DateTimeFormat(locale, { year: "numeric", month: "2-digit", day: "2-digit", timeZone: "UTC" });
    this.number = new Intl.NumberFormat(locale);
    this.relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
    this.list = new Intl.ListFormat(locale, { style: "long", type: "conjunction" });
  }

  count(value: number): string {
    return this.number.format(value);
  }

  time(at_ms: number): string {
    return this.hour.format(at_ms);
  }

  moment(at_ms: number): string {
    return this.full.format(at_ms);
  }

  dayKey(at_ms: number): string {
    const date = new Date(at_ms);
    return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
  }

  /** Today and Yesterday by name, then the date. */
  day(at_ms: number, now_ms: number): string {
    const days = this.daysAgo(at_ms, now_ms);
    if (days === 0 || days === 1) return capital(this.relative.format(-days, "day"));
    const year = new Date(at_ms).getFullYear();
    return year === new Date(now_ms).getFullYear() ? this.long_day.format(at_ms) : `${this.long_day.format(at_ms)}, ${year}`;
  }

  /** For a list row: the time today, the weekday this week, then the date. */
  brief(at_ms: number, now_ms: number): string {
    const days = this.daysAgo(at_ms, now_ms);
    if (days === 0) return this.time(at_ms);
    if (days < 7) return this.weekday.format(at_ms);
    return this.short_day.format(at_ms);
  }

  birthDate(date: string): string {
    const at_ms = Date.parse(`${date}T00:00:00Z`);
    return Number.isNaN(at_ms) ? date : this.birth.format(at_ms);
  }

  private daysAgo(at_ms: number, now_ms: number): number {
    const start = (value: number): number => new Date(value).setHours(0, 0, 0, 0);
    return Math.round((start(now_ms) - start(at_ms)) / 86_400_000);
  }
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

export function ageOn(birth_date: string, now_ms: number): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birth_date);
  if (parts === null) return undefined;
  const now = new Date(now_ms);
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const before = now.getMonth() + 1 < month || (now.getMonth() + 1 === month && now.getDate() < day);
  const age = now.getFullYear() - year - Number(before);
  return age >= 0 && age < 150 ? age : undefined;
}

export function initials(name: string): string {
  const words = name.replace(/^(Dr|Mr|Mrs|Ms)\.?\s+/i, "").split(/[\s-]+/).filter((word) => /\p{L}/u.test(word));
  const first = words[0]?.match(/\p{L}/u)?.[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1)?.match(/\p{L}/u)?.[0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

/** One of eight hues for an avatar, the same for the same id everywhere. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
  return (hash >>> 0) % 8;
}
