// Stands between who is writing in a patient conversation and who of them writes to the patient: those of the staff, for the rest are the
// patient's side, and notes are not told. Refuses to know the words.
import { session } from "../../vm/session.svelte";

/** Whoever writes is there, and only of the staff it is told who is. */
export function repliersIn(conversation_id: string): string[] {
  return (session.typing.get(conversation_id) ?? []).filter(({ person_id }) => session.presence.has(person_id)).map(({ name }) => name);
}
