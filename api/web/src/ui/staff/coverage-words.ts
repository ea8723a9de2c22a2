// Stands between a coverage and one sentence about it, to whoever reads it. Refuses to know where it is shown.
import { phaseOf } from "../../core/coverage";
import type { Format } from "../../core/format";
import type { Author, Covering, Coverage } from "../../core/wire";
import { covers } from "../../../locales/en-staff-covers";
import type { Notice } from "../../vm/coverage.svelte";

/** The time alone when it is today. */
export function untilWords(format: Format, until_ms: number, now_ms: number): string {
  return format.dayKey(until_ms) === format.dayKey(now_ms) ? format.time(until_ms) : format.when(until_ms);
}

/** "You cover for Chidi Okafor until 18:00: annual leave"; of what is only known from the conversation the reason is not known. */
export function bannerWords({ covered, until_ms, of_labelled = false, reason = "" }: Pick<Covering, "covered" | "until_ms"> & { of_labelled?: boolean; reason?: string }, format: Format, now_ms: number): string {
  const banner = covers.banner(covered.name, untilWords(format, until_ms, now_ms));
  return covers.because(of_labelled ? covers.withLabelled(banner) : banner, reason);
}

export function newsWords({ coverage: { covered, from_ms, until_ms }, what }: Notice, format: Format, now_ms: number): string {
  if (what === "planned") return covers.news.planned(covered.name, format.when(from_ms), format.when(until_ms));
  if (what === "running") return covers.news.running(covered.name, untilWords(format, until_ms, now_ms));
  return covers.news[what](covered.name);
}

interface Words {
  running: (covering: string | undefined, covered: string | undefined, until: string) => string;
  planned: (covering: string | undefined, covered: string | undefined, from: string, until: string) => string;
  withLabelled: (sentence: string) => string;
}

/** Undefined: whoever reads it. */
export const nameTo = (person: Author, me: string): string | undefined => (person.id === me ? undefined : person.name);

export function coverageWords(coverage: Coverage, me: string, format: Format, words: Words): string {
  const [covering, covered, until] = [nameTo(coverage.covering, me), nameTo(coverage.covered, me), format.when(coverage.until_ms)];
  const sentence = phaseOf(coverage) === "planned" ? words.planned(covering, covered, format.when(coverage.from_ms), until) : words.running(covering, covered, until);
  return coverage.of_labelled ? words.withLabelled(sentence) : sentence;
}
