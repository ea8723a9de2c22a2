// Stands between the demo clinic and docs/screens: starts a node, brings every screen of the table into its state, and takes a picture at each
// size. Refuses to leave one out in silence: what could not be reached is named, and the command fails.
//
// npm run screens              every picture, and the page that shows them
// npm run screens -- inbox     these only
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { at, browser, Node, online } from "./harness.mjs";
import { file, galleryOf, shotsOf } from "./screens/gallery.mjs";
import { setScene } from "./screens/scene.mjs";
import { SCREENS } from "./screens/table.mjs";

const FOLDER = fileURLToPath(new URL("../../../docs/screens/", import.meta.url));
const QUALITY = 40;
const FOLDER_SIZE_BYTES_MAX = 7_000_000;
/** What is around a dialog that has a picture of its own. */
const MARGIN_PX = 20;
// a service worker would not let through to the table what is to fail
const still = { deviceScaleFactor: 1, reducedMotion: "reduce", serviceWorkers: "block" };
const DEVICES = {
  desktop: { ...still, viewport: { width: 1440, height: 900 } },
  tablet: { ...still, viewport: { width: 820, height: 1180 }, hasTouch: true, isMobile: true },
  phone: { ...still, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};
const DARK = ["desktop", "phone"];

/** Nothing moves, no cursor blinks, and what was asked of the node is there. */
async function settle(page) {
  await page.waitForLoadState("networkidle");
  await page.evaluate(async () => {
    document.documentElement.style.caretColor = "transparent";
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

/** In the page: what was begun for one picture is not in the box of the next. */
async function forgetDrafts() {
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => Object.assign(indexedDB.open(name), { onsuccess: ({ target }) => resolve(target.result), onerror: reject }));
    if (database.objectStoreNames.contains("drafts")) {
      const transaction = database.transaction("drafts", "readwrite");
      transaction.objectStore("drafts").clear();
      await new Promise((resolve) => { transaction.oncomplete = resolve; });
    }
    database.close();
  }
}

/** A part of the page, or all of it. */
async function clipOf(page, part) {
  if (part === undefined) return {};
  const box = await part(page).boundingBox();
  const margin = (await part(page).evaluate((one) => one.tagName)) === "DIALOG" ? MARGIN_PX : 0;
  const { width, height } = page.viewportSize();
  const [x, y] = [Math.max(0, Math.floor(box.x) - margin), Math.max(0, Math.floor(box.y) - margin)];
  return { clip: { x, y, width: Math.min(width, Math.ceil(box.x + box.width) + margin) - x, height: Math.min(height, Math.ceil(box.y + box.height) + margin) - y, scale: 1 } };
}

async function take(page, name, part) {
  await settle(page);
  const clip = await clipOf(page, part);
  const debug = await page.context().newCDPSession(page);
  const { data } = await debug.send("Page.captureScreenshot", { format: "webp", quality: QUALITY, ...clip });
  await debug.detach();
  writeFileSync(join(FOLDER, name), Buffer.from(data, "base64"));
}

/** One signed-in browser for each person and size; each picture has a page of its own. */
class Studio {
  constructor(node, chrome, scene) {
    this.node = node;
    this.chrome = chrome;
    this.scene = scene;
    this.contexts = new Map();
  }

  async context(login, device) {
    const key = `${login ?? ""} ${device}`;
    if (!this.contexts.has(key)) {
      if (login === undefined) this.contexts.set(key, await this.chrome.newContext({ locale: "en-US", ...DEVICES[device] }));
      else {
        const { context, page } = await at(this.chrome, this.node, this.scene.account(login), DEVICES[device]);
        await page.locator("#login").waitFor({ state: "detached" });
        await page.close();
        this.contexts.set(key, context);
      }
    }
    return this.contexts.get(key);
  }

  async shoot(screen, device, dark) {
    const page = await (await this.context(screen.as, device)).newPage();
    page.setDefaultTimeout(15_000);
    await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    let back;
    try {
      const kind = screen.as === undefined ? undefined : this.scene.account(screen.as).kind;
      const portal = kind === "patient" || kind === "proxy";
      await page.goto(`${this.node.url}/${portal ? "p/" : ""}`);
      if (kind !== undefined && !portal) await online(page);
      const other = async (login) => (await this.context(login, "desktop")).newPage();
      back = await screen.way({ page, scene: this.scene, device, url: this.node.url, other });
      await take(page, file(screen.name, device, dark), screen.part);
      if (errors.length > 0) throw new Error(`the page broke: ${errors.join("; ")}`);
    } finally {
      await page.context().setOffline(false);
      await back?.();
      await page.evaluate(forgetDrafts).catch(() => {});
      await page.close();
    }
  }
}

/** Those of screens that are in the table no more go. */
function clear(wanted) {
  for (const name of readdirSync(FOLDER)) if (name.endsWith(".webp") && !wanted.has(name)) rmSync(join(FOLDER, name));
}

const shots = (screen) => shotsOf(screen, Object.keys(DEVICES), DARK);
const everything = () => new Set(SCREENS.flatMap((screen) => shots(screen).map(({ device, dark }) => file(screen.name, device, dark))));
const sizeOf = () => readdirSync(FOLDER).reduce((sum, name) => sum + statSync(join(FOLDER, name)).size, 0);

/** What was waited for, without the colours of a terminal. */
const inOneLine = (error) => String(error.message).replace(/\u001b\[\d+m/g, "").split("\n").slice(0, 4).join(" ");

async function main(names) {
  const unknown = names.filter((name) => !SCREENS.some((screen) => screen.name === name));
  if (unknown.length > 0) throw new Error(`no screen is called ${unknown.join(", ")}; there are: ${SCREENS.map((screen) => screen.name).join(", ")}`);
  const wanted = SCREENS.filter((screen) => names.length === 0 || names.includes(screen.name));
  mkdirSync(FOLDER, { recursive: true });
  const node = await Node.start();
  const chrome = await browser();
  const missed = [];
  let taken = 0;
  try {
    const studio = new Studio(node, chrome, await setScene(node));
    for (const screen of wanted) {
      for (const { device, dark } of shots(screen)) {
        await studio.shoot(screen, device, dark).then(() => { taken += 1; }, (error) => { missed.push(`${screen.name} on a ${device}: ${inOneLine(error)}`); });
      }
      console.log(`${missed.some((one) => one.startsWith(`${screen.name} on`)) ? "MISSED" : "taken "} ${screen.name}`);
    }
  } finally {
    await chrome.close();
    await node.stop();
  }
  if (names.length === 0) clear(everything());
  writeFileSync(join(FOLDER, "README.md"), galleryOf(SCREENS, Object.keys(DEVICES), DARK));
  const size_bytes = sizeOf();
  console.log(`${taken} pictures in ${FOLDER}, ${(size_bytes / 1e6).toFixed(1)} MB in all`);
  if (size_bytes > FOLDER_SIZE_BYTES_MAX) missed.push(`the folder is larger than ${FOLDER_SIZE_BYTES_MAX / 1e6} MB: fewer pictures, or less quality`);
  if (missed.length > 0) throw new Error(`not every screen could be reached:\n${missed.map((one) => `  ${one}`).join("\n")}`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
