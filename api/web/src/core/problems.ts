// Stands between a refusal and a sentence: stable codes in, plain words out, never a patient's words.
// Refuses to know where the sentence is shown.
import { Refusal } from "./http";
import { text } from "./i18n";
import type { Problem } from "./wire";

export function sentence(problem: Problem): string {
  return text.problems[problem.code] ?? text.problem(problem.code);
}

export function sentenceOf(error: unknown): string {
  return error instanceof Refusal ? sentence(error.problem) : text.problem("client");
}
