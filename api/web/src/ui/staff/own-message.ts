// Stands between a message and what may still become of its words: another wording for a while, where no patient reads it (T-19), or taken back
// and written anew. Refuses to decide: the node does, each time. This only keeps menus and keys from offering what would be refused.
import type { Message } from "../../core/timeline";
import type { Conversation } from "../../core/wire";

/** Where the clinic has not said otherwise, or not yet: node/domain/src/limits/chat.rs. */
export const EDIT_WINDOW_S = 15 * 60;

type Own = Pick<Message, "author" | "on_behalf_of" | "retracted" | "audience" | "at_ms">;
type Room = Pick<Conversation, "kind" | "state" | "my" | "care">;

/** By whoever wrote it, and by whoever's name stands beside theirs. */
export function mayRetract({ author, on_behalf_of, retracted }: Own, me: string, room?: Room): boolean {
  return !retracted && (author.id === me || on_behalf_of?.id === me) && (room === undefined || (room.my.member && room.state === "open"));
}

/** `off`: the clinic has switched off what is said there. Undefined: neither. */
export function wayToChange(message: Own, me: string, room: Room | undefined, off: boolean, now_ms: number, window_s = EDIT_WINDOW_S): "edit" | "anew" | undefined {
  if (message.author.id !== me || !mayRetract(message, me, room)) return undefined;
  const of_patient = room?.kind === "patient";
  if (!off && !(of_patient && message.audience === "everyone") && window_s > 0 && now_ms - message.at_ms <= window_s * 1000) return "edit";
  return off && !(of_patient && message.audience === "team") ? undefined : mayWriteAgain(message, room) ? "anew" : undefined;
}

/** For the same readers, in the same name: words that come back must have a box to come back to. */
function mayWriteAgain({ audience, on_behalf_of }: Own, room: Room | undefined): boolean {
  if (room === undefined) return true;
  if (on_behalf_of) return room.care?.on_behalf_of?.id === on_behalf_of.id;
  return room.my.may.includes(room.kind === "patient" && audience === "team" ? "note" : "send");
}
