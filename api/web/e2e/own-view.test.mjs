// One's own view of conversations, and what is sent later: archived for oneself until the patient writes, marked as unread, muted, a reminder
// that comes, a message that goes at its time; on the screen of a physician, with a patient who knows nothing of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const TOPIC = unique("My knee");
const FIRST = "It hurts on stairs.";

let node;
let chrome;
let okafor;
let okafor_api;
let patient_api;
let id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [okafor_api, patient_api] = await Promise.all(["okafor", "garcia"].map((login) => node.api(account(login))));
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: TOPIC }));
  await writes(FIRST);
  okafor = await at(chrome, node, account("okafor"));
  await online(okafor.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const writes = (body) => patient_api.post(`/v1/conversations/${id}/messages`, { body, audience: "everyone", priority: "routine", mentions: [] });
const attend = (body) => okafor_api.post(`/v1/conversations/${id}/attention`, body);
const schedule = (body, in_ms) => okafor_api.post(`/v1/conversations/${id}/scheduled`, { at_ms: Date.now() + in_ms, body, audience: "everyone", priority: "routine", mentions: [] });
const row = (page) => page.locator(`a[data-conversation="${id}"]`);
const said = (page, words) => page.locator('[data-region="polite"]').filter({ hasText: words });
const notice = (page, words) => page.locator(".notice").filter({ hasText: words });
const line = (page) => page.locator("#conversation .scheduled");
const dialog = (page, name) => page.getByRole("dialog", { name, exact: true });

async function option(page, name) {
  await page.getByRole("button", { name: `Options for ${TOPIC}`, exact: true }).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

async function inHeader(page, name) {
  await page.locator("#conversation header").getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

/** Beside Send. */
async function sendMore(page, name) {
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

/** Read: opened, and at the end. */
async function read(page) {
  await row(page).click();
  await message(page, FIRST).waitFor();
  await row(page).locator(".dot").waitFor({ state: "detached" });
}

test("what is archived for oneself leaves the list, is under Archived, and comes back with the patient's next message", async () => {
  const { page } = okafor;
  await read(page);
  await page.locator("#conversation header").getByRole("button", { name: "More actions" }).click();
  await page.getByText("For everybody else it stays as it is.", { exact: false }).waitFor();
  await accessible(page, "menu of a conversation");
  await page.getByRole("menuitem", { name: "Archive (for me)", exact: true }).click();
  await row(page).waitFor({ state: "detached" });
  await said(page, "Archived for you. It comes back with the next message.").waitFor({ state: "attached" });
  await page.locator("main#conversation").waitFor({ state: "detached" });
  // The focus finds its new place a frame after the pane is gone.
  await page.waitForFunction(() => document.activeElement !== null && document.activeElement !== document.body);
  const filters = page.getByRole("group", { name: "Show" });
  await filters.getByRole("button", { name: "Archived" }).click();
  await row(page).waitFor();
  await accessible(page, "archived ones");
  await filters.getByRole("button", { name: "All", exact: true }).click();
  await row(page).waitFor({ state: "detached" });
  assert.equal((await okafor_api.get("/v1/inbox?filter=put_away")).conversations.some((one) => one.id === id), true);
  const theirs = (await patient_api.get("/v1/conversations?scope=mine")).conversations.find((one) => one.id === id);
  assert.deepEqual([theirs.state, theirs.my.attention ?? null], ["open", null], "the patient sees nothing of it");
  await writes("And at night, too.");
  await row(page).locator(".dot").waitFor();
  await row(page).locator(".count").filter({ hasText: /^1$/ }).waitFor();
});

test("the same from its row, and taken out again from the archive", async () => {
  const { page } = okafor;
  await read(page);
  await option(page, "Archive (for me)");
  await row(page).waitFor({ state: "detached" });
  const filters = page.getByRole("group", { name: "Show" });
  await filters.getByRole("button", { name: "Archived" }).click();
  await option(page, "Take out of my archive");
  await row(page).waitFor({ state: "detached" });
  await filters.getByRole("button", { name: "All", exact: true }).click();
  await row(page).waitFor();
});

test("E resolves what may be resolved for the patient, and archives what is resolved", async () => {
  const { page } = okafor;
  await row(page).focus();
  await page.keyboard.press("e");
  await row(page).locator(".tag").filter({ hasText: "Resolved" }).waitFor();
  await page.keyboard.press("e");
  await row(page).waitFor({ state: "detached" });
  await writes("It is back.");
  await row(page).locator(".dot").waitFor();
});

test("marked as unread it has a dot and no number, and reading it takes the dot away", async () => {
  const { page } = okafor;
  await read(page);
  await inHeader(page, "Mark as unread");
  await row(page).locator(".dot").waitFor();
  await row(page).getByText("Marked as unread").waitFor({ state: "attached" });
  assert.equal(await row(page).locator(".count").count(), 0);
  await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "Unread" }).click();
  await row(page).waitFor();
  await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "All", exact: true }).click();
  await read(page);
  for (;;) {
    const { my } = await okafor_api.get(`/v1/conversations/${id}`);
    if (my.attention?.marked_unread !== true) break;
    await new Promise((resolve) => setTimeout(resolve, 50)); // the poll of what the node holds, not a guess
  }
  // with the key, from the row in focus
  await row(page).focus();
  await page.keyboard.press("u");
  await row(page).locator(".dot").waitFor();
  await read(page);
});

test("muted it says so, and has no pulsing dot", async () => {
  const { page } = okafor;
  await option(page, "Mute");
  await row(page).getByText("Muted").waitFor({ state: "attached" });
  await page.evaluate(() => { location.hash = "#/inbox"; });
  const badge = page.locator('[data-badge="inbox"]');
  const before_count = (await badge.count()) === 0 ? 0 : Number(await badge.getAttribute("data-count"));
  await writes("Third message");
  await row(page).locator(".count").waitFor();
  assert.equal(await row(page).locator(".dot").count(), 0);
  assert.equal((await badge.count()) === 0 ? 0 : Number(await badge.getAttribute("data-count")), before_count);
  await accessible(page, "a muted row");
  await option(page, "Unmute");
  await row(page).locator(".dot").waitFor();
  await read(page);
});

test("a reminder is set in the dialog, shown on the row, forgotten, and comes as a notice when its time has come", async () => {
  const { page } = okafor;
  await inHeader(page, "Remind me…");
  const asked = dialog(page, "Remind me");
  await asked.waitFor();
  await accessible(page, "reminder");
  await asked.getByRole("button", { name: "Remind me" }).click();
  await asked.getByText("Choose the day and the time.").waitFor();
  await accessible(page, "reminder with a fault");
  await asked.getByRole("button", { name: "In 1 hour" }).click();
  await asked.getByText(/^On .* it comes back to your list as unread, and you are told\. Nobody else sees this\.$/).waitFor();
  await asked.getByRole("button", { name: "Remind me" }).click();
  await asked.waitFor({ state: "detached" });
  await row(page).getByText(/^Reminder /).waitFor({ state: "attached" });
  await option(page, "Remind me…");
  await asked.getByText("A reminder is set for", { exact: false }).waitFor();
  await accessible(page, "reminder that is set");
  await asked.getByRole("button", { name: "Forget the reminder" }).click();
  await row(page).getByText(/^Reminder /).waitFor({ state: "detached" });
  await page.evaluate(() => { location.hash = "#/team"; });
  await attend({ step: "put_away" });
  await attend({ step: "remind", at_ms: Date.now() + 1_500 });
  await notice(page, `Reminder: ${TOPIC}`).waitFor();
  await said(page, `Reminder: ${TOPIC}`).waitFor({ state: "attached" });
  await accessible(page, "a reminder has come");
  await notice(page, `Reminder: ${TOPIC}`).getByRole("link", { name: "Open" }).click();
  await message(page, FIRST).waitFor();
  await notice(page, `Reminder: ${TOPIC}`).waitFor({ state: "detached" });
  await row(page).waitFor();
});

test("what is sent later waits above the box, goes once at its time, and can be taken back into the box, sent at once, or removed", async () => {
  const { page } = okafor;
  const box = page.locator("#conversation textarea[data-composer]");
  const words = unique("Come on Monday");
  await box.fill(words);
  await sendMore(page, "Send later…");
  const asked = dialog(page, "Send later");
  await asked.getByText(words).waitFor();
  await asked.getByRole("button", { name: "In 1 hour" }).click();
  await asked.getByText(/^Will be sent .* as you, if you may still write here then\.$/).waitFor();
  await accessible(page, "send later");
  await asked.getByRole("button", { name: "Send later" }).click();
  await asked.waitFor({ state: "detached" });
  assert.equal(await box.inputValue(), "");
  await line(page).getByText(/^1 message will be sent /).waitFor();
  await line(page).getByRole("button", { name: "Show" }).click();
  const shown = dialog(page, "Scheduled messages");
  await shown.getByText(words).waitFor();
  await accessible(page, "scheduled messages of a conversation");
  await shown.getByRole("button", { name: "Edit" }).click();
  await shown.waitFor({ state: "detached" });
  assert.equal(await box.inputValue(), words);
  await line(page).waitFor({ state: "detached" });
  await box.fill("");

  const timely = unique("At its time");
  await schedule(timely, 2_500);
  await line(page).getByText(/^1 message will be sent /).waitFor();
  await message(page, timely).waitFor();
  await line(page).waitFor({ state: "detached" });
  assert.equal(await message(page, timely).count(), 1);

  const [now, never] = [unique("Now after all"), unique("Never")];
  await schedule(now, 3_600_000);
  await schedule(never, 7_200_000);
  await line(page).getByText(/^2 messages will be sent, the next /).waitFor();
  await page.getByRole("button", { name: /^Your status/ }).click();
  await page.getByRole("menuitem", { name: "Scheduled messages…" }).click();
  const entry = (some) => shown.getByRole("listitem").filter({ hasText: some });
  await entry(now).getByText(TOPIC).waitFor();
  await accessible(page, "all scheduled messages");
  await entry(now).getByRole("button", { name: "Send now" }).click();
  await entry(now).waitFor({ state: "detached" });
  await entry(never).getByRole("button", { name: "Remove" }).click();
  await shown.getByText("Nothing is scheduled.").waitFor();
  await shown.getByRole("button", { name: "Close" }).last().click();
  await message(page, now).waitFor();
  assert.equal(await message(page, now).count(), 1);
  assert.equal(await message(page, never).count(), 0);
  assert.deepEqual((await okafor_api.get("/v1/scheduled")).scheduled, []);
});

test("what may not be sent when its time comes is said where it was written, with the reason, and goes when it is removed", async () => {
  const { page } = okafor;
  const { person } = await node.api(node.people().find((one) => one.login === "lindqvist"));
  const { conversation_id: group } = await okafor_api.post("/v1/conversations", { kind: "group", topic: unique("On call"), member_ids: [person.id] });
  await okafor_api.post(`/v1/conversations/${group}/scheduled`, { at_ms: Date.now() + 1_500, body: "Too late", audience: "everyone", priority: "routine", mentions: [] });
  await okafor_api.patch(`/v1/conversations/${group}`, { state: "archived" });
  await page.evaluate((one) => { location.hash = `#/team/${one}`; }, group);
  await line(page).getByText("A scheduled message was not sent. The conversation is archived.", { exact: false }).waitFor();
  await line(page).getByRole("button", { name: "Show" }).click();
  const shown = dialog(page, "Scheduled messages");
  await shown.getByText(/^Not sent /).waitFor();
  await accessible(page, "a refused message");
  assert.equal(await shown.getByRole("button", { name: "Edit" }).isDisabled(), true);
  await shown.getByRole("button", { name: "Remove" }).click();
  await shown.getByText("Nothing is scheduled.").waitFor();
  await shown.getByRole("button", { name: "Close" }).last().click();
  await line(page).waitFor({ state: "detached" });
});

test("offline none of it is offered, in words, and a note in the box stays there", async () => {
  const { page } = okafor;
  await page.evaluate((one) => { location.hash = `#/inbox/${one}`; }, id);
  await message(page, FIRST).waitFor();
  await node.kill();
  await page.locator('[data-link="waiting"]').waitFor({ state: "attached" });
  await page.locator("#conversation textarea[data-composer]").fill("Later");
  await page.getByText("Sending later needs a connection.", { exact: false }).waitFor();
  await page.getByRole("button", { name: "More ways to send" }).click();
  assert.equal(await page.getByRole("menuitem", { name: "Send later…" }).getAttribute("aria-disabled"), "true");
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
  await page.locator("#conversation header").getByRole("button", { name: "More actions" }).click();
  const item = page.getByRole("menuitem", { name: "Archive (for me)", exact: true });
  assert.equal(await item.getAttribute("aria-disabled"), "true");
  await item.getByText("Offline: this needs a connection.").waitFor();
});

test("nothing broke the page's policy", () => {
  assert.deepEqual(okafor.violations, []);
});
