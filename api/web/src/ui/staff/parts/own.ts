// Stands between the staff page and what is told of one's own view: reminders, and what waits to be sent; one piece, fetched right behind the
// first screen. Refuses to know any of it.
import { own } from "../../../vm/own.svelte";

export { default as OwnNotices } from "../OwnNotices.svelte";
export { default as ScheduledLine } from "../ScheduledLine.svelte";
export const look = (): Promise<void> => own.look(true);
export const forget = (): void => own.forget();
