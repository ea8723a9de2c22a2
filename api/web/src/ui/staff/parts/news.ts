// Stands between the staff page and what is told without being asked for: reminders, what waits to be sent, how many tasks one has, for whom one
// covers, what the clinic has set, what happened to tasks and charts, what one has begun; one piece, fetched right behind the first screen. Refuses to know any of it.
import { clinic } from "../../../vm/clinic.svelte";
import { coverages } from "../../../vm/coverage.svelte";
import { drafted } from "../../../vm/drafted.svelte";
import { own } from "../../../vm/own.svelte";
import { followReach } from "../../../vm/reach";
import { pressing } from "../../../vm/pressing.svelte";
import { todo } from "../../../vm/tasks.svelte";

export { default as AboveBox } from "../AboveBox.svelte";
export { default as CoverageBanner } from "../CoverageBanner.svelte";
export { default as CoverageNotices } from "../CoverageNotices.svelte";
export { default as GuidanceLine } from "../GuidanceLine.svelte";
export { default as OwnNotices } from "../OwnNotices.svelte";
export { default as QuietLine } from "../QuietLine.svelte";
export { clinic, drafted, pressing, todo };

export function look(): void {
  clinic.follow();
  followReach();
  pressing.follow();
  for (const one of [coverages.look(), own.look(true), todo.look()]) void one.catch(() => {});
}

export function forget(): void {
  for (const one of [coverages, own, pressing, todo]) one.forget();
}
