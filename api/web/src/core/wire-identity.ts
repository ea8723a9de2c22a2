// Stands at the border, beside wire.ts: who was asked to show that it is them, and what patients see where somebody left, as docs/protocol.md
// says it. Refuses to know how anything is sent, kept or shown.
import type { Author } from "./wire";

/** Whoever writes from the patient's account was asked to show who they are. */
export interface IdentityCheck {
  asked_by: Author;
  asked_at_ms: number;
  confirmed_by?: Author | null;
  confirmed_at_ms?: number | null;
}

/** Of a conversation that was asked for alone: the last one. */
export interface IdentityChecked { identity_check?: IdentityCheck | null }

export type IdentityEvent = { type: "identity_asked" | "identity_confirmed" } | { type: "members_left"; people: Author[] };
