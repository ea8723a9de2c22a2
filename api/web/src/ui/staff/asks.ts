// Stands between a button and the dialog it opens over a conversation. Refuses to know how dialogs look.
import type { Message } from "../../core/timeline";
import type { Author, Member } from "../../core/wire";

export type Ask =
  | { what: "label" | "unlabel" | "keep" | "share" }
  | { what: "add"; person?: Author }
  | { what: "rename" | "archive" | "reopen" | "leave" | "care_room" | "assign" | "return" | "close" | "remind" | "identity" | "owner" }
  | { what: "take_over"; from: Author }
  | { what: "hand_over"; to?: Author }
  | { what: "coverage"; covered: Author }
  | { what: "task" | "pin"; message?: Message }
  | { what: "remove"; member: Member }
  | { what: "retract" | "anew" | "receipts" | "versions" | "move"; message: Message };
