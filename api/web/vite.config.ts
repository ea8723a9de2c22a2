// Stands between the sources and the files that the node embeds: two pages (staff, patient) and their service workers.
// The output folder is given on the command line by the node's build; nothing is inlined, so that the page needs no nonce.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { serviceWorkers } from "./build/service-worker-plugin.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const node = process.env["CORRIDOR_NODE"] ?? "http://127.0.0.1:8080";

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), serviceWorkers()],
  ...(mode === "test" ? { resolve: { conditions: ["browser"] } } : {}),
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rolldownOptions: {
      // The framework does not say that these files do nothing by themselves; they do not, and most pages do not need them.
      treeshake: { moduleSideEffects: [{ test: /svelte\/src\/internal\/client\/dom\/elements\/(custom-element|bindings\/\w+)\.js$/, sideEffects: false }] },
      input: { staff: here("index.html"), patient: here("p/index.html"), sw: here("src/sw.ts") },
      output: {
        entryFileNames: (chunk: { name: string }) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
        // What both pages need before the first screen travels in one piece instead of ten, and so does what both need for the first
        // conversation, and what the staff page alone needs for its first screen; the rest splits by itself.
        codeSplitting: {
          groups: [
            { name: "core", test: /src\/core\/(?!mentions|receipts|entries|queue)|src\/vm\/(session|route|drafts|update|announce|attention)|src\/ui\/(Boot|kit\/(Icon|icons|LiveRegions|ConnectionLine|NotLoaded))|src\/styles|locales\/en\.ts|preload-helper|node_modules\/(?!svelte\/src\/internal\/client\/dom\/elements\/bindings\/(select|input|shared|media|size|navigator|window|universal)\.js)/ },
            { name: "thread", test: /src\/ui\/thread\/(Body|Box|MessagePane|Waiting|words)|src\/vm\/(thread|composer|scroll)|src\/core\/(mentions|entries|receipts)/ },
            { name: "frame", test: /src\/ui\/kit\/(Avatar|Menu)|src\/ui\/staff\/(answers|permitted|ConversationRow)|src\/vm\/narrow|locales\/en-staff\.ts/ },
          ],
        },
      },
    },
  },
  server: { proxy: { "/v1": { target: node, ws: true, changeOrigin: false } } },
  test: { environment: "jsdom", css: true, include: ["tests/**/*.test.ts"], restoreMocks: true },
}));
