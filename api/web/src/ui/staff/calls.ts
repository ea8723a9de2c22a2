// Stands between every event that comes and the person it means: the mark on its conversation, what is announced, also of one that is muted;
// and follows a thread for whoever answers in it for the first time. Refuses to guess who began a thread that is not here: it asks.
import { follows, means, saidOf } from "../../core/calls";
import { systemClock } from "../../core/clock";
import { text } from "../../core/i18n";
import type { Conversation, ConversationEvent } from "../../core/wire";
import { calls as words } from "../../../locales/en-staff-calls";
import { announcer } from "../../vm/announce.svelte";
import { attention } from "../../vm/attention.svelte";
import { router } from "../../vm/route.svelte";
import { session } from "../../vm/session.svelte";
import { attend } from "./own-deeds";

type Call = "mentioned" | "answered";

const MOMENT_MS = 300;
const asked = new Map<string, Promise<unknown>>();

/** What the node says of it; once for all that come within a moment. */
function ask(id: string): Promise<unknown> {
  const due = asked.get(id) ?? new Promise<void>((resolve) => systemClock.after(MOMENT_MS, resolve)).then(() => {
    asked.delete(id);
    return session.sync?.fetchConversation(id).catch(() => {});
  });
  asked.set(id, due);
  return due;
}

function began(id: string, root: number): string | undefined {
  return session.store.timelines.get(id)?.message(root)?.author.id;
}

/** A mention alone is told from the message; whether an answer calls, the node may have to say. */
async function callOf(held: Conversation, event: ConversationEvent): Promise<Call | undefined> {
  const me = session.me?.person;
  const body = event.event;
  if (me === undefined || body.type !== "message_sent" || !held.my.member) return undefined;
  const { id } = held;
  if (means(body.mentions, me)) return mark(id, event.seq, "mentioned");
  if (body.reply_to == null || me.kind !== "staff") return undefined;
  const known = follows(held, body.reply_to, began(id, body.reply_to), me.id);
  if (known !== undefined) return known ? mark(id, event.seq, "answered") : undefined;
  await ask(id);
  return (session.store.conversations.get(id)?.my.called_seq ?? 0) >= event.seq ? "answered" : undefined;
}

function mark(id: string, seq: number, call: Call): Call {
  const held = session.store.conversations.get(id);
  if (held !== undefined && (held.my.called_seq ?? 0) < seq) session.store.putConversation({ ...held, my: { ...held.my, called_seq: seq } });
  return call;
}

/** Quietly: the toggle in the thread undoes it, and where it cannot be said nothing is lost but that. */
function followOwn(held: Conversation, root: number): void {
  const me = session.me?.person;
  if (me?.kind !== "staff" || !held.my.member || saidOf(held, root) !== undefined || began(held.id, root) === me.id) return;
  void attend(held.id, { step: "follow", seq: root, follows: true }).catch(() => {});
}

/** `live`: it has just happened, and is not only told after a break. */
export async function hear(event: ConversationEvent, live: boolean): Promise<void> {
  const body = event.event;
  const { person } = session.me ?? {};
  const held = session.store.conversations.get(event.conversation_id);
  if (person === undefined) return;
  // what calls may be another one now, or none
  if (held && (body.type === "message_edited" ? means(body.mentions, person) : body.type === "message_retracted" && body.target_seq === held.my.called_seq)) void ask(held.id);
  if (body.type !== "message_sent") return;
  const { reply_to, priority } = body;
  if (event.actor.id === person.id) {
    if (live && held && reply_to != null) followOwn(held, reply_to);
    return;
  }
  const call = held && (await callOf(held, event));
  if (!live || priority === "stat") return; // that is told at once, without us
  const here = event.conversation_id === router.now.conversation;
  if (here) announcer.say(call ? words[call] : text.thread.arrived);
  else if (attention.here && (call || !held?.my.attention?.muted)) announcer.say(call ? words[`${call}Elsewhere`] : text.thread.arrivedElsewhere);
}
