// Stands between what a person may do and the menus that offer it: of one message, of a whole conversation, of one's own status.
// Refuses to offer what the node did not allow (`my.may`), and to do it.
import { mayPin, shortName } from "../../core/pins";
import type { Message } from "../../core/timeline";
import type { Conversation, Me } from "../../core/wire";
import { menus as words } from "../../../locales/en-staff-menus";
import { own } from "../../../locales/en-staff-own";
import { staff } from "../../../locales/en-staff";
import { clinic } from "../../vm/clinic.svelte";
import { session } from "../../vm/session.svelte";
import type { MenuItem } from "../kit/MenuList.svelte";
import type { Verbs } from "../thread/verbs";
import type { Ask } from "./asks";
import { refuseOnBehalf, takeNew } from "./deeds";
import { mayGive } from "./owner";
import { mayRetract, wayToChange } from "./own-message";
import { ownItems } from "./own-menu";
import { restrictionItems } from "./restriction-menu";

/** What can become of its words: the clinic may have switched off what they were said in. */
export const changeOf = (message: Message, me: string, conversation?: Conversation): ReturnType<typeof wayToChange> =>
  wayToChange(message, me, conversation, conversation !== undefined && clinic.off(conversation.kind), Date.now(), clinic.policies?.edit_window_s);

export function messageItems(message: Message, me: string, in_thread: boolean, verbs: Verbs, conversation?: Conversation): MenuItem[] {
  const mine = message.author.id === me;
  const items: MenuItem[] = [];
  if (!in_thread && !message.retracted) items.push({ label: words.reply, run: () => verbs.reply(message.reply_to ?? message.seq) });
  const change = changeOf(message, me, conversation);
  if (change === "edit") items.push({ label: words.edit, run: () => verbs.edit(message) });
  if (change === "anew") items.push({ label: words.anew, run: () => verbs.ask("anew", message) });
  items.push({ label: words.receipts, run: () => verbs.ask("receipts", message) });
  if (message.version > 1 && !message.retracted) items.push({ label: words.versions, run: () => verbs.ask("versions", message) });
  if (!message.retracted && session.me?.person.kind === "staff") items.push({ label: words.task, run: () => verbs.ask("task", message) });
  if (!message.retracted && mayPin(session.me, conversation)) items.push({ label: conversation?.patient ? words.pin(shortName(conversation.patient.name)) : words.pinChart, run: () => verbs.ask("pin", message) });
  if (!message.retracted) items.push({ label: words.copy, run: () => void navigator.clipboard?.writeText(message.body) });
  if (mine && !message.retracted && !message.on_behalf_of && conversation?.kind === "patient" && session.me?.person.kind === "staff") items.push({ label: words.move, run: () => verbs.ask("move", message) });
  if (mayRetract(message, me, conversation)) items.push({ label: words.retract, danger: true, run: () => verbs.ask("retract", message) });
  return items;
}

export function conversationItems(conversation: Conversation, details: () => void, ask: (ask: Ask) => void): MenuItem[] {
  const { kind, state, my } = conversation;
  const items: MenuItem[] = [{ label: words.details, run: details }, ...ownItems(conversation, () => ask({ what: "remind" }))];
  if (kind === "patient" && my.member && !clinic.off("care_room")) items.push({ label: words.careRoom, run: () => ask({ what: "care_room" }) });
  if (my.may.includes("ask_identity")) items.push({ label: words.identity, run: () => ask({ what: "identity" }) });
  if (my.may.includes("add_member")) items.push({ label: words.add, run: () => ask({ what: "add" }) });
  items.push(...restrictionItems(conversation, ask));
  if (my.may.includes("rename")) items.push({ label: words.rename, run: () => ask({ what: "rename" }) });
  if (my.may.includes("archive") && state === "open") items.push({ label: words.archive, note: words.archiveNote, run: () => ask({ what: "archive" }) });
  if (my.may.includes("reopen") && state === "archived") items.push({ label: words.reopen, run: () => ask({ what: "reopen" }) });
  if (mayGive(conversation, session.me)) items.push({ label: words.owner, run: () => ask({ what: "owner" }) });
  if (my.may.includes("leave")) items.push({ label: words.leave, danger: true, run: () => ask({ what: "leave" }) });
  return items;
}

/** Beside Send, towards a patient. */
export function sendItems(empty: boolean, read_by_ms: number | undefined, later: () => void, must_read: () => void, live = session.link.state === "live"): MenuItem[] {
  const why = empty ? words.nothing : live ? (read_by_ms === undefined ? undefined : words.notTogether) : own.offline;
  return [
    { label: words.later, run: later, ...(why === undefined ? {} : { off: true, note: why }) },
    { label: read_by_ms === undefined ? words.mustRead : words.change, note: words.mustReadNote, run: must_read },
  ];
}

export function statusItems(me: Me | undefined, coverage: () => void, scheduled: () => void, settings: () => void = () => {}): MenuItem[] {
  const has = (permission: string): boolean => me?.permissions.includes(permission) ?? false;
  const refuses = me?.refuses_on_behalf ?? false;
  const takes = me?.person.available !== false;
  return [
    ...(["available", "busy", "off_duty"] as const).map((status) => ({ label: staff.presence[status], checked: session.status === status, run: () => session.setStatus(status) })),
    ...(me?.person.kind === "staff" && has("create_patient_conversation") ? [{ label: words.takesNew, checked: takes, toggle: true, run: () => void takeNew(!takes) }] : []),
    ...(me?.person.kind === "staff" ? [{ label: words.onBehalf, checked: !refuses, toggle: true, run: () => void refuseOnBehalf(!refuses) }] : []),
    ...(me?.person.kind === "staff" ? [{ label: words.scheduled, run: scheduled }] : []),
    // who answers for patients can be away, and administrators see to it for all
    ...(me?.person.kind === "staff" && (has("create_patient_conversation") || has("manage_people")) ? [{ label: words.coverage, run: coverage }] : []),
    ...(has("change_settings") ? [{ label: words.settings, run: settings }] : []),
  ];
}
