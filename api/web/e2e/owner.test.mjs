// A room changes hands: its owner gives it to somebody else of the staff, and whoever owns one and wants to leave does both in one step.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, conversationId, message, Node, online, openTeam, PHONE, say } from "./harness.mjs";

let node;
let chrome;
let one;
let other;
let group;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const [first, second] = node.staff();
  one = await at(chrome, node, first);
  other = await at(chrome, node, second);
  for (const { page } of [one, other]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const line = (page, words) => page.locator('#conversation li[data-kind="line"]').filter({ hasText: words });
const items = (page) => page.getByRole("menuitem");

async function menu(page, item) {
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

async function offered(page, item) {
  await page.getByRole("button", { name: "More actions" }).click();
  await items(page).first().waitFor();
  const count = await page.getByRole("menuitem", { name: item, exact: true }).count();
  await page.keyboard.press("Escape");
  return count === 1;
}

async function choose(dialog, name) {
  await dialog.getByRole("combobox").fill(name);
  await dialog.getByRole("option").filter({ hasText: name }).first().click();
}

test("only its owner is offered to hand it over", async () => {
  const { page } = one;
  await page.getByRole("button", { name: "New message" }).click();
  const dialog = page.getByRole("dialog", { name: "New message" });
  await dialog.getByRole("button", { name: "Group", exact: true }).click();
  await choose(dialog, other.account.name);
  await dialog.getByLabel("Topic").fill("Night cover");
  await dialog.getByLabel("First message (optional)").fill("Who takes the nights?");
  await dialog.getByRole("button", { name: "Send message" }).click();
  await message(page, "Who takes the nights?").waitFor();
  group = conversationId(page);
  await openTeam(other.page, group);
  await message(other.page, "Who takes the nights?").waitFor();
  assert.deepEqual([await offered(page, "Hand over this room…"), await offered(other.page, "Hand over this room…")], [true, false]);
});

test("it is given to a member of the staff, both are told, and the new owner may do what the old one could", async () => {
  const { page } = one;
  assert.equal(await offered(other.page, "Rename"), false);
  await menu(page, "Hand over this room…");
  const dialog = page.getByRole("dialog", { name: "Hand over this room" });
  await dialog.getByRole("button", { name: "Hand over", exact: true }).click();
  await dialog.getByRole("alert").filter({ hasText: "Choose a person first." }).waitFor();
  await accessible(page, "handing a room over");
  // by the keys alone
  await dialog.getByRole("combobox").fill(other.account.name.slice(0, 4));
  await dialog.getByRole("option").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await dialog.getByText(other.account.name).waitFor();
  await dialog.getByRole("button", { name: "Hand over", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  for (const { page: seen } of [one, other]) await line(seen, /owner/i).waitFor();
  await other.page.waitForFunction(() => document.querySelector("#conversation") !== null);
  await other.page.getByRole("button", { name: "Details", exact: true }).click();
  const panel = other.page.getByRole("complementary", { name: "Conversation details" });
  await panel.getByRole("button", { name: "Rename" }).waitFor();
  await panel.locator("li").filter({ hasText: other.account.name }).filter({ hasText: "Owner" }).waitFor();
  assert.equal(await offered(page, "Hand over this room…"), false);
});

test("an owner who leaves is offered both at once, and is out", async () => {
  const { page } = other;
  await page.getByRole("complementary", { name: "Conversation details" }).getByRole("button", { name: "Leave conversation" }).click();
  const dialog = page.getByRole("dialog", { name: "Hand over, then leave" });
  await accessible(page, "handing over and leaving");
  await choose(dialog, one.account.name);
  await dialog.getByRole("button", { name: "Hand over and leave" }).click();
  await page.locator(`a[data-conversation="${group}"]`).waitFor({ state: "detached" });
  await line(one.page, `${other.account.name} left`).waitFor();
  await say(one.page, "Mine again.");
  await message(one.page, "Mine again.").waitFor();
  // nobody is left to whom it could be given: leaving is leaving
  await menu(one.page, "Leave conversation");
  await one.page.getByRole("alertdialog", { name: "Leave this conversation?" }).getByRole("button", { name: "Leave conversation" }).click();
  await one.page.locator(`a[data-conversation="${group}"]`).waitFor({ state: "detached" });
});

test("on a phone as well", async () => {
  const phone = await at(chrome, node, one.account, PHONE);
  const api = await node.api(one.account);
  const id = (await api.post("/v1/conversations", { kind: "group", topic: "Phones", member_ids: [(await node.api(other.account)).person.id] })).conversation_id;
  await phone.page.goto(`${node.url}/#/team/${id}`);
  await phone.page.getByRole("heading", { name: "Phones" }).waitFor();
  await phone.page.getByRole("button", { name: "More actions" }).tap();
  await phone.page.getByRole("menuitem", { name: "Hand over this room…" }).tap();
  const dialog = phone.page.getByRole("dialog", { name: "Hand over this room" });
  await dialog.getByRole("combobox").fill(other.account.name);
  await dialog.getByRole("option").first().tap();
  await accessible(phone.page, "handing over on a phone");
  await dialog.getByRole("button", { name: "Hand over", exact: true }).tap();
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("nothing broke the policy of the page", () => {
  for (const { violations } of [one, other]) assert.deepEqual(violations, []);
});
