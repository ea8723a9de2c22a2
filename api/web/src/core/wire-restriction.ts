// Stands at the border, beside wire.ts: labels, what is kept from those who act for a patient, and what the clinic sets for it, as
// docs/protocol.md has them. Refuses to know how anything is sent, kept or shown.
import type { Author } from "./wire";

/** Federal law on substance use records (42 CFR Part 2); a law of the state. */
export type Sensitivity = "part_2" | "state_law";

export type RestrictionAbility = "label" | "unlabel" | "keep_confidential";

/** Of a conversation. */
export interface Restricted {
  /** Staff only. */
  sensitivity?: Sensitivity | null;
  /** Kept from those who act for the patient. */
  confidential?: boolean;
}

/** Of a coverage: it opens conversations with a label, too. */
export interface OfLabelled { of_labelled?: boolean }

/** A label without a name: none any more. */
export type RestrictionStep = { step: "label"; sensitivity?: Sensitivity } | { step: "confidential"; confidential: boolean };

/** `left`: who is no member any more with it. */
export type RestrictionEvent =
  | { type: "labelled"; sensitivity?: Sensitivity | null; left: Author[] }
  | { type: "confidential_changed"; confidential: boolean; left: Author[] };

/** Against words that reach the wrong reader. Without an age nothing can be confidential. */
export interface Safeguards {
  confidential_from_years?: number | null;
  undo_s: number;
}
