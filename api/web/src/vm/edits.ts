// Stands between a message that is to be changed where it stands and the box: its words take the place of what was begun, which comes back.
// Refuses to know the node: save-edit.ts does.
import type { Candidate } from "../core/mentions";
import type { Message } from "../core/timeline";
import type { Composer } from "./composer.svelte";

export function beginEdit(box: Composer, message: Message, names: readonly Candidate[]): void {
  if (box.editing === undefined) box.before_edit = { text: box.text, chosen: box.chosen };
  box.editing = message;
  box.text = message.body;
  box.chosen = names.filter((name) => message.body.includes(`@${name.name}`));
  box.problem = "";
}

export function cancelEdit(box: Composer): void {
  box.editing = undefined;
  box.text = box.before_edit?.text ?? "";
  box.chosen = box.before_edit?.chosen ?? [];
  box.before_edit = undefined;
  box.problem = "";
}
