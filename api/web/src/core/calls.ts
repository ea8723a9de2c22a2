// Stands between a message and whoever it means: by name, by role, or as an answer in a thread that they follow. As the node counts it.
// Refuses to know the words, and who is signed in.
import type { Conversation, Mention, Person } from "./wire";

export function means(mentions: readonly Mention[] | undefined, me: Pick<Person, "id" | "roles">): boolean {
  return (mentions ?? []).some((one) => ("person_id" in one ? one.person_id === me.id : (me.roles ?? []).some((role) => role === one.role)));
}

/** What was said about it; undefined: nothing. */
export function saidOf({ my }: Pick<Conversation, "my">, root: number): boolean | undefined {
  return my.attention?.threads?.find(({ seq }) => seq === root)?.follows;
}

/** Whoever began a thread follows it unless they said otherwise. Undefined: who began it is not known here. */
export function follows(conversation: Pick<Conversation, "my">, root: number, began_by: string | undefined, me: string): boolean | undefined {
  return saidOf(conversation, root) ?? (began_by === undefined ? undefined : began_by === me);
}
