// Stands between a room and the question whose it is: who may give it away, and for whom leaving means giving it away first.
// Refuses to decide: the node does. Patient conversations have somebody who answers for them instead, and direct ones have no owner.
import type { Conversation, Me } from "../../core/wire";

const owns = ({ my, owner_id }: Conversation, me: string): boolean => my.owner ?? owner_id === me;

export function mayGive(conversation: Conversation, me: Me | undefined): boolean {
  const { kind, my } = conversation;
  if (me?.person.kind !== "staff" || !my.member || (kind !== "group" && kind !== "channel" && kind !== "care_room")) return false;
  return owns(conversation, me.person.id) || (me.person.roles?.includes("administrator") ?? false);
}

/** Others stay behind in it, and it would be nobody's. */
export function mustGive(conversation: Conversation, me: string): boolean {
  const { kind, member_count } = conversation;
  return (kind === "group" || kind === "channel") && owns(conversation, me) && member_count > 1;
}
