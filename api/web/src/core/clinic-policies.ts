// Stands between what a clinic allows its people to do with words that were written and the fields that set it: into fields, what is wrong,
// and back. Refuses to know the screen.
import type { Policies } from "./wire";

export const EDIT_MINUTES_MAX = 24 * 60;

/** As the fields hold it: a field of numbers may hold none. */
export interface PoliciesForm { edit_minutes: number | null | undefined; on_behalf_of_labelled: boolean }

export const policiesFormOf = ({ edit_window_s, on_behalf_of_labelled }: Policies): PoliciesForm => ({ edit_minutes: edit_window_s / 60, on_behalf_of_labelled });

/** At most a day. */
export const areMinutesSound = ({ edit_minutes }: PoliciesForm): boolean =>
  typeof edit_minutes === "number" && edit_minutes >= 0 && edit_minutes <= EDIT_MINUTES_MAX;

/** Only of a form without faults. */
export const policiesOf = ({ edit_minutes, on_behalf_of_labelled }: PoliciesForm): Policies => ({ edit_window_s: Math.round(Number(edit_minutes) * 60), on_behalf_of_labelled });

export const arePoliciesSame = (one: Policies, other: Policies): boolean =>
  one.edit_window_s === other.edit_window_s && one.on_behalf_of_labelled === other.on_behalf_of_labelled;
