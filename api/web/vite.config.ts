// Stands between the sources and the files that the node embeds: two pages (staff, patient) and their service workers.
// The output folder is given on the command line by the node's build; nothing is inlined, so that the page needs no nonce.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { notThere, preload } from "./build/preload-plugin.ts";
import { serviceWorkers } from "./build/service-worker-plugin.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const node = process.env["CORRIDOR_NODE"] ?? "http://127.0.0.1:8080";

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), preload(), serviceWorkers()],
  ...(mode === "test" ? { resolve: { conditions: ["browser"] } } : {}),
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false, resolveDependencies: notThere },
    reportCompressedSize: true,
    rolldownOptions: {
      // Both pages are made in the browser: nothing comes from the node that the framework would have to take over, so all of that may go.
      // The framework does not say that the files below do nothing by themselves; they do not, and most pages do not need them.
      treeshake: {
        manualPureFunctions: ["$.reset", "$.next", "set_hydrating"],
        moduleSideEffects: [{ test: /svelte\/src\/internal\/client\/dom\/(blocks\/await|elements\/(custom-element|bindings\/\w+))\.js$/, sideEffects: false }],
      },
      optimization: { inlineConst: { mode: "all", pass: 3 } },
      input: { staff: here("index.html"), patient: here("p/index.html"), sw: here("src/sw.ts") },
      output: {
        entryFileNames: (chunk: { name: string }) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
        // What is wanted at the same time travels in one piece. Both pages: before the first screen (core), what was written (md: the patient's
        // first screen shows it, the staff's does not), what is looked after behind it (clinic), for the first conversation (thread), and for
        // what is asked (modal).
        // The staff page: before the first screen (frame), then its parts (src/ui/staff/parts.ts), and what several of them share (dialog, chart).
        // A part that shares nothing needs no line here: the rest splits by itself.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: "core", test: /src\/core\/(?!age|calls|clinic|coverage|directory|draft-rows|guard|hours|invitation|login|md|entries|faces|later|matching|mentions|naming|overview|pins|put-away|queue|receipts|restriction|tasks|templates|workspace)|src\/vm\/(session|route|drafts|announce|attention|part)|src\/ui\/(Boot|sign-in|kit\/(Icon|icons|LiveRegions|ConnectionLine|line|Later|NotLoaded)\.)|src\/styles|locales\/en\.ts|node_modules\/(?!svelte\/src\/internal\/client\/dom\/(blocks\/await|elements\/bindings\/(input|select|media|size|navigator|window|universal))\.js)/ },
            { name: "md", test: /src\/core\/md\./ },
            { name: "clinic", test: /src\/vm\/(clinic|drafted|reach)|src\/ui\/kit\/refusals|locales\/en-refusals/ },
            { name: "thread", test: /src\/ui\/thread\/(Body|Box|drawings|MessagePane|Tags|Waiting|words)|src\/vm\/(aim|thread|composer|scroll)|src\/core\/(mentions|entries|receipts)|locales\/en-thread/ },
            { name: "frame", test: /src\/core\/(faces|put-away)|src\/ui\/kit\/(Avatar|Menu)\.|src\/ui\/staff\/(App|Staff|Rail|answers|parts|permitted)\.|src\/vm\/(covers|narrow)|locales\/en-staff\.ts/ },
            { name: "list", test: /src\/core\/matching|src\/ui\/staff\/(ListPane|ConversationRow|Metrics)\.|locales\/en-staff-list/ },
            { name: "conversation", test: /src\/core\/age|src\/vm\/(replies|edits)|src\/ui\/staff\/(ConversationPane|ConversationHeader|Composer|WaitingRow|lines)\.|src\/ui\/thread\/(Message|AnswerRow)\.|locales\/en-staff-(conversation|lines)/ },
            { name: "actions", test: /src\/ui\/kit\/MenuList|src\/ui\/staff\/(calls|keyboard|menus|deeds|own-deeds|own-menu|own-message|owner|restriction-menu)\.|src\/vm\/own|src\/core\/(calls|later|pins)\.|locales\/en-staff-(calls|menus|own|panel|restriction-menu)/ },
            { name: "care", test: /src\/ui\/staff\/(care-steps|care-menu|replying|Responsibility|RestrictionChips|HandOverBanner|ComposerAsks|OnBehalf|GuardWords)\.|src\/core\/guard|src\/vm\/(now|on-behalf)|locales\/en-staff-(care|behalf|guard|restriction\.)/ },
            { name: "around", test: /src\/vm\/(holding|guard|templates|save-edit)|src\/ui\/staff\/(ComposerNotes|Refused|SendMore|Held|Guard|GuardAnother|PatientPicker|TemplateButton|TemplateLeft|TemplateOffer|Offers|Mentions|PatientOffer|fields)\.|src\/core\/(naming|templates)|locales\/en-staff-(naming|templates|reply)/ },
            { name: "chart", test: /src\/core\/(clinic-chart|directory)\.|src\/vm\/(directory|patient-link|pins)\.|src\/ui\/staff\/(PinPatient|plain-click)\.|locales\/en-staff-(directory|glass|pins)\./ },
            { name: "todo", test: /src\/ui\/staff\/(TaskItem|UnreadItem|task-words|task-deeds)\.|src\/core\/tasks|locales\/en-staff-tasks/ },
            { name: "clinic", test: /src\/vm\/(clinic|identity)/ },
            { name: "modal", test: /src\/ui\/kit\/Dialog\.|src\/core\/restriction\./ },
            { name: "dialog", test: /src\/ui\/kit\/(Confirm|PeoplePicker|describe|fault)|src\/vm\/kept-words|src\/core\/invitation|src\/ui\/staff\/OfferInvite|locales\/en-staff-people|dom\/blocks\/await/ },
          ],
        },
      },
    },
  },
  server: { proxy: { "/v1": { target: node, ws: true, changeOrigin: false } } },
  test: { environment: "jsdom", css: true, include: ["tests/**/*.test.ts"], restoreMocks: true },
}));
