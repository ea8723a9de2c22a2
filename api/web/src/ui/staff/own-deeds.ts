// Stands between menus and keys and the node for one's own view of a conversation. Each deed is one request with one id; nothing is queued.
// Refuses to change the store by hand: the answer and the frames do that.
import { tick } from "svelte";
import { isPutAway } from "../../core/put-away";
import { nextFrame } from "../../core/frame";
import { Refusal } from "../../core/http";
import { commandId } from "../../core/ids";
import { sentenceOf } from "../../core/problems";
import type { AttentionStep, Conversation } from "../../core/wire";
import { own as words } from "../../../locales/en-staff-own";
import { announcer } from "../../vm/announce.svelte";
import { own } from "../../vm/own.svelte";
import { router } from "../../vm/route.svelte";
import { session } from "../../vm/session.svelte";
import { care } from "./parts";

/** When it is so already, it is done. */
export async function attend(id: string, step: AttentionStep, command_id = commandId()): Promise<void> {
  try {
    await session.http.ask(`/v1/conversations/${id}/attention`, { method: "POST", body: step, command_id });
  } catch (error) {
    if (!(error instanceof Refusal && error.code === "nothing_to_do")) throw error;
  }
  await session.sync?.fetchConversation(id).catch(() => {});
}

export function whyNot(error: unknown): string {
  return (error instanceof Refusal ? words.problems[error.code] : undefined) ?? sentenceOf(error);
}

/** From a menu or a key. What is put away or marked as unread is left: to look at it on would be to read it. */
export async function attendNow({ id }: Pick<Conversation, "id">, step: Exclude<AttentionStep, { step: "remind" | "follow" }>): Promise<void> {
  if (session.link.state !== "live") return own.tell(words.offline);
  const beside = neighbour(id);
  const leaves = step.step === "put_away" || step.step === "mark_unread";
  if (leaves && router.now.conversation === id) router.go(router.now.section);
  try {
    if (step.step === "mark_unread") await tellRead(id);
    await attend(id, step);
    announcer.say(words.did[step.step === "mute" && !step.muted ? "unmute" : step.step]);
  } catch (error) {
    own.tell(whyNot(error));
  }
  await new Promise<void>((resolve) => nextFrame(resolve));
  await tick();
  // what was in focus may be gone with the row or the pane
  if (document.activeElement === document.body || document.activeElement === null) (row(id) ?? row(beside) ?? row(undefined))?.focus();
}

/** E: resolves what may be resolved for a patient, and archives for oneself everything else. */
export async function resolveOrPutAway(id: string): Promise<void> {
  const conversation = session.store.conversations.get(id);
  if (conversation === undefined) return;
  // what one may is told a moment after the stage
  if (conversation.kind === "patient" && conversation.care?.stage !== "resolved" && conversation.my.may.includes("resolve")) {
    const { careStep, whyNot: why } = await care.load();
    await careStep(id, { step: "resolve" }).then(() => announcer.say(words.did.resolve), (error: unknown) => own.tell(why(id, error)));
  } else if (conversation.my.member) {
    await attendNow(conversation, { step: isPutAway(conversation) ? "take_out" : "put_away" });
  }
}

export async function markUnread(id: string): Promise<void> {
  const conversation = session.store.conversations.get(id);
  if (conversation?.my.member) await attendNow(conversation, { step: "mark_unread" });
}

/** What was read just now may not have been told yet; told afterwards it would take the mark away again. */
async function tellRead(conversation_id: string): Promise<void> {
  const held = session.store.conversations.get(conversation_id);
  if (held === undefined || held.my.unread > 0) return;
  const seq = held.last_message?.seq ?? held.last_seq;
  session.sync?.reads.drop(conversation_id, seq);
  await session.sync?.commands.run({ type: "mark_read", conversation_id, seq }).catch(() => {});
}

function row(id: string | undefined): HTMLElement | null {
  return document.querySelector<HTMLElement>(id === undefined ? "a[data-conversation]" : `a[data-conversation="${id}"]`);
}

/** The row that stands in its place when it is gone. */
function neighbour(id: string): string | undefined {
  const ids = [...document.querySelectorAll<HTMLElement>("a[data-conversation]")].map((one) => one.dataset["conversation"]);
  const at = ids.indexOf(id);
  return at < 0 ? undefined : (ids[at + 1] ?? ids[at - 1]);
}
