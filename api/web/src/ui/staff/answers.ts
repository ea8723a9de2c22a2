// Stands between who answers for a patient conversation and the words for it. Refuses to know where they are shown.
import { holderOf } from "../../core/care";
import type { Care } from "../../core/wire";
import { staff } from "../../../locales/en-staff";

function roleOf(care: Care): string {
  return care.party && "role" in care.party ? care.party.role : "";
}

/** The name of the person or of the pool. */
export function nameOf(care: Care): string {
  return holderOf(care)?.name ?? staff.pools[roleOf(care)]?.[0] ?? roleOf(care);
}

/** "You answer", "Chidi Okafor answers", "Front desk answers", "Anna Lindqvist, covering for Chidi Okafor". */
export function answers(care: Care, me: string): string {
  const holder = holderOf(care);
  const { you, covering } = staff.answers;
  if (holder !== undefined && holder.id === care.covering?.person.id) return covering(holder.id === me ? you : holder.name, care.covering.covered.name);
  if (holder?.id === me) return you;
  return (holder === undefined ? staff.pools[roleOf(care)]?.[1] : undefined) ?? staff.answers.person(nameOf(care));
}
