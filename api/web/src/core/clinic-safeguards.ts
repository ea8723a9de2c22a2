// Stands between what a clinic does against words that reach the wrong reader and the fields that set it: into fields, what is wrong, and back.
// Refuses to know the screen.
import type { Safeguards } from "./wire-restriction";

export const YEARS_MAX = 18;
export const UNDO_S_MAX = 60;

/** As the fields hold it: "" is off; a field of numbers may hold none. */
export interface SafeguardsForm { years: number | ""; undo_s: number | null | undefined }

export const safeguardsFormOf = ({ confidential_from_years, undo_s }: Safeguards): SafeguardsForm => ({ years: confidential_from_years ?? "", undo_s });

export const isUndoSound = ({ undo_s }: SafeguardsForm): boolean => Number.isInteger(undo_s) && Number(undo_s) >= 0 && Number(undo_s) <= UNDO_S_MAX;

/** Only of a form without faults. */
export const safeguardsOf = ({ years, undo_s }: SafeguardsForm): Safeguards => ({ ...(years === "" ? {} : { confidential_from_years: years }), undo_s: Number(undo_s) });

export const isSame = (one: Safeguards, other: Safeguards): boolean =>
  (one.confidential_from_years ?? 0) === (other.confidential_from_years ?? 0) && one.undo_s === other.undo_s;
