// Whose conversations one sees: one's own, one's patients, or the whole organization's, by a switch of two parts at the head of the inbox and of the
// queue. And what waits in one's own: something urgent keeps its mark over later messages until it is acknowledged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE } from "./harness.mjs";

let node;
let chrome;
let rosa;
let nurse;
const account = (login) => node.people().find((one) => one.login === login);
const scope = (page) => page.getByRole("navigation", { name: /^Which conversations/ });

/** As a node says it that knows of the permission. */
const knowing = (page) => page.route("**/v1/me", async (route) => {
  const response = await route.fetch();
  const me = await response.json().catch(() => undefined);
  return me?.permissions ? route.fulfill({ response, json: { ...me, permissions: [...new Set([...me.permissions, "patient_queue"])] } }) : route.fulfill({ response });
});

before(async () => {
  node = await Node.start();
  chrome = await browser();
  rosa = await at(chrome, node, account("rosa"));
  nurse = await at(chrome, node, account("okafor"), { viewport: { width: 1360, height: 860 }, serviceWorkers: "block" }, "/", knowing);
  for (const { page } of [rosa, nurse]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

test("whoever has the organization's queue goes from their own to all of it and back", async () => {
  const { page } = rosa;
  assert.deepEqual(await scope(page).getByRole("link").allTextContents(), ["Mine", "Organization"]);
  assert.equal(await scope(page).getByRole("link", { name: "Mine" }).getAttribute("aria-current"), "page");
  await accessible(page, "inbox with the switch");
  await scope(page).getByRole("link", { name: "Organization" }).click();
  await page.getByRole("heading", { name: "Queue" }).waitFor();
  await page.getByText("Organization view: you can answer for others.").waitFor();
  await page.locator(".list a[data-conversation]").first().waitFor();
  await accessible(page, "queue of the organization");
  await scope(page).getByRole("link", { name: "Mine" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
});

test("whoever works with patients has the queue of those, and reads which they are", async () => {
  const { page } = nurse;
  await page.getByRole("link", { name: "Queue", exact: true }).waitFor();
  await scope(page).getByRole("link", { name: "My patients" }).click();
  await page.getByText("Your patients: your care team and those you cover.").waitFor();
  await page.locator(".list a[data-conversation]").first().waitFor();
  await accessible(page, "queue of one's own patients");
  await scope(page).getByRole("link", { name: "Mine" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
});

test("on a phone the switch fits, and there is none over the team's rooms", async () => {
  const phone = await at(chrome, node, account("rosa"), PHONE);
  await scope(phone.page).waitFor();
  await accessible(phone.page, "inbox on a phone");
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await scope(phone.page).getByRole("link", { name: "Organization" }).tap();
  await phone.page.getByText("Organization view", { exact: false }).waitFor();
  await phone.page.locator(".list a[data-conversation]").first().waitFor();
  await accessible(phone.page, "queue on a phone");
  await phone.page.locator('nav a[href="#/team"]').tap();
  await phone.page.getByRole("heading", { name: "Team", exact: true }).waitFor();
  assert.equal(await scope(phone.page).count(), 0);
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("what is STAT keeps its mark over later messages, until it is acknowledged", async () => {
  const okafor = await node.api(account("okafor"));
  const lindqvist = await node.api(account("lindqvist"));
  const id = (await lindqvist.post("/v1/conversations", { kind: "direct", person_id: okafor.person.id })).conversation_id;
  const say = (body, priority) => lindqvist.post(`/v1/conversations/${id}/messages`, { body, audience: "everyone", priority, mentions: [] });
  const { page } = nurse;
  await page.locator('nav a[href="#/team"]').click();
  const row = page.locator(`a[data-conversation="${id}"]`);
  await row.waitFor();
  await say("Chest pain in room 3", "stat");
  await row.locator(".tag.stat").waitFor();
  await say("On my way, too", "routine");
  await row.filter({ hasText: "On my way, too" }).waitFor();
  await row.locator(".tag.stat").filter({ hasText: "not acknowledged by you" }).waitFor();
  await accessible(page, "a mark in the list");
  await row.click();
  await message(page, "Chest pain in room 3").locator("xpath=ancestor-or-self::article").getByRole("button", { name: "Acknowledge" }).click();
  await row.locator(".tag.stat").waitFor({ state: "detached" });
});

test("nothing broke the policy of the page", () => {
  for (const { violations } of [rosa, nurse]) assert.deepEqual(violations, []);
});
