// Stands between buttons and the node for what changes a conversation as a whole. Each deed is one request with one id.
// Refuses to change the store by hand: the answer and the events do that.
import { commandId } from "../../core/ids";
import type { Conversation, CreateConversation } from "../../core/wire";
import { session } from "../../vm/session.svelte";

async function patch(conversation: Conversation, body: Record<string, unknown>): Promise<void> {
  await session.http.ask(`/v1/conversations/${conversation.id}`, { method: "PATCH", body, command_id: commandId() });
  await session.sync?.fetchConversation(conversation.id);
}

export const rename = (conversation: Conversation, topic: string): Promise<void> => patch(conversation, { topic });
export const archive = (conversation: Conversation): Promise<void> => patch(conversation, { state: "archived" });
export const reopen = (conversation: Conversation): Promise<void> => patch(conversation, { state: "open" });

export async function removeMember(conversation: Conversation, person_id: string): Promise<void> {
  await session.http.ask(`/v1/conversations/${conversation.id}/members/${person_id}`, { method: "DELETE", command_id: commandId() });
  if (person_id === session.me?.person.id) session.store.removeConversation(conversation.id);
  else await session.sync?.fetchConversation(conversation.id);
}

export async function join(id: string): Promise<void> {
  await session.http.ask(`/v1/conversations/${id}/members`, { method: "POST", body: { person_id: session.me?.person.id, history: "full" }, command_id: commandId() });
  await session.sync?.fetchConversation(id);
}

/** The id is kept by the dialog, so that asking again after silence does not make a second conversation. */
export async function create(body: CreateConversation, command_id: string): Promise<string> {
  const answer = await session.http.ask<{ conversation_id: string }>("/v1/conversations", { method: "POST", body, command_id });
  await session.sync?.fetchConversation(answer.conversation_id);
  return answer.conversation_id;
}
