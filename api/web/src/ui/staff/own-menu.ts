// Stands between a conversation and what one may do with it for oneself alone: archive, mute, mark as unread, be reminded.
// Refuses to offer it to whoever only looks on, and to do it.
import { isUnread } from "../../core/attention";
import { isPutAway } from "../../core/put-away";
import { format } from "../../core/i18n";
import type { Conversation } from "../../core/wire";
import { own as words } from "../../../locales/en-staff-own";
import { session } from "../../vm/session.svelte";
import type { MenuItem } from "../kit/MenuList.svelte";
import { attendNow } from "./own-deeds";

export function ownItems(conversation: Conversation, remind: () => void, live = session.link.state === "live"): MenuItem[] {
  const { attention, member } = conversation.my;
  if (!member) return [];
  const muted = attention?.muted ?? false;
  const at_ms = attention?.remind_at_ms;
  const items: MenuItem[] = [
    isPutAway(conversation)
      ? { label: words.takeOut, run: () => void attendNow(conversation, { step: "take_out" }) }
      : { label: words.putAway, note: words.putAwayNote, run: () => void attendNow(conversation, { step: "put_away" }) },
    { label: muted ? words.unmute : words.mute, ...(muted ? {} : { note: words.muteNote }), run: () => void attendNow(conversation, { step: "mute", muted: !muted }) },
    ...(isUnread(conversation) ? [] : [{ label: words.markUnread, run: () => void attendNow(conversation, { step: "mark_unread" }) }]),
    { label: words.remind, ...(at_ms ? { note: words.reminded(format.when(at_ms)) } : {}), run: remind },
  ];
  return live ? items : items.map((item) => ({ ...item, off: true, note: words.offline }));
}
