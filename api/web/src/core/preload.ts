// Stands before every part that is fetched when it is wanted: its style sheets, its script and what that shares with others are all there
// before it begins. The build puts it in the place of the bundler's own (build/preload-plugin.ts).
// Refuses to begin with what did not come: a browser remembers a script that it could not begin, and would not ask for it again.
const asked = new Map<string, Promise<void>>();

/** Into the browser's cache, from where the script is begun. */
async function script(path: string): Promise<void> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  await answer.arrayBuffer();
}

function styles(path: string): Promise<void> {
  if (document.querySelector(`link[href="${path}"]`) !== null) return Promise.resolve(); // the page itself came with it
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = path;
  document.head.append(link);
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error(path));
    };
  });
}

function fetched(file: string): Promise<void> {
  const held = asked.get(file);
  if (held !== undefined) return held;
  const path = `/${file}`;
  const under_way = file.endsWith(".css") ? styles(path) : script(path);
  under_way.catch(() => asked.delete(file));
  asked.set(file, under_way);
  return under_way;
}

export function __vitePreload<T>(part: () => Promise<T>, files: readonly string[] = []): Promise<T> {
  return Promise.all(files.map(fetched)).then(part);
}
