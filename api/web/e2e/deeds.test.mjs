// What is done once a week: rooms are made, joined, renamed, put away, opened again, left; people are added with a part of the past.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibility, at, browser, conversationId, message, Node, online, openTeam, say } from "./harness.mjs";

let node;
let chrome;
let one;
let other;
let third;
let group;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const [first, second, last] = node.staff();
  one = await at(chrome, node, first);
  other = await at(chrome, node, second);
  third = last;
  await online(one.page);
  await online(other.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const line = (page, words) => page.locator('#conversation li[data-kind="line"]').filter({ hasText: words });

/** The dialog for something new, on one of its four kinds. */
async function compose(page, kind) {
  await page.getByRole("button", { name: "New message" }).click();
  const dialog = page.getByRole("dialog", { name: "New message" });
  await dialog.getByRole("button", { name: kind, exact: true }).click();
  return dialog;
}

async function choose(dialog, name) {
  await dialog.getByRole("combobox").fill(name);
  await dialog.getByRole("option").filter({ hasText: name }).first().click();
}

async function menu(page, item) {
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("a group with a first message comes to the other by itself", async () => {
  const dialog = await compose(one.page, "Group");
  await choose(dialog, other.account.name);
  await dialog.getByLabel("Topic").fill("Saturday cover");
  await dialog.getByLabel("First message (optional)").fill("Who takes the morning?");
  await dialog.getByRole("button", { name: "Send message" }).click();
  await message(one.page, "Who takes the morning?").waitFor();
  group = conversationId(one.page);
  await openTeam(other.page, group);
  await message(other.page, "Who takes the morning?").waitFor();
});

test("a new name is seen by both, in the header, the list and the record of the room", async () => {
  await menu(one.page, "Rename");
  const dialog = one.page.getByRole("dialog", { name: "Change the topic" });
  await dialog.getByLabel("Topic").fill("Sunday cover");
  await dialog.getByRole("button", { name: "Save" }).click();
  for (const { page } of [one, other]) {
    await page.getByRole("heading", { name: "Sunday cover" }).waitFor();
    await page.locator(`a[data-conversation="${group}"]`).filter({ hasText: "Sunday cover" }).waitFor();
    await line(page, "changed the topic to “Sunday cover”").waitFor();
  }
});

test("a member who reads from now on sees nothing of what was", async () => {
  await menu(one.page, "Add member");
  const dialog = one.page.getByRole("dialog", { name: "Add a member" });
  await choose(dialog, third.name);
  await dialog.getByLabel("Only what comes from now on").check();
  assert.deepEqual(await accessibility(one.page), []);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await line(one.page, `${third.name} (reads from here on)`).waitFor();
  await say(one.page, "Welcome.");
  const late = await at(chrome, node, third);
  await online(late.page);
  await openTeam(late.page, group);
  await message(late.page, "Welcome.").waitFor();
  await late.page.getByText("This is the start", { exact: false }).or(line(late.page, "reads from here on")).first().waitFor();
  assert.equal(await message(late.page, "Who takes the morning?").count(), 0);
  assert.equal(await late.page.getByRole("button", { name: "Load earlier messages" }).count(), 0);
  assert.deepEqual(late.violations, []);
  await late.context.close();
});

test("a member is removed, and the room is gone from their list", async () => {
  const late = await at(chrome, node, third);
  await online(late.page);
  await openTeam(late.page, group);
  await message(late.page, "Welcome.").waitFor();
  await one.page.getByRole("button", { name: "Details", exact: true }).click();
  const panel = one.page.getByRole("complementary", { name: "Conversation details" });
  await panel.getByRole("button", { name: `Remove ${third.name}` }).click();
  await one.page.getByRole("alertdialog").getByRole("button", { name: "Remove", exact: true }).click();
  await line(one.page, `removed ${third.name}`).waitFor();
  await panel.getByRole("button", { name: `Remove ${third.name}` }).waitFor({ state: "detached" });
  await late.page.locator(`a[data-conversation="${group}"]`).waitFor({ state: "detached" });
  assert.deepEqual(late.violations, []);
  await late.context.close();
  await one.page.getByRole("button", { name: "Details", exact: true }).click();
});

test("a room that is put away can be read, not written to, and be opened again", async () => {
  await menu(one.page, "Archive");
  await one.page.getByRole("alertdialog").getByRole("button", { name: "Archive" }).click();
  for (const { page } of [one, other]) await page.getByText("This conversation is archived. It can be read, not written to.").waitFor();
  await message(other.page, "Who takes the morning?").waitFor();
  await menu(one.page, "Reopen");
  await one.page.getByRole("alertdialog").getByRole("button", { name: "Reopen" }).click();
  await other.page.locator("#conversation textarea[data-composer]").waitFor();
  await say(other.page, "I take it.");
  await message(one.page, "I take it.").waitFor();
});

test("one who leaves has the room no more; the others are told", async () => {
  await menu(other.page, "Leave conversation");
  await other.page.getByRole("alertdialog").getByRole("button", { name: "Leave conversation" }).click();
  await other.page.locator(`a[data-conversation="${group}"]`).waitFor({ state: "detached" });
  await line(one.page, `${other.account.name} left`).waitFor();
});

test("a channel is made by one, found and joined by another", async () => {
  const name = `vaccines-${crypto.randomUUID().slice(0, 8)}`;
  const dialog = await compose(one.page, "Channel");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByRole("button", { name: "Create" }).click();
  await one.page.getByRole("heading", { name: `#${name}` }).waitFor();
  await say(one.page, "Fridge at 4.2 degrees.");
  await message(one.page, "Fridge at 4.2 degrees.").waitFor();
  await other.page.getByRole("button", { name: "Browse channels" }).click();
  const browse = other.page.getByRole("dialog", { name: "Browse channels" });
  await browse.getByRole("button", { name: `Join #${name}` }).waitFor();
  assert.deepEqual(await accessibility(other.page), []);
  await browse.getByRole("button", { name: `Join #${name}` }).click();
  await other.page.getByRole("heading", { name: `#${name}` }).waitFor();
  await say(other.page, "Thank you.");
  await message(one.page, "Thank you.").waitFor();
  await line(one.page, `${other.account.name} joined`).waitFor();
});

test("a care room stands beside the patient's conversation, and the patient is not in it", async () => {
  await one.page.getByRole("link", { name: /Inbox/ }).click();
  await one.page.locator("a[data-conversation]:not(:has(.tag))").first().click();
  const patient = await one.page.locator("#conversation header .name").textContent();
  await one.page.locator("#conversation textarea[data-composer]").waitFor();
  await menu(one.page, "Open a care room beside it");
  const dialog = one.page.getByRole("dialog", { name: "New care room" });
  await dialog.getByLabel("Topic").fill("Before the visit");
  await dialog.getByRole("button", { name: "Save" }).click();
  await one.page.getByRole("heading", { name: "Team", exact: true }).waitFor();
  await one.page.getByText("The patient does not see this room.", { exact: false }).waitFor();
  await one.page.getByRole("button", { name: "Details", exact: true }).click();
  const panel = one.page.getByRole("complementary", { name: "Conversation details" });
  await panel.getByRole("heading", { name: /^Members/ }).waitFor();
  assert.equal(await panel.locator("li").filter({ hasText: patient }).count(), 0);
});

test("nothing broke the policy of the page", () => {
  assert.deepEqual(one.violations, []);
  assert.deepEqual(other.violations, []);
});
