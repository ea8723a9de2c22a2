// Stands between the browser tests and the real node: starts it on free ports with a folder of its own, kills it, starts it again,
// opens browsers as people. Refuses to sleep: everything waits for something that happens.
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, existsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
export const BINARY = process.env.CORRIDOR_BIN ?? here("../../../target/release/corridor");
export const CHROMIUM = process.env.CORRIDOR_CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const START_MS = 60_000;
export const SHOWN_MS = 20_000;

/** Below those that the system gives to whoever connects: while a node is down its port is nobody's, and no client may get it by chance. */
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const is_free = await new Promise((resolve) => server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)));
    if (is_free) return new Promise((resolve) => server.close(() => resolve(port)));
  }
}

export class Node {
  /** Without `undo_s` nothing is held: what is sent leaves at once. */
  static async start({ undo_s = 0 } = {}) {
    if (!existsSync(BINARY)) throw new Error(`no node at ${BINARY}: build it (cargo build --release) or set CORRIDOR_BIN`);
    const node = new Node();
    node.folder = mkdtempSync(join(tmpdir(), "corridor-e2e-"));
    node.port = await freePort();
    node.operations_port = await freePort();
    await node.run();
    await node.hold(undo_s);
    return node;
  }

  /** For how long the clinic holds replies to patients. */
  async hold(undo_s) {
    const teo = await this.api(this.people().find((one) => one.login === "teo"));
    const { safeguards } = await teo.get("/v1/settings");
    if (safeguards.undo_s !== undo_s) await teo.put("/v1/safeguards", { ...safeguards, undo_s });
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async run() {
    this.output = "";
    this.child = spawn(BINARY, ["demo", "--listen", `127.0.0.1:${this.port}`, "--operations", `127.0.0.1:${this.operations_port}`, "--data", this.folder], { stdio: ["ignore", "pipe", "pipe"] });
    const keep = (chunk) => { this.output = (this.output + chunk).slice(-8000); };
    this.child.stdout.on("data", keep);
    this.child.stderr.on("data", keep);
    let exited = false;
    this.child.once("exit", () => { exited = true; });
    const deadline_ms = Date.now() + START_MS;
    for (;;) {
      try {
        if ((await fetch(`http://127.0.0.1:${this.operations_port}/readyz`)).ok) return;
      } catch {
        // not listening yet
      }
      if (exited || Date.now() > deadline_ms) throw new Error(`the node did not become ready:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50)); // the poll of a readiness check, not a guess
    }
  }

  /** No goodbye, no flush: as when the power goes. */
  async kill() {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await gone;
  }

  people() {
    this.accounts ??= JSON.parse(execFileSync(BINARY, ["demo", "--accounts", "--data", this.folder], { encoding: "utf8" }));
    return this.accounts;
  }

  /** Those who care for patients first: their screens are full. */
  staff() {
    const cares = (one) => (one.roles.includes("physician") || one.roles.includes("nurse") ? 0 : 1);
    return this.people().filter((one) => one.kind === "staff").sort((a, b) => cares(a) - cares(b));
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A program's way in, for what a test needs before the screens matter. */
  async api(account) {
    const request = async (path, options = {}) => {
      for (;;) {
        const response = await fetch(this.url + path, options);
        const text = await response.text();
        // Whoever is told to come later does, under the same id.
        const later_ms = response.status === 429 ? JSON.parse(text).retry_after_ms : undefined;
        if (later_ms === undefined && !response.ok) throw new Error(`${options.method ?? "GET"} ${path}: ${response.status} ${text}`);
        if (later_ms === undefined) return text === "" ? undefined : JSON.parse(text);
        await new Promise((resolve) => setTimeout(resolve, later_ms));
      }
    };
    const json = { "content-type": "application/json", origin: this.url };
    const signed = await request("/v1/sign-in", { method: "POST", headers: json, body: JSON.stringify({ login: account.login, password: account.password }) });
    const auth = { authorization: `Bearer ${signed.token}` };
    return {
      person: signed.person,
      get: (path) => request(path, { headers: auth }),
      post: (path, body) => request(path, { method: "POST", headers: { ...json, ...auth, "idempotency-key": crypto.randomUUID() }, body: JSON.stringify(body) }),
      put: (path, body) => request(path, { method: "PUT", headers: { ...json, ...auth, "idempotency-key": crypto.randomUUID() }, body: JSON.stringify(body) }),
      delete: (path) => request(path, { method: "DELETE", headers: { ...json, ...auth, "idempotency-key": crypto.randomUUID() } }),
      patch: (path, body) => request(path, { method: "PATCH", headers: { ...json, ...auth, "idempotency-key": crypto.randomUUID() }, body: JSON.stringify(body) }),
    };
  }
}

export function browser() {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
export const DESKTOP = { viewport: { width: 1360, height: 860 } };

/** A person at a screen of their own, signed in. `violations` and `heard` fill as the page lives. `prepare`: before the page is asked for. */
export async function at(chrome, node, account, options = DESKTOP, path = "/", prepare = async () => {}) {
  const context = await chrome.newContext({ locale: "en-US", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(SHOWN_MS);
  const violations = [];
  const heard = [];
  await page.exposeFunction("corridorViolation", (words) => violations.push(words));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => window.corridorViolation(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
  });
  page.on("pageerror", (error) => violations.push(`error: ${error.name} ${error.message} ${error.stack}`));
  page.on("response", (response) => {
    if (!new URL(response.url()).pathname.startsWith("/v1")) return;
    heard.push(response.text().then((text) => `${response.url()}\n${text}`, () => response.url()));
  });
  page.on("websocket", (socket) => socket.on("framereceived", (frame) => heard.push(Promise.resolve(String(frame.payload)))));
  await prepare(page);
  await page.goto(node.url + path);
  await page.fill("#login", account.login);
  await page.fill("#password", account.password);
  await page.click('button[type="submit"]');
  return { context, page, violations, heard, account };
}

/** Live: the socket has said welcome. */
export async function online(page) {
  await page.locator('[data-link="live"]').waitFor({ state: "attached" });
}

/** Opens a direct conversation through the dialog and sends the first words. */
export async function writeTo(page, name, words) {
  await page.getByRole("button", { name: "New message" }).click();
  const dialog = page.getByRole("dialog", { name: "New message" });
  await dialog.getByRole("button", { name: "Teammate" }).click();
  await dialog.getByRole("combobox").fill(name);
  await dialog.getByRole("option").filter({ hasText: name }).first().click();
  if (words !== "") await dialog.getByLabel("First message (optional)").fill(words);
  await dialog.locator('button[type="submit"]').click();
  await dialog.waitFor({ state: "detached" });
  await page.locator("main#conversation").waitFor();
}

export async function say(page, words) {
  const box = page.locator("#conversation textarea[data-composer]");
  await box.fill(words);
  await box.press("Enter");
}

export function message(page, words) {
  return page.locator("#conversation article[data-message]").filter({ hasText: words });
}

export async function openTeam(page, id) {
  await page.getByRole("link", { name: /^(\d+\+?\s*\d* unread\s*)?Team/ }).click();
  await page.locator(`a[data-conversation="${id}"]`).click();
}

export const conversationId = (page) => page.url().match(/con_[0-9a-z]+/)?.[0];

const AXE = readFileSync(here("../node_modules/axe-core/axe.min.js"), "utf8");

const RULES = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
/** Those whose outcome the colours decide. */
const COLOUR_RULES = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** What axe finds wrong, as short lines. Put in by the debugger, as the page's own policy lets no script in. */
export async function accessibility(page, rules = RULES) {
  if (!(await page.evaluate(() => "axe" in window))) {
    const debug = await page.context().newCDPSession(page);
    await debug.send("Runtime.evaluate", { expression: AXE });
    await debug.detach();
  }
  return page.evaluate(async (runOnly) => {
    await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})));
    const { violations } = await window.axe.run(document, { runOnly });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }, rules);
}

/** That it finds nothing, in light and in dark. */
export async function accessible(page, what) {
  for (const [colorScheme, rules] of [["light", RULES], ["dark", COLOUR_RULES]]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await accessibility(page, rules), [], `${what} (${colorScheme})`);
  }
  await page.emulateMedia({ colorScheme: null });
}
