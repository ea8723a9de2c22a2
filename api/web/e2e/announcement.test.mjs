// An announcement: whoever keeps the clinic begins a channel in which everybody who works there is from the start, and says something to all of
// them; they read it at once, and cannot write. On a phone as well.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE } from "./harness.mjs";

const NAME = `code-events-${crypto.randomUUID().slice(0, 8)}`;
const WORDS = "Code blue in room 4. Dr. Raman leads.";

let node;
let chrome;
let teo;
let wen;
const account = (login) => node.people().find((one) => one.login === login);

before(async () => {
  node = await Node.start();
  chrome = await browser();
  [teo, wen] = await Promise.all([at(chrome, node, account("teo")), at(chrome, node, account("wen"), PHONE)]);
  await Promise.all([online(teo.page), online(wen.page)]);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

test("everybody who works here is in it from the start and reads it at once, on a phone; nobody else writes", async () => {
  const { page } = teo;
  await page.getByRole("button", { name: "New message" }).click();
  const dialog = page.getByRole("dialog", { name: "New message" });
  await dialog.getByRole("button", { name: "Channel" }).click();
  await dialog.getByLabel("Name", { exact: true }).fill(NAME);
  await dialog.getByLabel("Who can find and join it").selectOption("announcement");
  const all = dialog.getByRole("checkbox", { name: /^Everybody who works here is in it from the start \(\d+\)$/ });
  await all.waitFor();
  assert.equal(await all.isChecked(), true);
  await accessible(page, "a new announcement");
  await dialog.getByLabel("First message (optional)").fill(WORDS);
  await dialog.getByRole("button", { name: "Send message" }).click();
  await message(page, WORDS).waitFor();
  const phone = wen.page;
  await phone.getByRole("link", { name: /Team/ }).first().tap();
  await phone.locator("a[data-conversation]").filter({ hasText: NAME }).tap();
  await message(phone, WORDS).waitFor();
  await phone.getByText("Only the owners write announcements.").waitFor();
  assert.equal(await phone.locator("#composer textarea").count(), 0);
  await accessible(phone, "an announcement on a phone");
  assert.deepEqual([...teo.violations, ...wen.violations], []);
});
