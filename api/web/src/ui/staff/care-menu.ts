// Stands between what the node allows (`my.may`) and the menu on who answers: one item for each, in the order of a day's work.
// Refuses to offer anything else, and to do it.
import { holderOf } from "../../core/care";
import type { CareStep, Conversation } from "../../core/wire";
import { care } from "../../../locales/en-staff-care";
import type { MenuItem } from "../kit/MenuList.svelte";
import type { Ask } from "./asks";

export interface CareVerbs {
  step: (step: CareStep) => void;
  ask: (ask: Ask) => void;
}

/** `administers`: may arrange that somebody covers for others. */
export function careItems(conversation: Conversation, { step, ask }: CareVerbs, me: string, administers = false): MenuItem[] {
  const holder = holderOf(conversation.care);
  const may = new Set(conversation.my.may);
  const items: MenuItem[] = [];
  if (may.has("accept")) items.push({ label: care.accept, run: () => step({ step: "accept" }) });
  if (may.has("decline")) items.push({ label: care.decline, run: () => step({ step: "decline" }) });
  if (may.has("take")) items.push(holder === undefined ? { label: care.take, run: () => step({ step: "take" }) } : { label: care.takeOver(holder.name), run: () => ask({ what: "take_over", from: holder }) });
  if (may.has("assign")) items.push({ label: care.assign, run: () => ask({ what: "assign" }) });
  if (may.has("hand_over")) items.push({ label: care.handOver, run: () => ask({ what: "hand_over" }) });
  if (may.has("withdraw")) items.push({ label: care.withdraw, run: () => step({ step: "withdraw" }) });
  if (may.has("return")) items.push({ label: holder === undefined ? care.move : care.giveBack, run: () => ask({ what: "return" }) });
  if (holder?.id === me && conversation.my.member && conversation.state === "open") {
    const allowed = conversation.care?.refuses_on_behalf === true;
    items.push({ label: allowed ? care.allowOnBehalf : care.refuseOnBehalf, run: () => step({ step: "allow_on_behalf", allowed }) });
  }
  if (holder !== undefined && (holder.id === me || administers)) items.push({ label: care.coverage, run: () => ask({ what: "coverage", covered: holder }) });
  if (may.has("resolve")) items.push({ label: care.resolve, run: () => step({ step: "resolve" }) });
  if (may.has("close")) items.push({ label: care.close, run: () => ask({ what: "close" }) });
  if (may.has("open")) items.push({ label: care.open, run: () => step({ step: "open" }) });
  return items;
}
