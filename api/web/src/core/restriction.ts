// Stands between what the clinic sets and whether a conversation can be kept from those who act for its patient.
// Refuses to decide: the node does, by its own clock. This keeps the page from offering what would be refused.
import type { Safeguards } from "./wire-restriction";

const two = (value: number): string => String(value).padStart(2, "0");

/** Whether that many years have passed since the birth. */
export function isOfAge(birth_date: string, years: number, now_ms: number): boolean {
  const now = new Date(now_ms);
  const [year = "", ...day] = birth_date.split("-");
  return [String(Number(year) + years).padStart(4, "0"), ...day].join("-") <= `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** `off`: the clinic allows it at no age, or has not said. */
export function confidence(safeguards: Safeguards | undefined, birth_date: string | undefined, now_ms: number): "may" | "too_young" | "off" {
  const years = safeguards?.confidential_from_years;
  if (!years) return "off";
  return birth_date === undefined || isOfAge(birth_date, years, now_ms) ? "may" : "too_young";
}
