// English: what happened to a conversation's label, and to whom it is kept from, one short line each, as the staff reads it. Stands beside the
// line; refuses to know its logic.
import type { Sensitivity } from "../src/core/wire-restriction";

const gone = (names: string): string => (names === "" ? "" : `. ${names} left with it`);

export const restriction_lines = {
  labels: { part_2: "Part 2", state_law: "state law" } as Readonly<Record<Sensitivity, string>>,
  labelled: (actor: string, label: string, left: string) => `${actor} protected this conversation (${label})${gone(left)}`,
  unlabelled: (actor: string) => `${actor} took the label away`,
  kept: (actor: string, left: string) => `${actor} kept this conversation from caregivers${gone(left)}`,
  shared: (actor: string) => `${actor} stopped keeping this conversation from caregivers`,
};
