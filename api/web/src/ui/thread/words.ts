// Stands between a person and the small words beside their message: who, in which capacity.
// Refuses to know the layout.
import { text } from "../../core/i18n";
import { withTitle } from "../../core/names";
import type { Message } from "../../core/timeline";
import type { Author } from "../../core/wire";

export function senderOf(author: Author, me: string | undefined): string {
  if (author.id === me) return text.you;
  if (author.kind === "patient") return `${author.name} (${text.message.patient})`;
  if (author.kind === "proxy") return `${author.name} (${text.message.proxy})`;
  if (author.kind === "partner") return `${withTitle(author)} (${text.message.partner})`;
  if (author.kind === "service") return `${author.name} (${text.message.service})`;
  return withTitle(author);
}

/** Both names where somebody wrote for somebody else: nothing stands between them. */
export function signatureOf({ author, on_behalf_of }: { author: Author; on_behalf_of?: Author | null }, me?: string): string {
  if (!on_behalf_of) return senderOf(author, me);
  return text.message.onBehalf(author.id === me ? text.you : author.name, on_behalf_of.name);
}

/** In the place of words that were taken back: by whom. */
export function retractedBy({ author, retracted }: Pick<Message, "author" | "retracted">, me: string): string {
  const by = retracted?.person ?? author;
  return by.id === me ? text.message.retractedByYou : retracted?.person ? text.message.retractedBy(by.name) : text.message.retracted;
}
