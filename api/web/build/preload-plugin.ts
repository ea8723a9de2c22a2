// Stands between the bundler and what it puts before each import(): ours, which is small and can try again, in the place of its own.
// Refuses to know what it does (src/core/preload.ts), and to let the build go on when the bundler asks for something else than before.
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const THEIRS = "vite/preload-helper";
const OURS = fileURLToPath(new URL("../src/core/preload.ts", import.meta.url));

/** Scripts that every page has from the start, by the names that the build gives them. */
const THERE = /\/(core|frame|staff|patient)-/;

/** Of what a part needs: what is not there yet. A page itself names all that it starts with. */
export function notThere(_part: string, needed: string[], { hostType }: { hostType: "html" | "js" }): string[] {
  return hostType === "html" ? needed : needed.filter((file) => !THERE.test(file));
}

export function preload(): Plugin {
  let replaced = false;
  return {
    name: "corridor-preload",
    apply: "build",
    enforce: "pre",
    buildStart() {
      replaced = false;
    },
    resolveId(id) {
      if (!id.includes(THEIRS)) return null;
      replaced = true;
      return OURS;
    },
    generateBundle() {
      if (!replaced) this.error(`nothing asked for ${THEIRS}: look at what this version of the bundler puts before import()`);
    },
  };
}
