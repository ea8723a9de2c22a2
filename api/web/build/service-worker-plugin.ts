// Stands at the end of the build: writes the list of shell files into the service workers, one for each entry.
// Refuses to know what the files contain; a shell is an HTML page and whatever it loads before the first screen.
import type { Plugin, Rolldown } from "vite";

const MARK = "__CORRIDOR_SHELL__";

interface Entry {
  page: string;
  url: string;
  worker: string;
}

const ENTRIES: readonly Entry[] = [
  { page: "index.html", url: "/", worker: "sw.js" },
  { page: "p/index.html", url: "/p/", worker: "p/sw.js" },
];

function isChunk(output: Rolldown.OutputAsset | Rolldown.OutputChunk | undefined): output is Rolldown.OutputChunk {
  return output?.type === "chunk";
}

/** Everything the page refers to, and what those files import in turn, dialogs that load later too: they must open offline. */
function shellOf(bundle: Rolldown.OutputBundle, page: string): string[] {
  const html = bundle[page];
  if (html?.type !== "asset") return [];
  const markup = String(html.source);
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file) || bundle[file] === undefined) return;
    found.add(file);
    const output = bundle[file];
    if (!isChunk(output)) return;
    for (const imported of [...output.imports, ...output.dynamicImports]) visit(imported);
    for (const style of output.viteMetadata?.importedCss ?? []) visit(style);
  };
  for (const match of markup.matchAll(/(?:src|href)="\/([^"]+)"/g)) if (match[1] !== undefined) visit(match[1]);
  return [...found].sort().map((file) => `/${file}`);
}

/** A name for this build that changes when any file of it does: the file names carry content hashes. */
function buildName(files: readonly string[], markup: string): string {
  let hash = 0x811c9dc5;
  for (const character of files.join("|") + markup) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

export function serviceWorkers(): Plugin {
  return {
    name: "corridor-service-workers",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = bundle["sw.js"];
        if (!isChunk(worker)) return;
        const source = worker.code;
        for (const entry of ENTRIES) {
          const files = shellOf(bundle, entry.page);
          const html = bundle[entry.page];
          const markup = html?.type === "asset" ? String(html.source) : "";
          const shell = JSON.stringify({ build: buildName(files, markup), page: entry.url, files: [entry.url, ...files] });
          const code = source.replaceAll(MARK, shell);
          if (entry.worker === "sw.js") worker.code = code;
          else this.emitFile({ type: "asset", fileName: entry.worker, source: code });
        }
      },
    },
  };
}
