// Stands between what seldom happens to who answers in a conversation and one quiet line about it: a hand-over or a coverage that ended, who may
// reply on behalf. Refuses to know the layout.
import { text } from "../../core/i18n";
import type { Line } from "../../core/timeline";
import type { Author, Party } from "../../core/wire";
import { care_lines as lines } from "../../../locales/en-staff-care-lines";

export function careLine(line: Line, me: string): string {
  const { event } = line;
  const actor = line.actor.id === me ? text.you : line.actor.name;
  switch (event.type) {
    case "hand_over_ended":
      return event.how === "declined" ? lines.declined(actor) : lines.withdrawn(actor, event.to.id === me ? text.you.toLowerCase() : event.to.name);
    case "on_behalf_changed":
      return event.allowed ? lines.onBehalfAllowed(actor) : lines.onBehalfRefused(actor);
    case "coverage_ended":
      return coverageEnded(event, me);
    default:
      return "";
  }
}

/** Who came by it leaves, and who was covered answers again, or the pool where they cannot. */
function coverageEnded({ person, left, party }: { person: Author; left: boolean; party?: Party | null }, me: string): string {
  const mine = person.id === me;
  const covered = party && "person" in party ? party.person : undefined;
  if (covered !== undefined) {
    const name = covered.id === me ? text.you.toLowerCase() : covered.name;
    const ended = mine ? lines.coverageOfYours(name) : lines.coverageOf(person.name, name);
    return covered.id === me ? lines.youAnswerAgain(ended) : lines.answersAgain(ended, covered.name);
  }
  const ended = mine ? lines.coverageYours : lines.coverage(person.name);
  if (party && "role" in party) return lines.poolAnswers(ended, lines.pools[party.role] ?? party.role);
  return left && !mine ? lines.leftWithIt(ended) : ended;
}
