// Stands beside sign-in: which of several clinics behind one address the page is for.
// The address says it (`?workspace=north`), and the device remembers it for the next time. Refuses to know whether there is one.

const KEY = "corridor.workspace";
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

/** The name in the address, else the one remembered; `undefined` is the first clinic. An empty name in the address is the first as well. */
export function namedWorkspace(search: string, memory: Pick<Storage, "getItem"> | undefined): string | undefined {
  const said = new URLSearchParams(search).get("workspace");
  const name = said ?? memory?.getItem(KEY) ?? "";
  return NAME.test(name) ? name : undefined;
}

/** After a sign-in that worked. */
export function rememberWorkspace(name: string | undefined, memory: Pick<Storage, "setItem" | "removeItem"> | undefined): void {
  if (name === undefined) memory?.removeItem(KEY);
  else memory?.setItem(KEY, name);
}

/** Browsers may refuse a page its memory. */
export function deviceMemory(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
