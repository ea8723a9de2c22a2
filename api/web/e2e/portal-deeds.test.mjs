// What patients do and are told beside writing: they take back what they wrote, read who took something back and why, that messages are switched
// off and whom to call, until when the clinic is closed; and whom to call stands on every page, whatever does not come. Staff retract and write anew.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE, say, SHOWN_MS } from "./harness.mjs";

let node;
let chrome;
let teo;
let doctor;
let patient;
let doctor_account;
let id;
const STANDING = "Emergency? Call 911. In a crisis, call or text 988.";
const theirs = (page, words) => page.locator("article[data-message]").filter({ hasText: words });
const row = (page) => page.locator(`a[data-conversation="${id}"]`).first();

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  teo = await node.api(account("teo"));
  doctor_account = account("okafor");
  const garcia = await node.api(account("garcia"));
  id = (await garcia.post("/v1/conversations", { kind: "patient", patient_id: garcia.person.id, topic: "Sore knee" })).conversation_id;
  doctor = await at(chrome, node, doctor_account);
  await online(doctor.page);
  patient = await at(chrome, node, account("garcia"), PHONE, "/p/");
  await row(patient.page).tap();
  await row(doctor.page).click();
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

/** As they are, but for this. */
async function set(more) {
  const { settings } = await teo.get("/v1/settings");
  await teo.put("/v1/settings", { ...settings, ...more });
  return settings;
}

async function write(words) {
  await patient.page.getByRole("textbox", { name: "Your message" }).fill(words);
  await patient.page.getByRole("button", { name: "Send", exact: true }).tap();
  await theirs(patient.page, words).waitFor();
}

async function choose(page, words, item) {
  await message(page, words).hover();
  await message(page, words).getByRole("button", { name: "Message actions" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("whom to call stands first at the door, before any script and without one", async () => {
  const context = await chrome.newContext(PHONE);
  const page = await context.newPage();
  await page.goto(`${node.url}/p/`);
  await page.getByRole("button", { name: "Continue" }).waitFor();
  assert.equal((await page.locator("#app aside").first().textContent()).trim(), STANDING);
  assert.equal(await page.locator("#app aside").count(), 1);
  await accessible(page, "the patients' door");
  await context.close();
  for (const options of [{ javaScriptEnabled: false }, { abort: true }]) {
    const bare = await chrome.newContext({ ...PHONE, ...(options.abort ? { serviceWorkers: "block" } : options) });
    const without = await bare.newPage();
    if (options.abort) await without.route("**/*.js", (route) => route.abort());
    await without.goto(`${node.url}/p/`);
    assert.equal(await without.getByText("Emergency? Call 911.").isVisible(), true);
    if (!options.abort) assert.equal(await without.locator("noscript main").isVisible(), true);
    await bare.close();
  }
});

test("a patient's own words stand under You, and are taken back once they were asked", async () => {
  const { page } = patient;
  await write("It began on Monday.");
  await message(doctor.page, "It began on Monday.").waitFor();
  const own = theirs(page, "It began on Monday.");
  assert.equal(await own.locator(".sender").textContent(), "You");
  await accessible(page, "a conversation with something to take back");
  await own.getByRole("button", { name: /^Take back/ }).tap();
  const dialog = page.getByRole("alertdialog", { name: "Take back this message?" });
  await dialog.getByText("It began on Monday.").waitFor();
  await accessible(page, "taking back");
  await dialog.getByRole("button", { name: "Keep it" }).tap();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await own.count(), 1);
  await own.getByRole("button", { name: /^Take back/ }).tap();
  await dialog.getByLabel("Why? You can leave this empty.").fill("It was Sunday");
  await dialog.getByRole("button", { name: "Take it back" }).tap();
  await dialog.waitFor({ state: "detached" });
  await theirs(page, "You retracted this message.").filter({ hasText: "Reason: It was Sunday" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("li[data-seq]"));
  await message(doctor.page, "Maria Garcia retracted this message.").filter({ hasText: "Reason: It was Sunday" }).waitFor();
  assert.equal(await theirs(page, "You retracted").getByRole("button").count(), 0);
  await accessible(page, "taken back");
});

test("an answer beside a long message that it answers stays within the phone", async () => {
  const { page } = patient;
  await write("Which dressing shall I buy for the knee? There are three kinds, and the pharmacy closes at six.");
  const api = await node.api(doctor_account);
  const { events } = await api.get(`/v1/conversations/${id}/events?limit=100`);
  const { seq } = events.findLast(({ event }) => event.type === "message_sent");
  await api.post(`/v1/conversations/${id}/messages`, { body: "The blue one.", audience: "everyone", priority: "routine", mentions: [], reply_to: seq });
  await theirs(page, "The blue one.").locator(".quote").waitFor();
  const outside = await page.locator("article[data-message] .bubble").evaluateAll((bubbles) => bubbles.filter((one) => one.getBoundingClientRect().right > innerWidth).length);
  assert.equal(outside, 0);
  await accessible(page, "an answer on a phone");
});

test("what a patient may have read is not edited: it is retracted, and its words are in the box again", async () => {
  const { page } = doctor;
  await say(page, "Take 500 mg.");
  await theirs(patient.page, "Take 500 mg.").waitFor();
  await message(page, "Take 500 mg.").hover();
  await message(page, "Take 500 mg.").getByRole("button", { name: "Message actions" }).click();
  await page.getByRole("menuitem", { name: "Retract and write anew…" }).waitFor();
  assert.equal(await page.getByRole("menuitem", { name: "Edit", exact: true }).count(), 0);
  await page.keyboard.press("Escape");
  // the arrow in the empty box leads to the same question
  const box = page.locator("#conversation textarea[data-composer]");
  await box.press("ArrowUp");
  const dialog = page.getByRole("alertdialog", { name: "Retract and write anew?" });
  await dialog.getByText("Take 500 mg.").waitFor();
  await accessible(page, "retracting and writing anew");
  await dialog.getByLabel("Reason").fill("wrong dose");
  await dialog.getByRole("button", { name: "Retract, and edit the words" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.matches("#composer textarea"));
  assert.equal(await box.inputValue(), "Take 500 mg.");
  await theirs(patient.page, "Chidi Okafor retracted this message.").filter({ hasText: "Reason: wrong dose" }).waitFor();
  await accessible(patient.page, "what the clinic took back");
  await box.fill("Take 250 mg.");
  await box.press("Enter");
  await theirs(patient.page, "Take 250 mg.").waitFor();
});

test("a team note can be edited", async () => {
  const { page } = doctor;
  await page.getByRole("button", { name: "Team note" }).click();
  await say(page, "Knee, lft.");
  await message(page, "Knee, lft.").waitFor();
  await choose(page, "Knee, lft.", "Edit");
  await say(page, "Knee, left.");
  await message(page, "Knee, left.").getByText("edited").waitFor();
  await page.getByRole("button", { name: "Reply to patient" }).click();
});

test("outside the hours the box says until when, before anything is sent; staff see the hours beside the guidance, which folds", async () => {
  const in_two_days = (new Date().getUTCDay() + 6 + 2) % 7;
  const before = await set({ hours: [{ day: in_two_days, from_minute: 480, until_minute: 1020 }], zone: "UTC" });
  await patient.page.getByText(/^We are closed until \w{3} 8:00 AM/).waitFor();
  await accessible(patient.page, "closed");
  const { page } = doctor;
  const line = page.locator("[data-guidance]");
  await line.locator("[data-hours]").filter({ hasText: "Closed until" }).waitFor();
  await page.getByRole("button", { name: "Fold guidance" }).click();
  assert.equal(await line.getByText("911", { exact: false }).isVisible(), true);
  assert.equal(await page.getByRole("button", { name: "Show all guidance" }).getAttribute("aria-expanded"), "false");
  assert.ok((await line.boundingBox()).height < 40);
  await accessible(page, "the guidance, folded");
  await page.getByRole("button", { name: "Show all guidance" }).click();
  await set({ hours: before.hours, zone: before.zone });
});

test("switched off: the patient reads that it is, and whom to call; staff read why, and notes go on; and back", async () => {
  const { guidance } = await set({ patients: false });
  const { page } = patient;
  const off = page.locator("[data-switched-off]");
  await off.getByText("Messages are switched off for this clinic.", { exact: false }).waitFor();
  await off.getByText(guidance.split("\n")[0], { exact: false }).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Your message" }).count(), 0);
  assert.equal(await page.getByText("Start a new message if you need us.", { exact: false }).count(), 0);
  await accessible(page, "switched off");
  await doctor.page.locator("#composer").getByText("Messages with patients are switched off for this clinic.").waitFor();
  await doctor.page.locator('#composer[data-audience="team"]').waitFor();
  await say(doctor.page, "Called her.");
  await message(doctor.page, "Called her.").waitFor();
  await accessible(doctor.page, "switched off, for the staff");
  await doctor.page.getByRole("button", { name: "New message" }).click();
  const dialog = doctor.page.getByRole("dialog", { name: "New message" });
  await dialog.getByText("Messages with patients are switched off for this clinic.").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Patient", exact: true }).count(), 0);
  await set({ team: false });
  await dialog.getByText("Chat among staff is switched off for this clinic.").waitFor();
  assert.deepEqual([await dialog.locator(".kinds button").count(), await dialog.getByRole("button", { name: "Create" }).isDisabled()], [0, true]);
  await accessible(doctor.page, "nothing can be begun");
  await set({ patients: true, team: true });
  await dialog.getByRole("button", { name: "Group", exact: true }).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByRole("textbox", { name: "Your message" }).waitFor();
  await write("Are you there?");
});

test("a part that does not come leaves whom to call, and a way back", async () => {
  const { page, context } = await at(chrome, node, patient.account, { ...PHONE, serviceWorkers: "block" }, "/p/", (one) => one.route(/assets\/(Thread|NewMessage)-/, (route) => route.abort()));
  await row(page).tap();
  await page.getByText("This part of the page could not be loaded.").waitFor();
  assert.match(await page.locator("aside.standing").textContent(), /911/);
  await accessible(page, "a conversation that could not be loaded");
  await page.getByRole("button", { name: "Back to messages" }).tap();
  await page.getByRole("button", { name: "New message" }).tap();
  await page.getByText("This part of the page could not be loaded.").waitFor();
  assert.match(await page.locator("aside.standing").textContent(), /911/);
  await context.close();
});

test("nothing broke the policy of the page", () => {
  for (const { violations } of [doctor, patient]) assert.deepEqual(violations, []);
});

test("with the node away, after a reload, whom to call is still first", async () => {
  const { page } = patient;
  await page.waitForFunction(() => navigator.serviceWorker.ready.then(({ active }) => active?.state === "activated"));
  await node.kill();
  await page.reload();
  await page.getByRole("button", { name: "Try now" }).waitFor({ timeout: SHOWN_MS });
  assert.equal((await page.locator("#app aside").first().textContent()).trim(), STANDING);
  const offline = await page.context().newPage();
  await page.context().setOffline(true);
  await offline.goto(`${node.url}/p/`);
  await offline.getByText("You are offline.").waitFor();
  assert.equal((await offline.locator("#app aside").first().textContent()).trim(), STANDING);
  await accessible(offline, "away");
});
