// Words that must not reach the wrong reader, on the screen: a message that names another patient, and a reply that is undone within its ten seconds;
// what is undone leaves nothing anywhere, and what is left behind by a closed page arrives once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE, say } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const TOPIC = unique("My knee");
const plain = (body, more = {}) => ({ body, audience: "everyone", priority: "routine", mentions: [], ...more });

let node;
let chrome;
let okafor;
let patient;
let okafor_api;
let patient_api;
let id;
let leo_id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [okafor_api, patient_api] = await Promise.all(["okafor", "garcia"].map((login) => node.api(account(login))));
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: TOPIC }));
  await patient_api.post(`/v1/conversations/${id}/messages`, plain("It hurts on the stairs"));
  const { patients } = await okafor_api.get("/v1/patients?q=Leo%20Tran");
  ({ conversation_id: leo_id } = await okafor_api.post("/v1/conversations", { kind: "patient", patient_id: patients[0].id, topic: "Fever" }));
  await okafor_api.post(`/v1/conversations/${id}/care`, { step: "take" });
  okafor = await at(chrome, node, account("okafor"));
  patient = await at(chrome, node, account("garcia"), PHONE, "/p/");
  await online(okafor.page);
  await open(okafor.page);
  await patient.page.getByText(TOPIC).first().click();
  await patient.page.getByText("It hurts on the stairs").first().waitFor();
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const box = (page) => page.locator("#composer textarea[data-composer]");
const row = (page, words) => page.locator("#conversation article[data-row]").filter({ hasText: words });
const asked = (page) => page.getByRole("alertdialog", { name: "Is this about another patient?" });
const said = async (conversation_id = id) => JSON.stringify(await okafor_api.get(`/v1/conversations/${conversation_id}/events`));
const times = (text, words) => text.split(words).length - 1;
const active = (page) => page.evaluate(() => document.activeElement?.textContent?.trim());

async function open(page, conversation_id = id) {
  await page.evaluate((one) => { location.hash = `#/inbox/${one}`; }, conversation_id);
  await box(page).waitFor();
}

/** The clinic holds replies from now on, and this page knows. */
async function hold(undo_s, page = okafor.page) {
  await node.hold(undo_s);
  const url = page.url();
  await page.goto("about:blank");
  const told = page.waitForResponse((response) => response.url().endsWith("/v1/settings") && response.ok());
  await page.goto(url);
  const { safeguards } = await (await told).json();
  assert.equal(safeguards.undo_s, undo_s);
  await online(page);
  await page.getByRole("button", { name: "More ways to send" }).waitFor();
}

test("a reply that names another patient is not sent: it says what was found and whose conversation this is, and goes back to be edited", async () => {
  const { page } = okafor;
  const words = unique("The result for Leo Tran is in");
  await say(page, words);
  const dialog = asked(page);
  await dialog.getByText("Nothing was sent.").waitFor();
  await dialog.getByRole("listitem").filter({ hasText: "Name" }).filter({ hasText: "Leo Tran" }).waitFor();
  await dialog.getByText("Maria Garcia, born 03/12/1984, number MRN-10240.").waitFor();
  assert.equal(await active(page), "Go back and edit");
  await page.locator('[data-region="assertive"]').filter({ hasText: "Leo Tran" }).waitFor({ state: "attached" });
  await accessible(page, "another patient is named");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await page.waitForFunction((text) => document.activeElement?.value === text, words);
  assert.equal(await row(page, words).count(), 0);
  assert.equal(times(await said(), words), 0);
  await box(page).fill("");
});

test("what is meant as it is, is sent anyway, with one key more; a note is checked as well", async () => {
  const { page } = okafor;
  const words = unique("Your brother Leo Tran called");
  await say(page, words);
  await asked(page).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await active(page), "Send anyway");
  await page.keyboard.press("Enter");
  await message(page, words).waitFor();
  await patient.page.getByText(words).first().waitFor();
  assert.equal(times(await said(), words), 1);

  const note = unique("Same as MRN-10204");
  await page.getByRole("button", { name: "Team note", exact: true }).click();
  await say(page, note);
  await asked(page).getByRole("listitem").filter({ hasText: "Record number" }).filter({ hasText: "MRN-10204" }).waitFor();
  await page.keyboard.press("Escape");
  await asked(page).waitFor({ state: "detached" });
  // it stays beside the words, with the same ways on
  const stuck = row(page, note);
  await stuck.getByText("Not sent").first().waitFor();
  await accessible(page, "a message that was not sent");
  await stuck.getByRole("button", { name: "Send anyway" }).click();
  await message(page, note).waitFor();
  await page.getByRole("button", { name: "Reply to patient", exact: true }).click();
});

test("it goes into the other patient's message box as a draft, and nothing is sent by itself", async () => {
  const { page } = okafor;
  const words = unique("Leo Tran may come tomorrow");
  await say(page, words);
  await asked(page).getByRole("button", { name: "Send to another patient…" }).click();
  const dialog = page.getByRole("dialog", { name: "Send to another patient" });
  await dialog.getByRole("combobox", { name: "Patient" }).waitFor();
  // who was named is at the top
  const first = dialog.getByRole("option").first();
  await first.filter({ hasText: "Leo Tran" }).filter({ hasText: /MRN-\d+ · DOB/ }).waitFor();
  await accessible(page, "choose another patient");
  await dialog.getByRole("combobox").fill("fever");
  await dialog.getByRole("option").filter({ hasText: "Fever" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await dialog.getByText("Fever", { exact: true }).waitFor();
  await accessible(page, "another patient is chosen");
  await dialog.getByRole("button", { name: "Put it there" }).click();
  await page.waitForFunction((there) => location.hash.includes(there), leo_id);
  await page.waitForFunction((text) => document.activeElement?.value === text, words);
  for (const one of [id, leo_id]) assert.equal(times(await said(one), words), 0);
  await say(page, words); // the conversation changed a moment ago
  const sure = page.getByRole("alertdialog", { name: "Is this the right patient?" });
  await message(page, words).or(sure).first().waitFor();
  if (await sure.isVisible()) await sure.getByRole("button", { name: "Send it here" }).click();
  await message(page, words).waitFor();
  await open(page);
  assert.equal(await row(page, words).count(), 0);
});

test("a message for later is checked as well, and can be meant", async () => {
  const { page } = okafor;
  const words = unique("Tell Leo Tran");
  await box(page).fill(words);
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name: "Send later…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "In 1 hour" }).click();
  await dialog.locator('button[type="submit"]').click();
  await dialog.getByText("Nothing was sent.").waitFor();
  await dialog.getByRole("listitem").filter({ hasText: "Leo Tran" }).waitFor();
  await accessible(page, "a message for later that names another patient");
  await dialog.getByLabel("It is meant for Maria Garcia").check();
  await dialog.locator('button[type="submit"]').click();
  await dialog.waitFor({ state: "detached" });
  const { scheduled } = await okafor_api.get("/v1/scheduled");
  assert.deepEqual(scheduled.map((one) => one.message.body), [words]);
  await okafor_api.delete(`/v1/scheduled/${scheduled[0].id}`);
});

test("a reply in another one's name is checked before it is shown, and can be meant", async () => {
  const rosa = await at(chrome, node, node.people().find((one) => one.login === "rosa"));
  await online(rosa.page);
  await open(rosa.page);
  const words = unique("Bring Leo Tran along");
  await rosa.page.getByRole("button", { name: "Reply for Chidi Okafor" }).click();
  await box(rosa.page).fill(words);
  await rosa.page.getByRole("button", { name: "Send…" }).click();
  await asked(rosa.page).getByRole("listitem").filter({ hasText: "Leo Tran" }).waitFor();
  await accessible(rosa.page, "a reply on behalf that names another patient");
  await asked(rosa.page).getByRole("button", { name: "Go on anyway" }).click();
  await rosa.page.getByRole("alertdialog", { name: "Send on behalf of Chidi Okafor?" }).getByRole("button", { name: "Send", exact: true }).click();
  await message(okafor.page, words).waitFor();
  assert.equal(times(await said(), words), 1);
  assert.deepEqual(rosa.violations, []);
  await rosa.context.close();
});

test("a reply that is undone leaves nothing anywhere, and its words are in the box again", async () => {
  const { page } = okafor;
  await hold(30);
  const words = unique("Stop the tablets");
  await say(page, words);
  const held = row(page, words);
  await held.getByText(/^Goes to Maria Garcia in \d+ s$/).waitFor();
  await accessible(page, "a reply that can be undone");
  assert.equal(await page.locator('[data-region="polite"]').filter({ hasText: "Goes to Maria Garcia in 30 seconds" }).count(), 1);
  await held.getByRole("button", { name: "Undo" }).click();
  await held.waitFor({ state: "detached" });
  await page.waitForFunction((text) => document.activeElement?.value === text, words);
  assert.equal(times(await said(), words), 0);
  // by the keyboard, from the empty box
  await box(page).press("Enter");
  await row(page, words).waitFor();
  await box(page).press("Control+z");
  await row(page, words).waitFor({ state: "detached" });
  assert.equal(await box(page).inputValue(), words);
  await box(page).fill("");
  const after_it = unique("Keep taking them");
  await say(page, after_it);
  await row(page, after_it).getByRole("button", { name: "Send now" }).click();
  await patient.page.getByText(after_it).first().waitFor();
  const heard = (await Promise.all(patient.heard)).join("\n");
  assert.equal(heard.includes(words), false);
  assert.equal((await patient.page.locator("body").innerText()).includes(words), false);
  assert.equal(times(await said(), words), 0);
  assert.equal(times(await said(), after_it), 1);
});

test("undone while other words are in the box it waits beside them, unsent", async () => {
  const { page } = okafor;
  const words = unique("Two a day");
  await say(page, words);
  await box(page).fill("And");
  await row(page, words).getByRole("button", { name: "Undo" }).click();
  await row(page, words).getByText("You undid it, so nobody has it.", { exact: false }).waitFor();
  assert.equal(await box(page).inputValue(), "And");
  await box(page).fill("");
  await row(page, words).getByRole("button", { name: "Edit" }).click();
  await page.waitForFunction((text) => document.activeElement?.value === text, words);
  await box(page).fill("");
  assert.equal(times(await said(), words), 0);
});

test("Enter in the empty box sends now; a note behind it does not overtake, and what is urgent takes it along", async () => {
  const { page } = okafor;
  const reply = unique("Ice it");
  const note = unique("She asked twice");
  await say(page, reply);
  await page.getByRole("button", { name: "Team note", exact: true }).click();
  await say(page, note);
  await row(page, note).getByText(/^Goes to the team in \d+ s$/).waitFor();
  await box(page).press("Enter");
  for (const words of [reply, note]) await message(page, words).waitFor();
  const both = await said();
  assert.equal(both.indexOf(reply) < both.indexOf(note), true);
  await page.getByRole("button", { name: "Reply to patient", exact: true }).click();

  const routine = unique("See you on Monday");
  const urgent = unique("Call 911 if it swells");
  await say(page, routine);
  await row(page, routine).waitFor();
  await page.getByRole("button", { name: /^Priority/ }).click();
  await page.getByRole("menuitemradio", { name: "Urgent" }).click();
  await say(page, urgent);
  await message(page, urgent).waitFor();
  const all = await said();
  assert.equal(all.indexOf(routine) > 0 && all.indexOf(routine) < all.indexOf(urgent), true);
});

test("a page that is closed while it holds a reply delivers it once; another tab holds what it wrote", async () => {
  const first = await okafor.context.newPage();
  await first.goto(`${node.url}/#/inbox/${id}`);
  await box(first).waitFor();
  await online(first);
  await hold(60, first);
  const words = unique("Rest today");
  await say(first, words);
  await row(first, words).getByText(/^Goes to Maria Garcia in \d+ s$/).waitFor();
  // the tab that leads shows it as well, and can undo it
  await row(okafor.page, words).getByRole("button", { name: "Undo" }).waitFor();
  await first.close({ runBeforeUnload: true });
  await message(okafor.page, words).waitFor();
  await patient.page.getByText(words).first().waitFor();

  // the only page
  const alone = await at(chrome, node, okafor.account);
  await online(alone.page);
  await open(alone.page);
  await hold(10, alone.page);
  const last = unique("Nothing to eat before");
  await say(alone.page, last);
  await row(alone.page, last).getByText(/^Goes to Maria Garcia in \d+ s$/).waitFor();
  await alone.page.goto("about:blank");
  // where the machine was too fast for it, it leaves when somebody comes back; not once more
  await alone.page.goto(`${node.url}/#/inbox/${id}`);
  await message(alone.page, last).waitFor();
  await row(alone.page, last).waitFor({ state: "detached" });
  await patient.page.getByText(last).first().waitFor();
  for (const one of [words, last]) assert.equal(times(await said(), one), 1, one);
  assert.deepEqual(alone.violations, []);
  await alone.context.close();
});

test("signing out sends at once what is held, and erases nothing unsent without asking", async () => {
  const leaving = await at(chrome, node, okafor.account);
  await online(leaving.page);
  await open(leaving.page);
  await hold(60, leaving.page);
  const words = unique("Back on Tuesday");
  await say(leaving.page, words);
  await row(leaving.page, words).getByRole("button", { name: "Undo" }).waitFor();
  await leaving.page.getByRole("button", { name: "Sign out" }).click();
  await leaving.page.locator("#login").waitFor();
  await patient.page.getByText(words).first().waitFor();
  assert.equal(times(await said(), words), 1);
  assert.deepEqual(leaving.violations, []);
  await leaving.context.close();
});

test("on a phone the ways out are within reach, and nothing scrolls sideways", async () => {
  const phone = await at(chrome, node, okafor.account, PHONE);
  await online(phone.page);
  await open(phone.page);
  await hold(60, phone.page);
  const words = unique("Bring the cast for Leo Tran");
  await box(phone.page).fill(words);
  await phone.page.getByRole("button", { name: "Send", exact: true }).tap();
  await row(phone.page, words).getByRole("button", { name: "Undo" }).waitFor();
  await accessible(phone.page, "undo on a phone");
  const heights = await phone.page.locator("#composer .choice").evaluateAll((choices) => choices.map((one) => one.getBoundingClientRect().top));
  assert.equal(new Set(heights).size, 1, "who will see it is chosen in one line");
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
  await row(phone.page, words).getByRole("button", { name: "Send now" }).tap();
  await asked(phone.page).waitFor();
  await accessible(phone.page, "another patient is named, on a phone");
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
  await asked(phone.page).getByRole("button", { name: "Go back and edit" }).tap();
  await phone.page.waitForFunction((text) => document.querySelector("#composer textarea")?.value === text, words);
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("nothing broke the page's policy", () => {
  for (const { violations } of [okafor, patient]) assert.deepEqual(violations, []);
});
