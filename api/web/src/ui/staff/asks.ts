// Stands between a button and the dialog it opens over a conversation. Refuses to know how dialogs look.
import type { Message } from "../../core/timeline";
import type { Member } from "../../core/wire";

export type Ask =
  | { what: "rename" | "archive" | "reopen" | "leave" | "add" | "care_room" }
  | { what: "remove"; member: Member }
  | { what: "retract" | "receipts" | "versions"; message: Message };
