// Stands between words that are used again and the box: what is looked for after a slash, what fills itself in, and what is left to whoever writes.
// Refuses to know the screen and the network.
import type { Template } from "./wire-guard";

const NAME_SIZE_BYTES_MAX = 80;
const BODY_SIZE_BYTES_MAX = 4_000;
const FIELD = /\{[^{}\n]{1,60}\}/g;
const LOOKED_FOR_LENGTH_MAX = 40;

export interface Filling {
  patient?: string | undefined;
  me: string;
  clinic: string;
  today: string;
}

/** What is known is filled in. */
export function filled(body: string, { patient, me, clinic, today }: Filling): string {
  const known: Readonly<Record<string, string | undefined>> = {
    "{patient.first_name}": patient?.trim().split(/\s+/)[0], "{patient.name}": patient?.trim(), "{me.name}": me, "{clinic.name}": clinic, "{today}": today,
  };
  return body.replace(FIELD, (field) => known[field.replace(/\s/g, "").toLowerCase()] || field);
}

/** In braces, each once, in the order in which they stand. */
export const fieldsIn = (text: string): string[] => [...new Set(text.match(FIELD) ?? [])];

/** Where the next of these begins, from a place on. */
export function nextField(text: string, fields: readonly string[], from: number): { from: number; to: number } | undefined {
  const places = fields.flatMap((field) => { const at = text.indexOf(field, from); return at < 0 ? [] : [{ from: at, to: at + field.length }]; });
  return places.sort((a, b) => a.from - b.from)[0];
}

/** The words after a slash that begins a line of its own; undefined where no template is looked for. */
export function slashAt(text: string, cursor: number): { from: number; words: string } | undefined {
  const from = text.lastIndexOf("\n", cursor - 1) + 1;
  const line = text.slice(from, cursor);
  const after = text.slice(cursor).split("\n")[0] ?? "";
  return line.startsWith("/") && after.trim() === "" && line.length <= LOOKED_FOR_LENGTH_MAX ? { from, words: line.slice(1).trim() } : undefined;
}

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Every word is in its name or its text; those first whose name has them. */
export function found(templates: readonly Template[], words: string): Template[] {
  const wanted = fold(words).split(/\s+/).filter((word) => word !== "");
  const has = (text: string): boolean => wanted.every((word) => fold(text).includes(word));
  const named = templates.filter(({ name }) => has(name));
  return [...named, ...templates.filter((one) => !named.includes(one) && has(`${one.name} ${one.body}`))];
}

export type TemplateFault = "name" | "name_long" | "body" | "body_long";

export function faultsOf(name: string, body: string): TemplateFault[] {
  const size = (text: string): number => new TextEncoder().encode(text).length;
  return [
    ...(name.trim() === "" ? ["name" as const] : size(name.trim()) > NAME_SIZE_BYTES_MAX ? ["name_long" as const] : []),
    ...(body.trim() === "" ? ["body" as const] : size(body.trim()) > BODY_SIZE_BYTES_MAX ? ["body_long" as const] : []),
  ];
}
