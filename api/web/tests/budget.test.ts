// @vitest-environment node
// Proves the weight of the pages: what is fetched before the first screen, and with a conversation open, zipped as the node sends it.
// Also proves that no staff code is in anything the patient page can ever load.
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test, vi } from "vitest";

const KB = 1000;
type Bundle = Map<string, Rolldown.OutputChunk | Rolldown.OutputAsset>;
let bundle: Bundle;

beforeAll(async () => {
  vi.stubEnv("NODE_ENV", "production"); // the compiler adds its help for developers otherwise
  const root = decodeURIComponent(new URL("..", import.meta.url).pathname);
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

async function zipped(text: string | Uint8Array): Promise<number> {
  const packed = new Blob([text as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}

async function sum(texts: Iterable<string | Uint8Array>): Promise<number> {
  const sizes = await Promise.all([...texts].map(zipped));
  return sizes.reduce((all, one) => all + one, 0);
}

const weigh = (files: Iterable<string>): Promise<number> => sum([...files].map((file) => chunk(file).code));

function styles(files: Iterable<string>): Promise<number> {
  const names = new Set([...files].flatMap((file) => [...(chunk(file).viteMetadata?.importedCss ?? [])]));
  return sum([...names].flatMap((name) => { const one = bundle.get(name); return one?.type === "asset" ? [one.source] : []; }));
}

const PAGES = [
  { page: "index.html", first: 41 * KB, signing_in: 41.6 * KB, open: 62.5 * KB, thread: "src/ui/staff/ConversationPane.svelte" },
  { page: "p/index.html", first: 39 * KB, signing_in: 40 * KB, open: 49.5 * KB, thread: "src/ui/patient/Thread.svelte" },
];

test.each(PAGES)("$page keeps to its weight", async ({ page, first, signing_in, open, thread }) => {
  const reading = closure([...scripts(page), screen(thread)]);
  const weights = {
    first: await weigh(closure(scripts(page))),
    signing_in: await weigh(closure([...scripts(page), screen("src/ui/SignIn.svelte")])),
    reading: await weigh(reading),
    styles: await styles(reading),
  };
  console.log(page, JSON.stringify(weights));
  expect(weights.first).toBeLessThanOrEqual(first);
  expect(weights.signing_in).toBeLessThanOrEqual(signing_in);
  expect(weights.reading).toBeLessThanOrEqual(open);
  expect(weights.styles).toBeLessThanOrEqual(12 * KB);
});

/** The list is a part of its own, as a phone shows it or the conversation; a wide screen shows both. */
test("the staff page's list keeps to its weight, alone and beside a conversation", async () => {
  const list = [...scripts("index.html"), screen("src/ui/staff/ListPane.svelte")];
  const weights = { listing: await weigh(closure(list)), both: await weigh(closure([...list, screen("src/ui/staff/ConversationPane.svelte")])) };
  console.log("index.html", JSON.stringify(weights));
  expect(weights.listing).toBeLessThanOrEqual(47.5 * KB);
  expect(weights.both).toBeLessThanOrEqual(69 * KB);
});

test("no script waits for itself", () => {
  for (const [file, one] of bundle) if (one.type === "chunk") expect(one.imports.flatMap((next) => [...closure([next])]), file).not.toContain(file);
});

test("no single script is heavy", async () => {
  for (const [file, one] of bundle) if (one.type === "chunk") expect(await zipped(one.code), file).toBeLessThanOrEqual(60 * KB);
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
