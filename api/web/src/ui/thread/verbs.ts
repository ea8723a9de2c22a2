// Stands between a message and the pane it lies in: what a person may do with it. Refuses to know how it is done.
import type { Message } from "../../core/timeline";

export interface Verbs {
  reply: (root_seq: number) => void;
  edit: (message: Message) => void;
  /** In a dialog. */
  ask: (what: "retract" | "receipts" | "versions" | "task" | "pin", message: Message) => void;
  acknowledge: (message: Message) => Promise<void>;
  editRow: (id: string) => void;
}
