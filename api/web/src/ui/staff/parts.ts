// Stands between the staff page and what of it is fetched only when it is wanted: every such part by its name, a script of its own each.
// The words of a part, its drawings and what it asks of the node come with it. A new one is a line here, shown by <Later>; where it is more
// than one component, parts/ says which belong together; where only another part wants it, it stands in further.ts. Refuses to know when it
// is wanted.
import type { Component } from "svelte";
import { line } from "../kit/line";
import { narrow } from "../../vm/narrow.svelte";
import { fetchAhead, Part } from "../../vm/part.svelte";
import type { Route, Section } from "../../vm/route.svelte";
import type { Keyed } from "./keyboard";

/** The keyboard, what is in the menus, and whom a message means: wanted with the first key or the first look around. */
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
/** What opens over the page: a new conversation, the channels, the keys, before signing out. */
export const dialogs = new Part(() => import("./parts/dialogs"));
/** What is told without being asked for: reminders, what waits to be sent, one's tasks, for whom one covers, what the clinic has set. */
export const news = new Part(() => import("./parts/news"));
/** What is asked about a time ahead: a reminder, a message that is sent then. */
export const later = new Part(() => import("./parts/later"));
/** The names that are offered after an @, the templates after a slash. */
export const mentions = new Part(() => import("./Offers.svelte"));
/** The organization's queue. */
export const queue = new Part(() => import("./QueuePane.svelte"));
/** What is to be done. */
export const tasks = new Part(() => import("./TasksPane.svelte"));
/** Around the box: who else is writing, by when it must be read, more ways to send; and what becomes of words that were refused. */
export const around = new Part(() => import("./parts/around"));
/** The parts that these have in their turn, fetched with it; it shows the places that are wanted less often. */
const further = new Part(() => import("./further").then(({ fetchFurther }) => fetchFurther()));

/** What stands at the left, or is the whole of it; nothing where it is one's own conversations. */
export const panes: { [section in Section]?: Part<{ default: Component<{ current: string | undefined }, NonNullable<Keyed["list"]>> }> } = { queue, tasks, overview: further, directory: further, people: further };

/** What the address asks for, while the node is still asked who is here. */
export function fetchFirst({ section, conversation: open }: Route): void {
  if (open !== undefined) void conversation.load().catch(() => {});
  if (open === undefined || !narrow.now) void (panes[section] ?? list).load().catch(() => {});
}

/** After the first screen, in the order in which they are wanted as a rule. */
export function fetchAllAhead(sees_queue: boolean): void {
  fetchAhead([line, list, actions, conversation, care, around, beside, asks, mentions, dialogs, ...(sees_queue ? [queue] : []), tasks, later, further]);
}
