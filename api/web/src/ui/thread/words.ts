// Stands between a person and the small words beside their message: who, in which capacity.
// Refuses to know the layout.
import { text } from "../../core/i18n";
import { withTitle } from "../../core/names";
import type { Author } from "../../core/wire";

export function senderOf(author: Author, me: string | undefined): string {
  if (author.id === me) return text.you;
  if (author.kind === "patient") return `${author.name} (${text.message.patient})`;
  if (author.kind === "proxy") return `${author.name} (${text.message.proxy})`;
  if (author.kind === "partner") return `${withTitle(author)} (${text.message.partner})`;
  if (author.kind === "service") return `${author.name} (${text.message.service})`;
  return withTitle(author);
}
