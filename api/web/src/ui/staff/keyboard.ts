// Stands between the keyboard and the frame: which key asks for what. Single keys are deaf while one writes.
// Refuses to know how anything is done.
export type Wish =
  | "next" | "previous" | "next_unread" | "new" | "search" | "details" | "write" | "thread" | "archive" | "assign" | "take" | "help" | "escape"
  | "team_note" | "stat" | "next_region" | "all" | "unread" | "read";

const SINGLE: Readonly<Record<string, Wish>> = {
  j: "next", k: "previous", n: "next_unread", c: "new", "/": "search", "]": "details", r: "write", t: "thread", e: "archive", a: "assign",
  "1": "all", "2": "unread", "3": "read",
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
  return key === "a" && event.shiftKey ? "take" : SINGLE[key];
}

/** Landmarks in the order they stand; the one after the one in focus. */
export function focusNextRegion(): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region-name]")].filter((region) => region.offsetParent !== null || region.getClientRects().length > 0);
  const at = regions.findLastIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + 1) % regions.length];
  const inside = next?.querySelector<HTMLElement>('[tabindex="0"], a[href]:not([tabindex="-1"]), button:not([tabindex="-1"]), textarea, input');
  (inside ?? next)?.focus();
}
