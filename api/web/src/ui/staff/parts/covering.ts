// Stands between the staff page and what is told of coverages: one piece, fetched right behind the first screen. Refuses to know any of it.
import { coverages } from "../../../vm/coverage.svelte";

export { default as CoverageBanner } from "../CoverageBanner.svelte";
export { default as CoverageNotices } from "../CoverageNotices.svelte";
export const look = (): Promise<void> => coverages.look();
export const forget = (): void => coverages.forget();
