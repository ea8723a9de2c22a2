import { expect, test } from "vitest";
import { namedWorkspace, rememberWorkspace } from "../src/core/workspace";

function memory(first?: string) {
  let held = first ?? null;
  return { getItem: () => held, setItem: (_: string, value: string) => { held = value; }, removeItem: () => { held = null; } };
}

test("the address says which clinic, then what the device remembers, then it is the first", () => {
  expect(namedWorkspace("?workspace=north", memory("south"))).toBe("north");
  expect(namedWorkspace("", memory("south"))).toBe("south");
  expect(namedWorkspace("?workspace=", memory("south"))).toBe(undefined);
  expect(namedWorkspace("", undefined)).toBe(undefined);
});

test("what is no name is not asked for", () => {
  for (const wrong of ["North", "a b", "-a", "a-", "../x", "a".repeat(33)]) {
    expect(namedWorkspace(`?workspace=${encodeURIComponent(wrong)}`, undefined), wrong).toBe(undefined);
  }
});

test("a sign-in is remembered, and that to the first clinic forgets the others", () => {
  const device = memory();
  rememberWorkspace("north", device);
  expect(namedWorkspace("", device)).toBe("north");
  rememberWorkspace(undefined, device);
  expect(namedWorkspace("", device)).toBe(undefined);
});
