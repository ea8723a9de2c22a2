// Stands between the staff page and what of it is fetched only when it is wanted: every such part by its name, a script of its own each.
// The words of a part, its drawings and what it asks of the node come with it. A new one is a line here, shown by <Later>; where it is more
// than one component, parts/ says which belong together. Refuses to know when it is wanted.
import { line } from "../kit/line";
import { narrow } from "../../vm/narrow.svelte";
import { fetchAhead, Part } from "../../vm/part.svelte";
import type { Route } from "../../vm/route.svelte";

/** The keyboard, and what is in the menus: wanted with the first key or the first look around. */
export const actions = new Part(() => import("./parts/actions"));
/** The conversations of one section. */
export const list = new Part(() => import("./ListPane.svelte"));
/** An open conversation. */
export const conversation = new Part(() => import("./ConversationPane.svelte"));
/** What opens beside it: a thread, the details. */
export const beside = new Part(() => import("./parts/beside"));
/** What opens over it. */
export const asks = new Part(() => import("./parts/asks"));
/** Who answers for a patient: the menu, the hand-over, a reply in another one's name. */
export const care = new Part(() => import("./parts/care"));
/** For whom one covers: what is news of it, and the line on top of what one works in for them. */
export const covering = new Part(() => import("./parts/covering"));
/** Who covers for whom, and arranging it. */
export const coverage = new Part(() => import("./parts/coverage"));
/** What opens over the page: a new conversation, the channels, the keys, before signing out. */
export const dialogs = new Part(() => import("./parts/dialogs"));
/** One's own view: reminders whose time has come, and what waits to be sent. */
export const own = new Part(() => import("./parts/own"));
/** What is asked about a time ahead: a reminder, a message that is sent then. */
export const later = new Part(() => import("./parts/later"));
/** What the clinic has set for itself, as it stands. */
export const clinic = new Part(() => import("../../vm/clinic.svelte"));
/** Setting it. */
export const settings = new Part(() => import("./ClinicSettings.svelte"));
/** The names that are offered after an @. */
export const mentions = new Part(() => import("./Mentions.svelte"));
/** The organization's queue. */
export const queue = new Part(() => import("./QueuePane.svelte"));

/** What the address asks for, while the node is still asked who is here. */
export function fetchFirst({ section, conversation: open }: Route): void {
  if (open !== undefined) void conversation.load().catch(() => {});
  if (open === undefined || !narrow.now) void (section === "queue" ? queue : list).load().catch(() => {});
}

/** After the first screen, in the order in which they are wanted as a rule. */
export function fetchAllAhead(sees_queue: boolean): void {
  fetchAhead([line, list, actions, conversation, care, beside, asks, mentions, dialogs, ...(sees_queue ? [queue] : []), later, coverage]);
}
