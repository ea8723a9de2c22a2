// Stands between a timeline and its rows on the screen: days, the "new" line, groups of one sender within five minutes. Answers stand in their
// order among the rest, and group with those to the same message. Refuses to know elements and scrolling.
import type { Format } from "./format";
import type { Item, Line, Message } from "./timeline";

export type Entry =
  | { kind: "day"; key: string; seq: number; at_ms: number }
  | { kind: "new"; key: string; seq: number; at_ms: number }
  | { kind: "line"; key: string; seq: number; line: Line }
  | { kind: "message"; key: string; seq: number; message: Message; first: boolean };

const GROUP_MS = 5 * 60_000;

export interface EntryOptions {
  me: string | undefined;
  /** Messages of others above this are new. 0: none. */
  new_after_seq: number;
  lines: (line: Line) => boolean;
  format: Format;
}

export function entriesOf(items: readonly Item[], options: EntryOptions): Entry[] {
  const out: Entry[] = [];
  let day = "";
  let new_shown = options.new_after_seq === 0;
  let previous: Message | undefined;
  for (const item of items) {
    if (item.kind === "line" && !options.lines(item)) continue;
    const of_day = options.format.dayKey(item.at_ms);
    if (of_day !== day) {
      day = of_day;
      previous = undefined;
      out.push({ kind: "day", key: `day-${of_day}`, seq: item.seq, at_ms: item.at_ms });
    }
    if (item.kind === "line") {
      previous = undefined;
      out.push({ kind: "line", key: `line-${item.seq}`, seq: item.seq, line: item });
      continue;
    }
    if (!new_shown && item.seq > options.new_after_seq && item.author.id !== options.me) {
      new_shown = true;
      previous = undefined;
      out.push({ kind: "new", key: "new", seq: item.seq, at_ms: item.at_ms });
    }
    out.push({ kind: "message", key: `m-${item.seq}`, seq: item.seq, message: item, first: !sameGroup(previous, item) });
    previous = item;
  }
  return out;
}

function sameGroup(previous: Message | undefined, message: Message): boolean {
  return previous !== undefined && previous.reply_to === message.reply_to && previous.author.id === message.author.id && previous.on_behalf_of?.id === message.on_behalf_of?.id
    && previous.audience === message.audience && previous.priority === "routine" && message.priority === "routine"
    && message.at_ms - previous.at_ms < GROUP_MS;
}

/** How many rows to mount: the newest, but never fewer than reach the "new" line. */
export function windowFrom(entries: readonly Entry[], wanted: number): number {
  const start = Math.max(0, entries.length - wanted);
  const fresh = entries.findIndex((entry) => entry.kind === "new");
  return fresh >= 0 ? Math.min(start, Math.max(0, fresh - 10)) : start;
}
