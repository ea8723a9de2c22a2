// Stands between a wish to protect a conversation and the node: one request with one id, then the fresh state, and why not in words.
// Refuses to change the store by hand: the answer and the events do that.
import { Refusal } from "../../core/http";
import { sentenceOf } from "../../core/problems";
import type { Author, Conversation } from "../../core/wire";
import type { RestrictionStep } from "../../core/wire-restriction";
import { restriction as words } from "../../../locales/en-staff-restriction";
import { clinic } from "../../vm/clinic.svelte";
import { session } from "../../vm/session.svelte";

const OTHERS_MAX = 3;

/** What somebody else did already is done. */
export async function restrict(id: string, body: RestrictionStep, command_id: string): Promise<void> {
  await session.http.ask(`/v1/conversations/${id}/restriction`, { method: "POST", body, command_id }).catch((error: unknown) => {
    if (!(error instanceof Refusal && error.code === "nothing_to_do")) throw error;
  });
  await session.sync?.fetchConversation(id).catch(() => {});
}

export function whyNot(error: unknown): string {
  if (!(error instanceof Refusal && error.code === "too_young")) return sentenceOf(error);
  // perhaps the clinic has set another age since this page asked
  clinic.renew();
  if (clinic.safeguards === undefined) return words.problems.too_young;
  const years = clinic.safeguards.confidential_from_years;
  return years ? words.problems.tooYoung(years) : words.problems.off;
}

/** Who acts for the patient and is in it. */
export const caregiversIn = ({ members, patient }: Conversation): readonly string[] =>
  (members ?? []).filter((member) => member.kind === "proxy" && member.person_id !== patient?.id).map((member) => member.name);

/** Who acts for the patient and is not in it: who had to leave, and who is in the patient's other conversations. The directory has none of them. */
export async function caregiversOutside({ id, patient, members = [] }: Conversation): Promise<readonly Author[]> {
  const found = new Map<string, Author>();
  const put = (one: Author): void => { if (one.kind === "proxy" && !members.some(({ person_id }) => person_id === one.id)) found.set(one.id, one); };
  for (const item of session.store.timelines.get(id)?.list() ?? []) if (item.kind === "line" && item.event.type === "confidential_changed") item.event.left.forEach(put);
  const others = session.conversations.filter((one) => one.kind === "patient" && one.patient?.id === patient?.id && one.id !== id && !one.confidential).slice(0, OTHERS_MAX);
  for (const one of others) {
    const held = one.members ?? (await session.http.ask<Conversation>(`/v1/conversations/${one.id}`).catch(() => undefined))?.members ?? [];
    for (const { person_id, name, kind, title } of held) put({ id: person_id, name, kind, title: title ?? null });
  }
  return [...found.values()];
}
