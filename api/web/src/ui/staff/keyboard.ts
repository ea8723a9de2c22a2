// Stands between the keyboard and the page: which key asks for what, and of which part of the page. Single keys are deaf while one writes.
// Refuses to know how anything is done.
import type { InboxFilter } from "../../core/wire";
import { router, type Section } from "../../vm/route.svelte";
import { markUnread, resolveOrPutAway } from "./own-deeds";

export type Wish =
  | "next" | "previous" | "next_unread" | "new" | "search" | "details" | "write" | "thread" | "archive" | "mark_unread" | "assign" | "take" | "help" | "escape"
  | "team_note" | "stat" | "next_region" | "all" | "unread" | "read" | "put_away" | "called" | "open";

/** What the keys move: the list at the left, the open conversation, and the page around them. */
export interface Keyed {
  list: { choose(filter: InboxFilter): void; focusSearch(): void; move(step: 1 | -1): void; nextUnread(): void } | undefined;
  pane: {
    isGone(): boolean; toggleDetails(): void; write(): void; assign(): void; take(): void; toggleNote(): void; toggleStat(): void;
    /** False when nothing was open beside the messages. */
    closeOne(): boolean;
  } | undefined;
  section: Section;
  /** Something lies over the page and has the keys. */
  covered: boolean;
  /** Only where this role may begin a conversation. */
  writeNew: (() => void) | undefined;
  help(): void;
  back(): void;
}

const SINGLE: Readonly<Record<string, Wish>> = {
  j: "next", k: "previous", n: "next_unread", c: "new", "/": "search", "]": "details", r: "write", t: "thread", e: "archive", u: "mark_unread", a: "assign",
  "1": "all", "2": "unread", "3": "read", "4": "put_away", "5": "called",
};

export function writing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function wishOf(event: KeyboardEvent): Wish | undefined {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (command && key === "/") return "help";
  if (command && !event.shiftKey && key === "k") return "search";
  if (command && event.shiftKey && key === "i") return "team_note";
  if (command && event.shiftKey && key === "s") return "stat";
  if (event.ctrlKey && event.key === "F6") return "next_region";
  if (event.key === "Escape") return "escape";
  if (command || event.altKey || writing(event.target)) return undefined;
  // an answer in its row among the messages
  if (event.key === "Enter") return (event.target as Element | null)?.matches?.("li:has(> [data-answer])") ? "open" : undefined;
  return key === "a" && event.shiftKey ? "take" : SINGLE[key];
}

/** Landmarks in the order they stand; the one after the one in focus. */
function focusNextRegion(): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region-name]")].filter((region) => region.offsetParent !== null || region.getClientRects().length > 0);
  const at = regions.findLastIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + 1) % regions.length];
  const inside = next?.querySelector<HTMLElement>('[tabindex="0"], a[href]:not([tabindex="-1"]), button:not([tabindex="-1"]), textarea, input');
  (inside ?? next)?.focus();
}

/** The conversation whose row is in focus. */
function meant(): string | undefined {
  return document.activeElement?.closest<HTMLElement>("[data-conversation]")?.dataset["conversation"];
}

/** The one whose row among the messages is in focus, in its thread. Answers false where it is none. */
function openAnswer(): boolean {
  const row = document.activeElement?.closest("li")?.querySelector<HTMLElement>(":scope > [data-answer]");
  row?.click();
  return row != null;
}

/** Answers whether the key was for the page. */
function fulfil(wish: Wish, { list, pane, section, writeNew, help, back }: Keyed): boolean {
  const { conversation } = router.now;
  switch (wish) {
    case "next": list?.move(1); break;
    case "previous": list?.move(-1); break;
    case "next_unread": list?.nextUnread(); break;
    case "all": case "unread": case "read": case "put_away": list?.choose(wish); break;
    case "called": if (section === "inbox" || section === "team") list?.choose(wish); break;
    case "new": writeNew?.(); break;
    case "help": help(); break;
    case "search": list?.focusSearch(); break;
    case "details": pane?.toggleDetails(); break;
    case "write": pane?.write(); break;
    case "archive": case "mark_unread": {
      const id = meant() ?? conversation;
      if (id === undefined) return false;
      void (wish === "archive" ? resolveOrPutAway(id) : markUnread(id));
      break;
    }
    case "assign": pane?.assign(); break;
    case "take": pane?.take(); break;
    case "team_note": pane?.toggleNote(); break;
    case "stat": pane?.toggleStat(); break;
    case "thread": {
      if (openAnswer()) break;
      const seq = document.activeElement?.closest<HTMLElement>('[data-kind="message"]')?.dataset["seq"];
      if (seq === undefined || conversation === undefined) return false;
      router.go(section, conversation, Number(seq));
      break;
    }
    case "open": openAnswer(); break;
    case "next_region": focusNextRegion(); break;
    case "escape":
      if (pane?.closeOne() !== true) {
        if (conversation === undefined) return false;
        back();
      }
  }
  return true;
}

/** Hears every key until what this answers is called. */
export function hearKeys(page: Keyed): () => void {
  const hear = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || page.covered || document.querySelector("dialog[open]") !== null) return;
    const wish = wishOf(event);
    if (wish !== undefined && fulfil(wish, page)) event.preventDefault();
  };
  addEventListener("keydown", hear);
  return () => removeEventListener("keydown", hear);
}
