// @vitest-environment node
// Proves the weight of the pages: what is fetched before the first screen, and with a conversation open, zipped as the node sends it.
// Also proves that no staff code is in anything the patient page can ever load.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test, vi } from "vitest";

const KB = 1000;
type Bundle = Map<string, Rolldown.OutputChunk | Rolldown.OutputAsset>;
let bundle: Bundle;

beforeAll(async () => {
  vi.stubEnv("NODE_ENV", "production"); // the compiler adds its help for developers otherwise
  const root = fileURLToPath(new URL("..", import.meta.url));
  const built = (await build({ root, configFile: `${root}vite.config.ts`, mode: "production", logLevel: "silent", build: { write: false, reportCompressedSize: false } })) as Rolldown.RolldownOutput;
  bundle = new Map(built.output.map((one) => [one.fileName, one]));
}, 120_000);

function chunk(file: string): Rolldown.OutputChunk {
  const found = bundle.get(file);
  if (found?.type !== "chunk") throw new Error(`${file} is no script`);
  return found;
}

function html(page: string): string {
  const found = bundle.get(page);
  if (found?.type !== "asset") throw new Error(`no ${page}`);
  return String(found.source);
}

/** The scripts that these scripts cannot start without; with `later`, also those they may fetch. */
function closure(files: readonly string[], later = false): Set<string> {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const { imports, dynamicImports } = chunk(file);
    for (const one of later ? [...imports, ...dynamicImports] : imports) visit(one);
  };
  for (const file of files) visit(file);
  return found;
}

const scripts = (page: string): string[] => [...html(page).matchAll(/<script[^>]* src="\/([^"]+)"/g)].map((match) => match[1] ?? "");

function screen(source: string): string {
  for (const [file, one] of bundle) if (one.type === "chunk" && one.facadeModuleId?.endsWith(source)) return file;
  throw new Error(`${source} has no script of its own`);
}

const zipped = (text: string | Uint8Array): number => gzipSync(text, { level: 9 }).length;
const weigh = (files: Iterable<string>): number => [...files].reduce((sum, file) => sum + zipped(chunk(file).code), 0);

function styles(files: Iterable<string>): number {
  const names = new Set([...files].flatMap((file) => [...(chunk(file).viteMetadata?.importedCss ?? [])]));
  return [...names].reduce((sum, name) => {
    const one = bundle.get(name);
    return sum + (one?.type === "asset" ? zipped(one.source) : 0);
  }, 0);
}

const PAGES = [
  { page: "index.html", first: 55 * KB, open: 70 * KB, thread: "src/ui/staff/ConversationPane.svelte" },
  { page: "p/index.html", first: 45 * KB, open: 52 * KB, thread: "src/ui/patient/Thread.svelte" },
];

test.each(PAGES)("$page keeps to its weight", ({ page, first, open, thread }) => {
  const initial = closure(scripts(page));
  const reading = closure([...scripts(page), screen(thread)]);
  const signing_in = closure([...scripts(page), screen("src/ui/SignIn.svelte")]);
  console.log(`${page}: first screen ${weigh(initial)}, sign-in ${weigh(signing_in)}, conversation ${weigh(reading)}, styles ${styles(initial)} bytes`);
  expect(weigh(initial)).toBeLessThanOrEqual(first);
  expect(weigh(signing_in)).toBeLessThanOrEqual(first);
  expect(weigh(reading)).toBeLessThanOrEqual(open);
  expect(styles(reading)).toBeLessThanOrEqual(12 * KB);
});

test("no script that only one dialog needs is heavy", () => {
  for (const [file, one] of bundle) if (one.type === "chunk") expect(zipped(one.code), file).toBeLessThanOrEqual(60 * KB);
});

test("nothing of the staff is in what the patient page can load", () => {
  const modules = [...closure(scripts("p/index.html"), true)].flatMap((file) => Object.keys(chunk(file).modules));
  expect(modules.some((one) => one.includes("/src/ui/patient/"))).toBe(true);
  for (const foreign of ["/src/ui/staff/", "/locales/en-staff", "/kit/PeoplePicker", "/kit/Menu", "/thread/Message.svelte", "/thread/ReceiptsDialog"]) {
    expect(modules.filter((one) => one.includes(foreign))).toEqual([]);
  }
});

test("the shell for a page without a network holds every script it may ask for", () => {
  for (const [page, worker] of [["index.html", "sw.js"], ["p/index.html", "p/sw.js"]] as const) {
    const one = bundle.get(worker);
    const code = one?.type === "chunk" ? one.code : String(one?.source ?? "");
    for (const file of closure(scripts(page), true)) expect(code).toContain(`/${file}`);
  }
});
