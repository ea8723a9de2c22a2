// The node dies while one goes on writing. On both screens nothing is lost, nothing is there twice, nothing changes places.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at, browser, conversationId, message, Node, online, openTeam, say, writeTo } from "./harness.mjs";

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

const WORD = /Line (\d+)\./;
const lines = (page) =>
  page.locator("#conversation article[data-message]").evaluateAll((articles) => articles.map((one) => one.textContent.match(/Line (\d+)\./)?.[1]).filter(Boolean).map(Number));

async function allOf(page, count) {
  await page.waitForFunction((wanted) => {
    const shown = [...document.querySelectorAll("#conversation article[data-message]")].filter((one) => /Line \d+\./.test(one.textContent)).length;
    return shown >= wanted && document.querySelector("#conversation article[data-row]") === null;
  }, count, { timeout: 60_000 });
  return lines(page);
}

test("a node that is killed and started again loses nothing", { timeout: 180_000 }, async () => {
  const [first, second] = node.staff();
  const one = await at(chrome, node, first);
  const other = await at(chrome, node, second);
  await online(one.page);
  await writeTo(one.page, second.name, "Line 1.");
  await message(one.page, "Line 1.").waitFor();
  await openTeam(other.page, conversationId(one.page));
  await message(other.page, "Line 1.").waitFor();

  for (let count = 2; count <= 6; count += 1) await say(one.page, `Line ${count}.`);
  await node.kill(); // some of them may be under way
  for (let count = 7; count <= 12; count += 1) await say(one.page, `Line ${count}.`);
  await one.page.locator('#conversation article[data-row][data-state="waiting"]').filter({ hasText: "Line 12." }).waitFor();
  await one.page.getByText(/Reconnecting|Offline since/).first().waitFor();

  // a reload in the middle: what waits is on the disk, sealed
  const rows = await one.page.evaluate(async () => {
    const [{ name }] = (await indexedDB.databases()).filter((one) => one.name.startsWith("corridor-outbox-"));
    const database = await new Promise((resolve) => { const open = indexedDB.open(name); open.onsuccess = () => resolve(open.result); });
    const all = await new Promise((resolve) => { const asked = database.transaction("rows").objectStore("rows").getAll(); asked.onsuccess = () => resolve(asked.result); });
    database.close();
    return all.map((row) => ({ words: new TextDecoder().decode(row.sealed), keys: Object.keys(row) }));
  });
  assert.ok(rows.length >= 6);
  assert.ok(rows.every((row) => !WORD.test(row.words) && !row.keys.includes("message")));

  await node.run();
  for (let count = 13; count <= 16; count += 1) await say(one.page, `Line ${count}.`);
  const wanted = Array.from({ length: 16 }, (_, index) => index + 1);
  assert.deepEqual(await allOf(one.page, 16), wanted);
  assert.deepEqual(await allOf(other.page, 16), wanted);
  await other.page.reload();
  await message(other.page, "Line 16.").waitFor();
  assert.deepEqual(await lines(other.page), wanted);
  assert.deepEqual(one.violations, []);
  assert.deepEqual(other.violations, []);
});

test("a page that is closed with messages waiting sends them when it opens again", { timeout: 120_000 }, async () => {
  const [first, second] = node.staff();
  const one = await at(chrome, node, first);
  await online(one.page);
  await writeTo(one.page, second.name, "");
  const id = conversationId(one.page);
  await node.kill();
  await say(one.page, "Written while the node was away.");
  await one.page.locator('article[data-row][data-state="waiting"]').waitFor();
  const context = one.context;
  await one.page.close();
  await node.run();
  const again = await context.newPage();
  await again.goto(`${node.url}/#/team/${id}`);
  await message(again, "Written while the node was away.").waitFor({ timeout: 30_000 });
  assert.equal(await again.getByText("Written while the node was away.").count() >= 1, true);
  assert.equal(await message(again, "Written while the node was away.").count(), 1);
});

test("two tabs of one person send each message once, in order", { timeout: 120_000 }, async () => {
  const [first, second] = node.staff();
  const one = await at(chrome, node, first);
  await online(one.page);
  await writeTo(one.page, second.name, "");
  const id = conversationId(one.page);
  const twin = await one.context.newPage();
  await twin.goto(`${node.url}/#/team/${id}`);
  await online(twin);
  await twin.locator("#conversation textarea[data-composer]").waitFor();
  await node.kill();
  for (let count = 21; count <= 25; count += 1) await say(count % 2 === 0 ? one.page : twin, `Line ${count}.`);
  await one.page.locator("article[data-row]").filter({ hasText: "Line 25." }).waitFor();
  await twin.locator("article[data-row]").filter({ hasText: "Line 24." }).waitFor();
  await node.run();
  for (const page of [one.page, twin]) {
    await message(page, "Line 25.").waitFor({ timeout: 60_000 });
    await page.waitForFunction(() => document.querySelector("article[data-row]") === null);
    assert.deepEqual((await lines(page)).filter((line) => line > 20), [21, 22, 23, 24, 25]);
  }
});

test("a conversation that is opened while the node is away opens by itself when it is back", { timeout: 120_000 }, async () => {
  const [first, second] = node.staff();
  const one = await at(chrome, node, first);
  await online(one.page);
  await writeTo(one.page, second.name, "Line 26.");
  await message(one.page, "Line 26.").waitFor();
  const id = conversationId(one.page);
  const twin = await one.context.newPage();
  await twin.goto(`${node.url}/#/team`);
  await online(twin);
  await node.kill();
  await twin.evaluate((hash) => { location.hash = hash; }, `#/team/${id}`);
  await twin.locator("#conversation p.error").waitFor();
  await node.run();
  await message(twin, "Line 26.").waitFor({ timeout: 30_000 });
  assert.equal(await twin.locator("#conversation p.error").count(), 0);
});
