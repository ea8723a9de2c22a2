// Every first screen under axe, in both schemes and on a phone; and a shell that opens without a network.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibility, at, browser, DESKTOP, message, Node, online, PHONE, writeTo } from "./harness.mjs";

let node;
let chrome;

before(async () => {
  node = await Node.start();
  chrome = await browser();
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

for (const scheme of ["light", "dark"]) {
  test(`inbox, conversation, tasks, dialogs (${scheme})`, { timeout: 120_000 }, async () => {
    const [first, second] = node.staff();
    const { page, violations, context } = await at(chrome, node, first, { ...DESKTOP, colorScheme: scheme });
    await online(page);
    await page.locator("a[data-conversation]").first().waitFor();
    assert.deepEqual(await accessibility(page), [], "inbox");
    await page.locator("a[data-conversation]").first().click();
    await page.locator("#conversation textarea[data-composer], #conversation .closed").first().waitFor();
    assert.deepEqual(await accessibility(page), [], "patient conversation");
    await page.getByRole("button", { name: "Details", exact: true }).click();
    await page.getByRole("complementary").getByRole("button", { name: "Create task" }).waitFor();
    await page.locator("[data-pins]").getByRole("button", { name: "Pin a summary…" }).waitFor();
    assert.deepEqual(await accessibility(page), [], "details");
    await page.locator("[data-pins]").getByRole("button", { name: "Pin a summary…" }).click();
    await page.getByRole("dialog", { name: "Pin to a chart" }).waitFor();
    await page.getByText("Looking for patients with a similar name…").waitFor({ state: "detached" });
    assert.deepEqual(await accessibility(page), [], "pin to a chart");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("complementary").getByRole("button", { name: "Create task" }).click();
    await page.getByRole("dialog", { name: "Create task" }).getByLabel("By a set time").check();
    assert.deepEqual(await accessibility(page), [], "create task");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "More ways to send" }).click();
    await page.getByRole("menuitem", { name: "Must be read by…" }).waitFor();
    assert.deepEqual(await accessibility(page), [], "more ways to send");
    await page.getByRole("menuitem", { name: "Must be read by…" }).click();
    await page.getByRole("dialog", { name: "Must be read by" }).waitFor();
    assert.deepEqual(await accessibility(page), [], "must be read by");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("link", { name: /Tasks$/ }).click();
    await page.getByRole("heading", { name: "Tasks", level: 1 }).waitFor();
    assert.deepEqual(await accessibility(page), [], "tasks");
    await page.getByRole("button", { name: "Not read", exact: true }).click();
    await page.getByRole("button", { name: "Refresh" }).waitFor();
    assert.deepEqual(await accessibility(page), [], "not read by patients");
    await page.getByRole("link", { name: /Inbox$/ }).click();
    await page.getByRole("button", { name: "New message" }).click();
    await page.getByRole("option").first().waitFor();
    assert.deepEqual(await accessibility(page), [], "new message");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await page.keyboard.press("Control+/");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    assert.deepEqual(await accessibility(page), [], "help");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await writeTo(page, second.name, "A **word** about `it`");
    await message(page, "A word about it").first().waitFor();
    assert.deepEqual(await accessibility(page), [], "direct conversation");
    assert.deepEqual(violations, []);
    await context.close();
  });
}

test("a phone: list, conversation, back", async () => {
  const { page, violations } = await at(chrome, node, node.staff()[0], PHONE);
  await page.locator("a[data-conversation]").first().waitFor();
  assert.deepEqual(await accessibility(page), [], "list");
  await page.locator("a[data-conversation]").first().tap();
  await page.locator("#conversation").waitFor();
  assert.deepEqual(await accessibility(page), [], "conversation");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, "no sideways scrolling");
  await page.getByRole("button", { name: "Back to the list" }).tap();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.getByRole("link", { name: /Tasks$/ }).tap();
  await page.getByRole("heading", { name: "Tasks", level: 1 }).waitFor();
  assert.deepEqual(await accessibility(page), [], "tasks");
  assert.deepEqual(violations, []);
});

for (const [name, options] of [["400 %", { viewport: { width: 320, height: 256 } }], ["forced colours", { ...DESKTOP, forcedColors: "active" }], ["no motion", { ...DESKTOP, reducedMotion: "reduce" }]]) {
  test(`a conversation can be read and answered with ${name}`, async () => {
    const { page, violations, context } = await at(chrome, node, node.staff()[0], options);
    await page.locator("a[data-conversation]").first().click();
    await page.locator("#conversation article[data-message]").first().waitFor();
    const pane = await page.evaluate(() => ({
      sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      height: document.querySelector("#conversation .pane").clientHeight,
      moving: document.getAnimations().filter((one) => one.playState === "running" && one.effect.getComputedTiming().activeDuration > 1).length,
    }));
    assert.equal(pane.sideways, 0);
    assert.ok(pane.height > 40, `the messages have ${pane.height} px`);
    if (options.reducedMotion) assert.equal(pane.moving, 0);
    await page.locator("#conversation textarea[data-composer]").fill("x");
    await page.getByRole("button", { name: "Send", exact: true }).waitFor();
    assert.deepEqual(await accessibility(page), []);
    assert.deepEqual(violations, []);
    await context.close();
  });
}

test("someone of another organization sees rooms, and no doors that would be refused", async () => {
  const { page, violations } = await at(chrome, node, node.people().find((one) => one.kind === "partner"));
  await page.getByRole("heading", { name: "Team", exact: true }).waitFor();
  await page.locator("a[data-conversation]").first().click();
  await page.locator("#conversation textarea[data-composer]").waitFor();
  assert.equal(await page.getByRole("button", { name: "New message" }).count(), 0);
  assert.equal(await page.getByRole("link", { name: /Inbox|Tasks/ }).count(), 0);
  assert.deepEqual(await accessibility(page), []);
  assert.deepEqual(violations, []);
});

test("sign-in: wrong words are explained, the screen is accessible", async () => {
  const context = await chrome.newContext(DESKTOP);
  const page = await context.newPage();
  await page.goto(node.url);
  await page.fill("#login", "nobody-here");
  await page.fill("#password", "not the password");
  await page.click('button[type="submit"]');
  await page.locator("#sign-in-error").waitFor();
  assert.deepEqual(await accessibility(page), []);
});

test("without a network the shell still opens, and says so", async () => {
  const { page, context } = await at(chrome, node, node.staff()[0]);
  await online(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await context.setOffline(true);
  await page.reload();
  await page.getByText("Nothing you wrote is lost. We keep trying.").waitFor();
  // Some browsers hold themselves to be online after a reload, and have only seen that nobody answers.
  const said = (await page.evaluate(() => navigator.onLine)) ? "The clinic's server cannot be reached." : "You are offline.";
  await page.getByRole("heading", { name: said, exact: true }).waitFor();
  await context.setOffline(false);
  await page.locator("a[data-conversation]").first().waitFor();
});
