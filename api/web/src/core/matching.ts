// Stands between a few words and the conversations in which they are found. Refuses to know the node's own search.
import type { Conversation } from "./wire";

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Topic, patient name or ID; every word must be found. */
export function matches(conversation: Conversation, words: string): boolean {
  const wanted = fold(words).split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return true;
  const { patient } = conversation;
  const where = fold([conversation.topic ?? "", patient?.name ?? "", patient?.mrn ?? "", ...(conversation.first_names ?? [])].join(" "));
  return wanted.every((word) => where.includes(word.replace(/^#/, "")));
}
