// Stands between what a template leaves to be filled in and the box in which it stands: it is selected, so that writing replaces it.
// Refuses to fill anything in.
import { nextField } from "../../core/templates";

/** False where there is none from there on. */
export function selectField(box: HTMLTextAreaElement | null | undefined, fields: readonly string[], from = 0): boolean {
  const next = box ? nextField(box.value, fields, from) : undefined;
  if (!box || next === undefined) return false;
  box.focus();
  box.setSelectionRange(next.from, next.to);
  return true;
}

/** Tab goes from one to the next; from the last one it leaves the box, as everywhere. */
export function tabField(box: HTMLTextAreaElement, fields: readonly string[]): boolean {
  const on_one = fields.includes(box.value.slice(box.selectionStart, box.selectionEnd));
  return selectField(box, fields, box.selectionEnd) || (!on_one && selectField(box, fields));
}
