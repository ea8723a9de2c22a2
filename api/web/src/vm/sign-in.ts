// Stands between the sign-in screen and the session: a name and a password go to the node, and who is here comes back.
// Refuses to keep either. It comes with the screen: who is signed in never fetches it.
import { deviceMemory, namedWorkspace, rememberWorkspace } from "../core/workspace";
import { session } from "./session.svelte";

/** The clinic that this page signs in to, if there are several behind its address. */
export const workspace = namedWorkspace(globalThis.location?.search ?? "", deviceMemory());

/** Whoever is let in has a cookie then; the session asks who that is, for as long as it takes. */
export async function letIn(path: string, said: object): Promise<void> {
  await session.http.ask(path, { method: "POST", body: { ...said, device_name: deviceName() }, workspace, tries: 1 });
  rememberWorkspace(workspace, deviceMemory());
  await session.begin();
}

function deviceName(): string {
  const agent = navigator.userAgent;
  const browser = /Firefox/.test(agent) ? "Firefox" : /Edg\//.test(agent) ? "Edge" : /Chrome|Chromium/.test(agent) ? "Chrome" : /Safari/.test(agent) ? "Safari" : "Browser";
  const system = /Windows/.test(agent) ? "Windows" : /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Mac OS/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : "device";
  return `${browser}, ${system}`;
}
