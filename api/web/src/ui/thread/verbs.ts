// Stands between a message and the pane it lies in: what a person may do with it. Refuses to know how it is done.
import type { Candidate } from "../../core/mentions";
import type { Message } from "../../core/timeline";
import type { SendMessage } from "../../core/wire";

export interface Verbs {
  /** Opens the thread; `at`: the answer that is to be seen in it. */
  reply: (root_seq: number, at?: number) => void;
  edit: (message: Message) => void;
  /** In a dialog. */
  ask: (what: "retract" | "anew" | "receipts" | "versions" | "task" | "pin" | "move", message: Message) => void;
  acknowledge: (message: Message) => Promise<void>;
}

/** Where words that have not left were written, and can be changed. */
export interface WordsBox {
  /** Why there is no room for them. */
  room: () => "fullBox" | "noBox" | undefined;
  put: (message: SendMessage, chosen: Candidate[]) => void;
}
