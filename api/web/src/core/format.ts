// Stands between numbers and words: times, days, dates of birth. Everything by Intl, in the person's language.
// Refuses to know the rest of the page. Dates of birth are calendar dates: they never pass through a time zone.

export class Format {
  private readonly hour: Intl.DateTimeFormat;
  private readonly weekday: Intl.DateTimeFormat;
  private readonly short_day: Intl.DateTimeFormat;
  private readonly long_day: Intl.DateTimeFormat;
  private readonly full: Intl.DateTimeFormat;
  private readonly planned: Intl.DateTimeFormat;
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
    this.planned = new Intl.DateTimeFormat(locale, { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", ...zoned });
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

  /** With its weekday: when something begins or ends. */
  when(at_ms: number): string {
    return this.planned.format(at_ms);
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
