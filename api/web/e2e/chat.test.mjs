// Two people of the staff at two screens: live both ways, edits, retractions, threads, the unread badge.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at, browser, conversationId, message, Node, online, openTeam, say, writeTo } from "./harness.mjs";

let node;
let chrome;
let one;
let other;
let id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const [first, second] = node.staff();
  one = await at(chrome, node, first);
  other = await at(chrome, node, second);
  await online(one.page);
  await online(other.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

test("what one writes the other sees, both ways, without a reload", async () => {
  await writeTo(one.page, other.account.name, "Is room 3 free?");
  await message(one.page, "Is room 3 free?").waitFor();
  id = conversationId(one.page);
  await openTeam(other.page, id);
  await message(other.page, "Is room 3 free?").waitFor();
  await say(other.page, "Yes, until **noon**.");
  const answer = message(one.page, "Yes, until noon.");
  await answer.waitFor();
  assert.equal(await answer.locator("strong").textContent(), "noon");
  await say(one.page, "Thank you.");
  await message(other.page, "Thank you.").waitFor();
  await message(one.page, "Thank you.").filter({ hasText: "Read" }).waitFor();
  assert.equal(await message(one.page, "Thank you.").count(), 1);
});

test("the arrow edits the last message, and the other sees that it was edited", async () => {
  const box = one.page.locator("#conversation textarea[data-composer]");
  await box.press("ArrowUp");
  assert.equal(await box.inputValue(), "Thank you.");
  await box.fill("Thanks a lot.");
  await box.press("Enter");
  const seen = message(other.page, "Thanks a lot.");
  await seen.waitFor();
  await seen.getByRole("button", { name: "edited" }).click();
  const versions = other.page.getByRole("dialog", { name: "Earlier wording" });
  await versions.getByText("Thank you.").waitFor();
  await versions.getByRole("button", { name: "Close" }).click();
});

test("a retraction says what it does, and leaves a tombstone with the reason", async () => {
  await say(one.page, "Wrong words");
  const own = message(one.page, "Wrong words");
  await own.waitFor();
  await message(other.page, "Wrong words").waitFor();
  await own.hover();
  await own.getByRole("button", { name: "Message actions" }).click();
  await one.page.getByRole("menuitem", { name: "Retract…" }).click();
  const dialog = one.page.getByRole("alertdialog", { name: "Retract this message?" });
  await dialog.getByText("The words stay in the clinic's record", { exact: false }).waitFor();
  await dialog.getByLabel("Reason").fill("wrong room");
  await dialog.getByRole("button", { name: "Retract message" }).click();
  await message(other.page, "Reason: wrong room").waitFor();
  assert.equal(await message(other.page, "Wrong words").count(), 0);
});

test("an answer in a thread stands beside the message, with a count under it", async () => {
  const root = message(other.page, "Is room 3 free?");
  await root.hover();
  await root.getByRole("button", { name: "Reply in thread" }).click();
  const panel = other.page.getByRole("complementary", { name: "Thread" });
  const box = panel.getByRole("textbox");
  await box.fill("It is free now.");
  await box.press("Enter");
  await panel.getByText("It is free now.").waitFor();
  const stub = message(one.page, "Is room 3 free?").getByRole("button", { name: /1 reply/ });
  await stub.click();
  await one.page.getByRole("complementary", { name: "Thread" }).getByText("It is free now.").waitFor();
  assert.equal(await one.page.locator("#conversation article[data-message]").filter({ hasText: "It is free now." }).count(), 0);
});

test("STAT asks to be acknowledged by a person, and says by whom", async () => {
  await one.page.keyboard.press("Escape");
  await one.page.locator("#conversation textarea[data-composer]").focus();
  await one.page.keyboard.press("Control+Shift+S");
  await say(one.page, "Room 3, now please.");
  await message(one.page, "Room 3, now please.").getByText("Waiting for acknowledgement").waitFor();
  const received = message(other.page, "Room 3, now please.");
  await received.getByText("STAT", { exact: true }).waitFor();
  await received.getByRole("button", { name: "Acknowledge" }).click();
  await message(one.page, "Room 3, now please.").getByText(`Acknowledged by ${other.account.name}`, { exact: false }).waitFor();
});

test("what comes while one is elsewhere is counted, in the rail and in the title", async () => {
  await other.page.getByRole("link", { name: /Inbox/ }).click();
  await other.page.getByRole("heading", { name: "Inbox" }).waitFor();
  const badge = other.page.locator('[data-badge="team"]');
  const before_count = (await badge.count()) === 0 ? 0 : Number(await badge.getAttribute("data-count"));
  await say(one.page, "Are you there?");
  await other.page.locator(`[data-badge="team"][data-count="${before_count + 1}"]`).waitFor();
  assert.match(await other.page.title(), /^\(\d+\) Inbox$/);
  await openTeam(other.page, id);
  await other.page.getByText(/^New since/).waitFor();
  await message(other.page, "Are you there?").waitFor();
  await other.page.waitForFunction((count) => Number(document.querySelector('[data-badge="team"]')?.dataset.count ?? "0") === count, before_count);
});

test("nothing broke the policy of the page", () => {
  assert.deepEqual(one.violations, []);
  assert.deepEqual(other.violations, []);
});
