// Stands between the page and the network for one thing: the shell opens without a network. One copy serves "/" and one "/p/".
// Refuses to touch /v1: nothing of a patient is ever put in this cache. A new version waits until the person agrees.
declare const __CORRIDOR_SHELL__: { build: string; page: string; files: string[] };

const worker = self as unknown as ServiceWorkerGlobalScope;
const shell = __CORRIDOR_SHELL__;
const family = `corridor-shell-${shell.page}-`;
const cache_name = `${family}${shell.build}`;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(cache_name).then((cache) => cache.addAll(shell.files.map((file) => new Request(file, { cache: "reload" })))));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith(family) && name !== cache_name).map((name) => caches.delete(name)))),
  );
});

worker.addEventListener("message", (event) => {
  if (event.data === "update-now") void worker.skipWaiting();
});

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const held = await caches.match(shell.page, { cacheName: cache_name });
    if (held !== undefined) return held;
    throw error;
  }
}

async function asset(request: Request): Promise<Response> {
  const held = await caches.match(request, { cacheName: cache_name });
  return held ?? fetch(request);
}

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === shell.page) event.respondWith(page(event.request));
  else if (shell.files.includes(url.pathname) && url.pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
});
