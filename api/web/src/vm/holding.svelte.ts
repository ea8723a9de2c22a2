// Stands between a reply to a patient and the outbox: for some seconds it is held, so that it can be undone. What is written behind it in the
// same conversation waits as long: nothing overtakes. What is urgent is not held, and takes along what is. The tab that leads sends it when its
// time has come; a page that is left sends its own at once. Refuses to send by itself, and to know how a held message looks.
import { chosenIn } from "../core/later";
import type { Row } from "../core/outbox";
import type { SendMessage } from "../core/wire";
import { undo as words } from "../../locales/en-staff-guard";
import { announcer } from "./announce.svelte";
import { clinic } from "./clinic.svelte";
import { isTaken, putBack } from "./composer.svelte";
import { router } from "./route.svelte";
import { session } from "./session.svelte";

/** The last moment is no time for it: another tab that sends may not hear of it any more. */
const LAST_MS = 250;
/** In this tab, not in another one. */
const written = new Set<string>();

export const isHeld = (row: Row, now_ms = Date.now()): boolean => row.state === "waiting" && row.attempts === 0 && (row.hold_until_ms ?? 0) > now_ms;
export const mayUndo = (row: Row, now_ms = Date.now()): boolean => isHeld(row, now_ms + LAST_MS);

export function heldIn(conversation_id: string | undefined): Row[] {
  return conversation_id === undefined ? [] : (session.outbox?.of(conversation_id) ?? []).filter((row) => isHeld(row));
}

/** Until when this is to be held. */
export function holdUntil(conversation_id: string, message: SendMessage, now_ms = Date.now()): number | undefined {
  const held = heldIn(conversation_id);
  if (message.priority !== "routine") {
    sendNow(held);
    return undefined;
  }
  // the team's rooms are checked as well; one that is not known yet was begun just now, with a patient
  const kind = session.store.conversations.get(conversation_id)?.kind ?? "patient";
  const to_patient = message.audience === "everyone" && message.check_patient === true && kind === "patient";
  const own_ms = to_patient ? now_ms + (clinic.safeguards?.undo_s ?? 0) * 1000 : 0;
  const until_ms = Math.max(own_ms, ...held.map((row) => row.hold_until_ms ?? 0));
  if (until_ms <= now_ms) return undefined;
  queueMicrotask(() => { // it is there then
    const row = session.outbox?.of(conversation_id).at(-1);
    if (row !== undefined) written.add(row.id);
  });
  return until_ms;
}

export function sendNow(rows: readonly Row[]): void {
  for (const row of rows) {
    const note = { type: "put", row: { ...row, hold_until_ms: Date.now() } } as const;
    session.outbox?.options.tell(note);
    session.outbox?.hear(note);
  }
}

/** Its words go back to where they were written. Where others are meanwhile they stay beside them, and go no further by themselves. */
export function undo(row: Row): void {
  const { outbox } = session;
  if (outbox === undefined || !mayUndo(row)) return;
  const { conversation_id, message: { reply_to } } = row;
  if (isTaken(conversation_id, reply_to)) {
    const { hold_until_ms: _, ...rest } = row;
    void outbox.change({ ...rest, state: "failed", problem: { status: 0, code: "undone" } });
    announcer.say(words.aside);
    return;
  }
  const message = outbox.withdraw(row.id);
  if (message === undefined) return;
  const { body, audience, priority, read_by_ms } = message;
  putBack(conversation_id, reply_to, { text: body, audience, behalf: false, priority, chosen: chosenIn(message, session.store.conversations.get(conversation_id)?.members ?? []), read_by_ms });
  announcer.say(words.undone);
}

/** In the empty box of a conversation in which something is held. */
function key(event: KeyboardEvent): void {
  const box = event.target;
  if (!(box instanceof HTMLTextAreaElement) || box.dataset["composer"] === undefined || box.value !== "" || event.isComposing || event.shiftKey) return;
  const held = heldIn(router.now.conversation);
  const last = held.at(-1);
  if (last === undefined) return;
  if (event.key === "Enter" && !matchMedia("(pointer: coarse)").matches) {
    sendNow(held);
    announcer.say(words.sentNow);
  } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") undo(last);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** The page may not be there in a moment, so it is handed over as it is, under the id under which it is kept: whoever sends it once more sends the
    same. The socket keeps the order, and may be cut before it has let go; a request outlives the page, and several would overtake one another: so
    the first of each conversation goes both ways. Not where something older still waits. */
export function leave(): void {
  const { outbox, sync } = session;
  if (outbox === undefined) return;
  const mine = [...written].flatMap((id) => outbox.waiting().filter((row) => row.id === id && isHeld(row))).sort((a, b) => a.order - b.order);
  const first = new Set(mine.map((row) => row.id));
  const ready = mine.filter((row) => outbox.of(row.conversation_id).every((one) => one.order >= row.order || first.has(one.id) || one.state === "sending" || one.state === "accepted" || one.state === "failed"));
  const sends = outbox.options.leading() || !outbox.durable;
  sendNow(mine);
  if (!sends || sync?.transport.live !== true) return;
  const begun = new Set<string>();
  for (const { id, conversation_id, message } of ready) {
    void sync.transport.command({ type: "send_message", conversation_id, ...message }, id);
    if (begun.has(conversation_id)) continue;
    begun.add(conversation_id);
    const request: RequestInit = { method: "POST", keepalive: true, credentials: "same-origin", headers: { "content-type": "application/json", "idempotency-key": id }, body: JSON.stringify(message) };
    void fetch(`/v1/conversations/${conversation_id}/messages`, request).catch(() => {});
  }
}

session.hold = holdUntil;
if (typeof window !== "undefined") {
  addEventListener("keydown", key, true);
  // the first leaves more time, the second is certain
  for (const sign of ["beforeunload", "pagehide"]) addEventListener(sign, leave);
  // a phone ends pages that are not looked at without another word
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && matchMedia("(pointer: coarse)").matches) leave(); });
}
