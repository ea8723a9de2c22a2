// Stands between buttons and the node for what changes a conversation as a whole. Each deed is one request with one id.
// Refuses to change the store by hand: the answer and the events do that.
import { Refusal } from "../../core/http";
import { commandId } from "../../core/ids";
import { sentenceOf } from "../../core/problems";
import type { Conversation, CreateConversation, Me } from "../../core/wire";
import { menus } from "../../../locales/en-staff-menus";
import { announcer } from "../../vm/announce.svelte";
import { session } from "../../vm/session.svelte";
import { comeIn } from "./care-steps";

async function patch(conversation: Conversation, body: Record<string, unknown>): Promise<void> {
  await session.http.ask(`/v1/conversations/${conversation.id}`, { method: "PATCH", body, command_id: commandId() });
  await session.sync?.fetchConversation(conversation.id);
}

export const rename = (conversation: Conversation, topic: string): Promise<void> => patch(conversation, { topic });
export const giveTo = (conversation: Conversation, owner_id: string): Promise<void> => patch(conversation, { owner_id });
export const archive = (conversation: Conversation): Promise<void> => patch(conversation, { state: "archived" });
export const reopen = (conversation: Conversation): Promise<void> => patch(conversation, { state: "open" });

export async function removeMember(conversation: Conversation, person_id: string): Promise<void> {
  await session.http.ask(`/v1/conversations/${conversation.id}/members/${person_id}`, { method: "DELETE", command_id: commandId() });
  if (person_id === session.me?.person.id) session.store.removeConversation(conversation.id);
  else await session.sync?.fetchConversation(conversation.id);
}

/** Something of oneself: as it is afterwards, as an administrator may have changed it meanwhile. */
async function setOwn(body: Record<string, boolean>, done: string): Promise<void> {
  const path = `/v1/people/${session.me?.person.id}`;
  try {
    await session.http.ask(path, { method: "PATCH", body, command_id: commandId() }).catch((error: unknown) => {
      if (!(error instanceof Refusal && error.code === "nothing_to_do")) throw error;
    });
    session.me = await session.http.ask<Me>("/v1/me");
    announcer.say(done);
  } catch (error) {
    announcer.alarm(sentenceOf(error));
  }
}

/** Whether others may reply in this person's name. */
export const refuseOnBehalf = (refuses: boolean): Promise<void> => setOwn({ refuses_on_behalf: refuses }, refuses ? menus.onBehalfRefused : menus.onBehalfAllowed);
/** Whether new conversations of patients come to this person. */
export const takeNew = (available: boolean): Promise<void> => setOwn({ available }, available ? menus.takesNewNow : menus.takesNoneNow);

export async function join(id: string): Promise<void> {
  await comeIn(id);
  await session.sync?.fetchConversation(id);
}

/** The id is kept by the dialog, so that asking again after silence does not make a second conversation. */
export async function create(body: CreateConversation, command_id: string): Promise<string> {
  const answer = await session.http.ask<{ conversation_id: string }>("/v1/conversations", { method: "POST", body, command_id });
  await session.sync?.fetchConversation(answer.conversation_id);
  return answer.conversation_id;
}
