// Stands between what happened in a conversation and one quiet line about it, as the staff reads it.
// Refuses to know the layout. Patients have fewer lines, and words of their own.
import { format, text } from "../../core/i18n";
import type { Item, Line } from "../../core/timeline";
import type { Author, History, Party } from "../../core/wire";
import { lines } from "../../../locales/en-staff-lines";

/** Who answered before each move that is held: it tells whether somebody took it, or took it over. */
export function partiesBefore(items: readonly Item[]): ReadonlyMap<number, Party> {
  const before = new Map<number, Party>();
  let party: Party | undefined;
  for (const item of items) {
    if (item.kind !== "line" || (item.event.type !== "responsibility_moved" && item.event.type !== "coverage_ended")) continue;
    if (party !== undefined && item.event.type === "responsibility_moved") before.set(item.seq, party);
    party = item.event.party ?? party;
  }
  return before;
}

function range(history: History | undefined): string {
  if (history === undefined || history === "full") return lines.withHistory;
  if (history === "from_now") return lines.fromNow;
  return lines.since(format.day(history.since_ms, Date.now()));
}

export function lineWords(line: Line, me: string, before?: Party): string {
  const actor = line.actor.id === me ? text.you : line.actor.name;
  const name = (person: Author): string => (person.id === me ? text.you.toLowerCase() : person.name);
  const { event } = line;
  switch (event.type) {
    case "conversation_created":
      return lines.created(actor);
    case "member_added":
      return event.person.id === line.actor.id ? lines.joined(actor) : lines.added(actor, name(event.person)) + range(event.history);
    case "member_removed":
      return event.left || event.person.id === line.actor.id ? lines.left(actor) : lines.removed(actor, name(event.person));
    case "renamed":
      return lines.renamed(actor, event.topic);
    case "archived":
      return lines.archived(actor);
    case "reopened":
      return lines.reopened(actor);
    case "owner_changed":
      return lines.owner(actor, name(event.person));
    case "responsibility_moved":
      return moved(event.party, line.actor, actor, name, before);
    case "hand_over_offered":
      return lines.offered(actor, name(event.to));
    case "stage_changed":
      return lines.stages[event.stage](actor);
    default:
      return ""; // QuietLine.svelte
  }
}

function moved(party: Party, by: Author, actor: string, name: (person: Author) => string, before?: Party): string {
  const held_before = before !== undefined && "person" in before ? before.person : undefined;
  if ("role" in party) {
    const pool = lines.pools[party.role] ?? party.role;
    return before !== undefined && held_before === undefined ? lines.moved(actor, pool) : lines.returned(actor, pool);
  }
  if (party.person.id !== by.id) return lines.assigned(actor, name(party.person));
  return held_before !== undefined && held_before.id !== by.id ? lines.tookOver(actor, name(held_before)) : lines.took(actor);
}
