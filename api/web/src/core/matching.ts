// Stands between a few words and the conversations in which they are found. Refuses to know the node's own search.
import type { Conversation } from "./wire";

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Where is looked, worked out once for each, before the first word: a conversation is replaced, never changed in place. */
const places = new WeakMap<Conversation, string>();

function placeOf(conversation: Conversation): string {
  const { patient, topic, first_names = [] } = conversation;
  const place = places.get(conversation) ?? fold([topic, patient?.name, patient?.mrn, ...first_names].join(" "));
  places.set(conversation, place);
  return place;
}

/** Topic, patient name or ID; every word must be found. */
export function matching(words: string): (conversation: Conversation) => boolean {
  const wanted = fold(words).split(/\s+/).map((word) => word.replace(/^#/, ""));
  return (conversation) => wanted.every((word) => placeOf(conversation).includes(word));
}
