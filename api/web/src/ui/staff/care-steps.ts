// Stands between a wish about who answers and the node: one request with one id, then the fresh state, and why not in words.
// Refuses to change the store by hand: the answer and the events do that.
import { holderOf } from "../../core/care";
import { Refusal } from "../../core/http";
import { commandId } from "../../core/ids";
import { sentenceOf } from "../../core/problems";
import type { CareStep } from "../../core/wire";
import { care } from "../../../locales/en-staff-care";
import { session } from "../../vm/session.svelte";

/** Whoever is refused is shown what is true now before they are told why. Whoever covers and is asked comes in by accepting. */
export async function careStep(id: string, step: CareStep, command_id = commandId()): Promise<void> {
  try {
    if (step.step === "accept" && session.store.conversations.get(id)?.my.member === false) await comeIn(id);
    await session.http.ask(`/v1/conversations/${id}/care`, { method: "POST", body: step, command_id });
  } catch (error) {
    if (error instanceof Refusal && error.problem.status === 409) await look(id);
    throw error;
  }
  await look(id);
}

/** They read all that was said before. */
export async function comeIn(id: string): Promise<void> {
  await session.http.ask(`/v1/conversations/${id}/members`, { method: "POST", body: { person_id: session.me?.person.id, history: "full" }, command_id: commandId() });
}

async function look(id: string): Promise<void> {
  await session.sync?.fetchConversation(id).catch(() => {});
}

export function whyNot(id: string, error: unknown): string {
  const code = error instanceof Refusal ? error.code : "";
  if (code !== "held_by_another") return care.problems[code] ?? sentenceOf(error);
  const holder = holderOf(session.store.conversations.get(id)?.care);
  return holder === undefined || holder.id === session.me?.person.id ? care.changed : care.wasFirst(holder.name);
}
