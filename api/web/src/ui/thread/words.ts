// Stands between events and the small words around messages: who, in which capacity, what happened.
// Refuses to know the layout.
import { format, text } from "../../core/i18n";
import { withTitle } from "../../core/names";
import type { Line } from "../../core/timeline";
import type { Author, History } from "../../core/wire";

export function senderOf(author: Author, me: string | undefined): string {
  if (author.id === me) return text.you;
  if (author.kind === "patient") return `${author.name} (${text.message.patient})`;
  if (author.kind === "proxy") return `${author.name} (${text.message.proxy})`;
  if (author.kind === "partner") return `${withTitle(author)} (${text.message.partner})`;
  if (author.kind === "service") return `${author.name} (${text.message.service})`;
  return withTitle(author);
}

function range(history: History | undefined): string {
  if (history === undefined || history === "full") return text.lines.withHistory;
  if (history === "from_now") return text.lines.fromNow;
  return text.lines.since(format.day(history.since_ms, Date.now()));
}

export function lineWords(line: Line, me: string | undefined): string {
  const actor = line.actor.id === me ? text.you : line.actor.name;
  const name = (person: Author): string => (person.id === me ? text.you.toLowerCase() : person.name);
  const { event } = line;
  switch (event.type) {
    case "conversation_created":
      return text.lines.created(actor);
    case "member_added":
      return event.person.id === line.actor.id ? text.lines.joined(actor) : text.lines.added(actor, name(event.person)) + range(event.history);
    case "member_removed":
      return event.left || event.person.id === line.actor.id ? text.lines.left(actor) : text.lines.removed(actor, name(event.person));
    case "renamed":
      return text.lines.renamed(actor, event.topic);
    case "archived":
      return text.lines.archived(actor);
    case "reopened":
      return text.lines.reopened(actor);
    case "owner_changed":
      return text.lines.owner(actor, name(event.person));
  }
}
