// Stands between the events of a patient conversation and who answers for it: the state after each event, and nothing guessed.
// Refuses to know who may move it, and the words for it.
import type { Author, Care, ConversationEvent, EventBody, Party } from "./wire";

export type CareEvent = "responsibility_moved" | "hand_over_offered" | "hand_over_ended" | "on_behalf_changed" | "coverage_ended" | "stage_changed";

export function holderOf(care: Care | null | undefined): Author | undefined {
  return care?.party && "person" in care.party ? care.party.person : undefined;
}

/** Who is no member any more after this. */
export function leaversOf(body: EventBody): readonly (string | undefined)[] {
  const left = body.type === "labelled" || body.type === "confidential_changed" ? body.left
    : body.type === "member_removed" || (body.type === "coverage_ended" && body.left) ? [body.person] : [];
  return left.map(({ id }) => id);
}

/** The same object where the event moves nothing. */
export function careAfter(care: Care | null | undefined, event: ConversationEvent): Care | null | undefined {
  const body = event.event;
  const base: Care = { stage: "open", ...care };
  // what hangs on who answers goes with them; for whom they cover and one may reply, the node says anew
  const moved = (party: Party | null): Care => ({ ...base, party, hand_over: null, on_behalf_of: null, covering: null });
  switch (body.type) {
    case "message_sent":
      // what the patient may see opens again what was resolved
      return care?.stage === "resolved" && body.audience === "everyone" ? { ...care, stage: "open" } : care;
    case "member_removed":
    case "labelled":
      // whoever answered is gone: which pool does now, the node says
      return leaversOf(body).includes(holderOf(care)?.id) ? moved(null) : care;
    case "responsibility_moved":
      return { ...moved(body.party), since_ms: event.at_ms };
    case "coverage_ended":
      if (body.party) return { ...moved(body.party), since_ms: event.at_ms };
      return care?.covering?.person.id === body.person.id ? { ...care, covering: null } : care;
    case "hand_over_offered":
      return { ...base, hand_over: { to: body.to, by: event.actor, at_ms: event.at_ms, expires_at_ms: body.expires_at_ms } };
    case "hand_over_ended":
      return { ...base, hand_over: null };
    case "on_behalf_changed":
      // for whom one may reply is the node's to say, to each
      return { ...base, refuses_on_behalf: !body.allowed, on_behalf_of: null };
    case "stage_changed":
      return { ...base, stage: body.stage };
    default:
      return care;
  }
}
