// Proves every pair of text and ground in tokens.css, in both schemes: text at least 4.5, edges and marks at least 3.
import { describe, expect, test } from "vitest";
import css from "../src/styles/tokens.css?raw";

const dark_at = css.indexOf("prefers-color-scheme: dark");
const colours = (part: string): Map<string, string> => new Map([...part.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((match) => [match[1] ?? "", match[2] ?? ""]));
const light = colours(css.slice(0, dark_at));
const dark = new Map([...light, ...colours(css.slice(dark_at))]);

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const GROUNDS = ["bg", "surface", "surface2"];
const TEXT: readonly (readonly [string, string])[] = [
  ...["text", "text2", "text3"].flatMap((text) => [...GROUNDS, "bubble-me", "bubble-them"].map((ground) => [text, ground] as const)),
  ["on-accent", "accent"], ["on-accent", "accent-hover"], ["on-accent-soft", "accent-soft"], ["link", "surface"], ["link", "bubble-me"], ["link", "bubble-them"], ["link", "internal"],
  ["on-stat", "stat"], ["on-stat-soft", "stat-soft"], ["on-urgent-soft", "urgent-soft"], ["urgent", "surface"], ["urgent", "surface2"], ["on-internal", "internal"], ["ok", "bg"], ["accent", "bg"], ["accent", "surface"],
  ["text", "internal"], ["text2", "internal"], ["text3", "internal"],
  ...Array.from({ length: 8 }, (_, hue) => [`on-hue${hue}`, `hue${hue}`] as const),
];
const EDGES: readonly (readonly [string, string])[] = [
  ["border-strong", "surface"], ["border-strong", "surface2"], ["internal-edge", "internal"], ["internal-edge", "bg"], ["focus", "surface"], ["focus", "bg"], ["focus", "accent-soft"], ["stat", "bg"], ["accent", "accent-soft"],
];

describe.each([["light", light], ["dark", dark]] as const)("%s", (_name, scheme) => {
  const of = (token: string): string => {
    const value = scheme.get(token);
    if (value === undefined) throw new Error(`no token ${token}`);
    return value;
  };
  test.each(TEXT)("%s on %s can be read", (text, ground) => expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5));
  test.each(EDGES)("%s on %s can be seen", (edge, ground) => expect(contrast(of(edge), of(ground))).toBeGreaterThanOrEqual(3));
});
