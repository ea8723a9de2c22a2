// Stands between what the node told of the last time somebody was asked who is writing, and what happened since: how it stands now.
// Refuses to guess: what was neither told nor seen is not there.
import type { Item } from "../core/timeline";
import type { IdentityCheck } from "../core/wire-identity";

function later(one: IdentityCheck | undefined, other: IdentityCheck | null | undefined): IdentityCheck | undefined {
  if (one === undefined || !other) return other ?? one;
  if (other.asked_at_ms !== one.asked_at_ms) return other.asked_at_ms > one.asked_at_ms ? other : one;
  return one.confirmed_at_ms == null ? other : one;
}

/** `known`: what this said last; lists of conversations do not tell it, and must not make it forgotten. */
export function checkNow(known: IdentityCheck | undefined, told: IdentityCheck | null | undefined, items: readonly Item[]): IdentityCheck | undefined {
  let now = later(known, told);
  for (const item of items) {
    if (item.kind !== "line") continue;
    if (item.event.type === "identity_asked") now = later(now, { asked_by: item.actor, asked_at_ms: item.at_ms });
    else if (item.event.type === "identity_confirmed" && now !== undefined && now.confirmed_at_ms == null && item.at_ms >= now.asked_at_ms) now = { ...now, confirmed_by: item.actor, confirmed_at_ms: item.at_ms };
  }
  return now;
}

/** Nobody has answered yet. */
export function isOpen(check: IdentityCheck | undefined): boolean {
  return check !== undefined && check.confirmed_at_ms == null;
}
