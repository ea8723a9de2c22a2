// Stands between the menu and the node for asking who writes from a patient's account: one request with one id.
// Refuses to change the store by hand: the answer and the events do that.
import { Refusal } from "../../core/http";
import { commandId } from "../../core/ids";
import { asks } from "../../../locales/en-staff-asks";
import { announcer } from "../../vm/announce.svelte";
import { session } from "../../vm/session.svelte";

/** Where a colleague has asked already, that is said: the patient is asked once. */
export async function askIdentity(id: string, command_id = commandId()): Promise<void> {
  try {
    await session.http.ask(`/v1/conversations/${id}/identity`, { method: "POST", command_id });
  } catch (error) {
    if (!(error instanceof Refusal && error.code === "nothing_to_do")) throw error;
    announcer.say(asks.identity.already);
  }
  await session.sync?.fetchConversation(id).catch(() => {});
}
