// Stands between what the node allows (`my.may`), what the clinic sets, and the entries of a conversation's menu that protect it.
// Refuses to offer anything else, and to do it.
import { confidence } from "../../core/restriction";
import type { Conversation } from "../../core/wire";
import { restriction_menu as words } from "../../../locales/en-staff-restriction-menu";
import { clinic } from "../../vm/clinic.svelte";
import type { MenuItem } from "../kit/MenuList.svelte";
import type { Ask } from "./asks";

export function restrictionItems({ my, confidential, patient }: Conversation, ask: (ask: Ask) => void, safeguards = clinic.safeguards): MenuItem[] {
  const may = new Set(my.may);
  const items: MenuItem[] = [];
  if (may.has("label")) items.push({ label: words.label, note: words.labelNote, run: () => ask({ what: "label" }) });
  if (may.has("unlabel")) items.push({ label: words.unlabel, run: () => ask({ what: "unlabel" }) });
  if (!may.has("keep_confidential")) return items;
  const can = confidence(safeguards, patient?.birth_date, Date.now());
  // what is confidential already can be shared again, whatever the clinic has set meanwhile
  if (confidential) items.push({ label: words.share, run: () => ask({ what: "share" }) });
  else if (can !== "off") items.push({ label: words.keep, ...(can === "too_young" ? { off: true, note: words.keepNote(safeguards?.confidential_from_years ?? 0) } : {}), run: () => ask({ what: "keep" }) });
  return items;
}
