// Stands between a conversation and what it is called on the screen. Refuses to know the language of the page.
import type { Author, Conversation } from "./wire";

export function titleOf(conversation: Conversation, untitled: string): string {
  const topic = conversation.topic?.trim() ?? "";
  if (conversation.kind === "channel") return `#${topic === "" ? untitled : topic.replace(/^#/, "")}`;
  if (topic !== "" && conversation.kind !== "direct") return topic;
  const names = conversation.first_names ?? [];
  return names.length > 0 ? names.join(", ") : topic === "" ? untitled : topic;
}

export function isTeam(conversation: Conversation): boolean {
  return conversation.kind !== "patient";
}

export function withTitle(person: { name: string; title?: string | null }): string {
  return person.title ? `${person.name}, ${person.title}` : person.name;
}

export function isPatientSide(author: Pick<Author, "kind">): boolean {
  return author.kind === "patient" || author.kind === "proxy";
}

export function byNewest(a: Conversation, b: Conversation): number {
  return (b.last_message?.at_ms ?? b.created_at_ms) - (a.last_message?.at_ms ?? a.created_at_ms) || (a.id < b.id ? 1 : -1);
}
