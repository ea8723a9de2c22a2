// Proves what stands before a part: nothing begins before all of it is there, and what did not come is asked for again.
import { beforeEach, expect, test, vi } from "vitest";

let preload: (part: () => Promise<string>, files?: readonly string[]) => Promise<string>;
const begin = vi.fn(() => Promise.resolve("begun"));

beforeEach(async () => {
  vi.resetModules();
  begin.mockClear();
  document.head.innerHTML = '<link rel="stylesheet" href="/assets/core.css">';
  ({ __vitePreload: preload } = await import("../src/core/preload"));
});

const link = (file: string): HTMLLinkElement | null => document.querySelector(`link[href="/${file}"]`);

test("a part begins when its scripts and style sheets are there; what the page came with is not asked for", async () => {
  const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(new Response("")));
  const begun = preload(begin, ["assets/core.css", "assets/part.js", "assets/part.css"]);
  await new Promise((resolve) => setTimeout(resolve));
  expect([begin.mock.calls.length, fetched.mock.calls]).toEqual([0, [["/assets/part.js"]]]);
  link("assets/part.css")?.dispatchEvent(new Event("load"));
  expect(await begun).toBe("begun");
  expect(document.querySelectorAll("link")).toHaveLength(2);
  expect(await preload(begin, ["assets/part.js", "assets/part.css"])).toBe("begun");
  expect(fetched).toHaveBeenCalledOnce();
});

test("what did not come is not begun, and is asked for again", async () => {
  const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValueOnce(new TypeError("no network")).mockResolvedValueOnce(new Response("", { status: 404 })).mockResolvedValue(new Response(""));
  for (const _ of ["no network", "another version"]) await expect(preload(begin, ["assets/part.js"])).rejects.toThrow();
  expect(begin).not.toHaveBeenCalled();
  expect(await preload(begin, ["assets/part.js"])).toBe("begun");
  expect(fetched).toHaveBeenCalledTimes(3);
});

test("so is a style sheet", async () => {
  const begun = preload(begin, ["assets/part.css"]);
  link("assets/part.css")?.dispatchEvent(new Event("error"));
  await expect(begun).rejects.toThrow();
  expect(link("assets/part.css")).toBeNull();
  const again = preload(begin, ["assets/part.css"]);
  link("assets/part.css")?.dispatchEvent(new Event("load"));
  expect(await again).toBe("begun");
});
