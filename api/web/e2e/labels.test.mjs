// What keeps words from the wrong reader: a physician gives a conversation a label, and the desk with the queue and the colleague who covers lose
// it on their open pages; a young patient keeps a topic, and then a shared conversation, from the parent who acts for them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE, say } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const TOPIC = unique("A question");
const SECRET = unique("Between us");
const SCHOOL = unique("School trip");
const KEPT = unique("Please do not tell my mother.");
/** As for coverage that ends: no access outlives its end by more. */
const AFTER_THE_END_MS = 5_000;

let node;
let chrome;
let okafor;
let lindqvist;
let rosa;
let teo;
let raman;
let leo;
let hanh;
let looker;
let apis;
let id;
let school;

before(async () => {
  node = await Node.start({ undo_s: 10 });
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  const logins = ["okafor", "garcia", "leo.tran", "hanh.tran"];
  apis = Object.fromEntries(await Promise.all(logins.map(async (login) => [login, await node.api(account(login))])));
  const { garcia, okafor: physician } = apis;
  ({ conversation_id: id } = await garcia.post("/v1/conversations", { kind: "patient", patient_id: garcia.person.id, topic: TOPIC }));
  await garcia.post(`/v1/conversations/${id}/messages`, { body: "It is about the other clinic.", audience: "everyone", priority: "routine", mentions: [] });
  await physician.post(`/v1/conversations/${id}/care`, { step: "take" });
  const child = apis["leo.tran"];
  ({ conversation_id: school } = await child.post("/v1/conversations", { kind: "patient", patient_id: child.person.id, topic: SCHOOL }));
  await apis["hanh.tran"].post(`/v1/conversations/${school}/messages`, { body: "Which day is best?", audience: "everyone", priority: "routine", mentions: [] });
  [okafor, lindqvist, rosa, teo, raman] = await Promise.all(["okafor", "lindqvist", "rosa", "teo", "raman"].map((login) => at(chrome, node, account(login))));
  [leo, hanh] = await Promise.all(["leo.tran", "hanh.tran"].map((login) => at(chrome, node, account(login), PHONE, "/p/")));
  for (const { page } of [okafor, lindqvist, rosa, teo, raman]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const listed = (page, conversation = id) => page.locator(`a[data-conversation="${conversation}"]`);
const header = (page) => page.locator("#conversation header");
const line = (page, words) => page.locator('li[data-kind="line"]').filter({ hasText: words });
const queue = (page) => page.getByRole("link", { name: "Queue", exact: true });
const chips = (page) => header(page).locator("[data-chip]");
const dialog = (page, name) => page.getByRole("dialog", { name, exact: true });
/** In the page: how many messages its device keeps to be sent. */
const rowsKept = async () => {
  let count = 0;
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => { const asked = indexedDB.open(name); asked.onsuccess = () => resolve(asked.result); asked.onerror = () => reject(asked.error); });
    if (database.objectStoreNames.contains("rows")) count += await new Promise((resolve) => { const asked = database.transaction("rows").objectStore("rows").count(); asked.onsuccess = () => resolve(asked.result); });
    database.close();
  }
  return count;
};
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function menu(page, item) {
  await header(page).getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

async function search(page, words) {
  await queue(page).click();
  await page.getByRole("searchbox").or(page.getByPlaceholder("Topic, patient or ID")).first().fill(words);
}

async function cover(page, labelled) {
  await page.getByRole("button", { name: /^Your status/ }).click();
  await page.getByRole("menuitem", { name: "Coverage…" }).click();
  const form = dialog(page, "Coverage");
  await form.getByRole("combobox", { name: "Who covers?" }).fill("Anna Lindqvist");
  await form.getByRole("option").filter({ hasText: "Anna Lindqvist" }).first().click();
  await form.getByRole("button", { name: /^Tomorrow, / }).click();
  await form.getByLabel("Reason", { exact: true }).fill("Leave");
  if (labelled) await form.getByLabel("Also conversations with a label (Part 2, state law)").check();
  await accessible(page, "the form on coverage");
  await form.getByRole("button", { name: "Arrange coverage" }).click();
  await form.getByRole("listitem").filter({ hasText: labelled ? /^Anna Lindqvist covers for you until .*, also in conversations with a label/ : /^Anna Lindqvist covers for you until/ }).waitFor();
}

test("the dialog says what a label does, and asks which", async () => {
  const { page } = okafor;
  await cover(page, false);
  await page.keyboard.press("Escape");
  for (const { page: other } of [rosa, lindqvist]) {
    await search(other, TOPIC);
    await listed(other).click();
    await message(other, "the other clinic").waitFor();
  }
  // the same by a link, with no queue beside it
  looker = await at(chrome, node, rosa.account, undefined, `/#/inbox/${id}`);
  await message(looker.page, "the other clinic").waitFor();
  await lindqvist.page.getByRole("main").getByRole("button", { name: "Join conversation" }).click();
  await line(lindqvist.page, "You joined").waitFor();
  await listed(page).click();
  await message(page, "the other clinic").waitFor();
  await menu(page, "Protect as…");
  const question = dialog(page, "Protect this conversation");
  await question.getByText("It is not in the organization queue.").waitFor();
  await question.getByText("Whoever covers now and is in it by that coverage leaves at once.").waitFor();
  await question.getByRole("button", { name: "Protect", exact: true }).click();
  await question.getByText("Choose how to protect it.").waitFor();
  await accessible(page, "the dialog on a label");
});

test("labelled it is gone from the desk's queue and from the open page of whoever covers", async () => {
  const { page } = okafor;
  const question = dialog(page, "Protect this conversation");
  await question.getByLabel("Part 2").check();
  await question.getByRole("button", { name: "Protect", exact: true }).click();
  const labelled_ms = Date.now();
  await question.waitFor({ state: "detached" });
  for (const { page: other } of [rosa, lindqvist, looker]) {
    await other.getByText("This is not here, or you may not see it.").waitFor();
    await listed(other).waitFor({ state: "detached" });
    assert.equal(await other.locator("#conversation article[data-message]").count(), 0);
  }
  assert.ok(Date.now() - labelled_ms <= AFTER_THE_END_MS, `${Date.now() - labelled_ms} ms`);
  await rosa.page.getByText(`No conversation matches`).or(rosa.page.getByText("Nothing here with this filter.")).first().waitFor();
  await accessible(rosa.page, "the desk's page without it");
  await line(page, "You protected this conversation (Part 2). Anna Lindqvist left with it").waitFor();
});

test("the chip stands in the header and in the list, and says what it does", async () => {
  const { page } = okafor;
  assert.deepEqual(await chips(page).allTextContents(), ["Part 2"]);
  await listed(page).getByText("Part 2").waitFor();
  await chips(page).first().focus();
  await page.getByRole("tooltip").getByText("Not in the organization queue.", { exact: false }).waitFor();
  await accessible(page, "the chip with its words");
  await page.keyboard.press("Escape");
  await page.getByRole("tooltip").first().waitFor({ state: "hidden" });
  await chips(page).first().hover();
  await page.getByRole("tooltip").getByText("42 CFR Part 2", { exact: false }).waitFor();
});

test("the patient goes on, and learns nothing of the label", async () => {
  await apis.garcia.post(`/v1/conversations/${id}/messages`, { body: "Am I still heard?", audience: "everyone", priority: "routine", mentions: [] });
  await message(okafor.page, "Am I still heard?").waitFor();
  const seen = JSON.stringify([await apis.garcia.get(`/v1/conversations/${id}`), await apis.garcia.get(`/v1/conversations/${id}/events`)]);
  assert.ok(!seen.includes("part_2") && !seen.includes("sensitivity"));
});

test("a coverage that names such conversations opens it, and says so", async () => {
  const { page } = okafor;
  await page.getByRole("button", { name: /^Your status/ }).click();
  await page.getByRole("menuitem", { name: "Coverage…" }).click();
  await dialog(page, "Coverage").getByRole("button", { name: /^End now/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "End now" }).click();
  await dialog(page, "Coverage").getByText("Nobody covers for you, and you cover for nobody.").waitFor();
  await page.getByRole("alertdialog").waitFor({ state: "hidden" }); // or Escape is the question's
  await page.keyboard.press("Escape");
  await cover(page, true);
  await page.keyboard.press("Escape");
  await queue(lindqvist.page).waitFor();
  await search(lindqvist.page, TOPIC);
  await listed(lindqvist.page).click();
  await message(lindqvist.page, "Am I still heard?").waitFor();
  await lindqvist.page.locator(".covers").getByText("also in conversations with a label", { exact: false }).first().waitFor();
  assert.deepEqual(await chips(lindqvist.page).allTextContents(), ["Part 2"]);
  await header(lindqvist.page).getByRole("button", { name: "More actions" }).click();
  assert.equal(await lindqvist.page.getByRole("menuitem", { name: "Take the label away…" }).count(), 0, "who covers cannot");
  await lindqvist.page.keyboard.press("Escape");
  await accessible(lindqvist.page, "who covers such conversations");
});

test("a physician takes the label away, and the desk sees it again", async () => {
  const { page } = okafor;
  await menu(page, "Take the label away…");
  const question = page.getByRole("alertdialog", { name: "Take the label “Part 2” away?" });
  await question.waitFor();
  await accessible(page, "before the label is taken away");
  await question.getByRole("button", { name: "Take it away" }).click();
  await line(page, "You took the label away").waitFor();
  await chips(page).first().waitFor({ state: "detached" });
  await search(rosa.page, `${TOPIC} `);
  await listed(rosa.page).waitFor();
});

test("the administrator sets from which age something can be kept from caregivers", async () => {
  const { page } = teo;
  await page.getByRole("button", { name: /^Your status/ }).click();
  await page.getByRole("menuitem", { name: "Clinic settings…" }).click();
  const settings = dialog(page, "Clinic settings");
  await settings.getByRole("group", { name: "Against words that reach the wrong reader" }).scrollIntoViewIfNeeded();
  const [years, undo] = [settings.getByLabel("Conversations can be kept from caregivers"), settings.getByLabel("Seconds in which a reply can be undone")];
  assert.equal(await undo.inputValue(), "10");
  await undo.fill("61");
  await settings.getByRole("button", { name: "Save", exact: true }).click();
  await settings.getByText("Write a whole number from 0 to 60.").waitFor();
  await years.selectOption({ label: "From the age of 12 on" });
  await accessible(page, "the settings with a fault");
  await undo.fill("5");
  await settings.getByRole("button", { name: "Save", exact: true }).click();
  await settings.waitFor({ state: "detached" });
  await raman.page.reload();
  await online(raman.page);
  assert.deepEqual((await apis.okafor.get("/v1/settings")).safeguards, { confidential_from_years: 12, undo_s: 5 });
});

test("a young patient begins a topic that is only between them and the clinic; the parent's page never has it", async () => {
  const { page } = leo;
  await page.getByRole("button", { name: "New message" }).tap();
  await page.locator("select#reason").selectOption({ label: "Something else" });
  await page.getByLabel("In a few words").fill(SECRET);
  await page.getByLabel("Your message").fill(KEPT);
  await page.getByLabel("Keep this from people who act for me").check();
  await page.getByText("Only you and the clinic can read it then.").waitFor();
  await accessible(page, "a new message that is kept");
  await page.getByRole("button", { name: "Send" }).tap();
  await page.locator("article[data-message]").filter({ hasText: KEPT }).waitFor();
  await page.locator("header").getByText("Only you and the clinic").waitFor();
  await accessible(page, "a conversation that is kept");
  const secret = page.url().match(/con_[0-9a-z]+/)?.[0];
  await listed(raman.page, secret).getByText("Confidential").waitFor();
  await page.getByRole("button", { name: "Back to messages" }).tap();
  await listed(page, secret).getByText("Only you and the clinic").waitFor();
  await accessible(page, "the list with one that is kept");
  assert.equal(await sideways(page), 0, "no sideways scrolling");
  // what comes after it has come to the parent's page: so it would have been there
  await apis["leo.tran"].post(`/v1/conversations/${school}/messages`, { body: "Friday!", audience: "everyone", priority: "routine", mentions: [] });
  await listed(hanh.page, school).getByText("Friday!").waitFor();
  assert.equal(await listed(hanh.page, secret).count(), 0);
  for (const one of await Promise.all(hanh.heard)) assert.ok(!one.includes(SECRET) && !one.includes(KEPT) && !one.includes(secret), "nothing of it came over the wire");
});

test("what a parent has open is made private: it closes before their eyes, and nothing of it stays on their device", async () => {
  const { page } = hanh;
  await listed(page, school).tap();
  await page.locator("article[data-message]").filter({ hasText: "Friday!" }).waitFor();
  await page.getByRole("textbox", { name: "Your message" }).fill("I was about to say");
  assert.equal(await page.getByRole("button", { name: "Who can read this" }).count(), 0, "not the parent's to choose");
  await listed(leo.page, school).tap();
  await leo.page.getByRole("button", { name: "Who can read this" }).tap();
  const asked = dialog(leo.page, "Who can read this");
  await asked.getByText("Hanh Tran, who acts for you").waitFor();
  await asked.getByLabel("Keep this from people who act for me").check();
  await asked.getByText("Hanh Tran can then no longer read anything here.", { exact: false }).waitFor();
  await accessible(leo.page, "who can read this");
  await asked.getByRole("button", { name: "Save" }).tap();
  await asked.waitFor({ state: "detached" });
  await page.getByText("This conversation is now private between Leo and the clinic.").first().waitFor();
  await accessible(page, "the parent's page without it");
  assert.equal(await page.locator("article[data-message]").count(), 0);
  assert.equal(await page.getByRole("textbox").count(), 0);
  assert.ok(!(await page.content()).includes("Friday!") && !(await page.content()).includes(SCHOOL) && !(await page.content()).includes("I was about to say"));
  await page.getByRole("main").getByRole("button", { name: "Back to messages" }).tap();
  await page.getByRole("heading", { name: "Your conversations" }).waitFor();
  assert.equal(await listed(page, school).count(), 0);
  assert.equal(await page.evaluate(rowsKept), 0);
  await line(leo.page, "You made this conversation private. Hanh Tran is no longer part of this conversation").waitFor();
  await leo.page.locator("header").getByText("Only you and the clinic").waitFor();
});

test("the team sees it and can lift it; nobody comes back by themselves, and the parent is added with a choice", async () => {
  const { page } = raman;
  await listed(page, school).click();
  await line(page, "Leo Tran kept this conversation from caregivers. Hanh Tran left with it").waitFor();
  assert.deepEqual(await chips(page).allTextContents(), ["Confidential"]);
  await accessible(page, "a confidential conversation");
  await menu(page, "No longer keep from caregivers…");
  const question = page.getByRole("alertdialog", { name: "No longer keep this from caregivers?" });
  await question.getByText("Nobody comes back by themselves.", { exact: false }).waitFor();
  await accessible(page, "before it is shared again");
  await question.getByRole("button", { name: "No longer keep it" }).click();
  const done = dialog(page, "No longer kept from caregivers");
  await done.waitFor();
  await accessible(page, "after it is shared again");
  await done.getByRole("button", { name: "Add Hanh Tran…" }).click();
  const add = dialog(page, "Add a member");
  await add.getByText("Hanh Tran").waitFor();
  await add.getByLabel("Only what comes from now on").check();
  await add.getByRole("button", { name: "Add", exact: true }).click();
  await add.waitFor({ state: "detached" });
  await line(page, "You added Hanh Tran (reads from here on)").waitFor();
  await chips(page).first().waitFor({ state: "detached" });
  await say(page, "Welcome back.");
  await listed(hanh.page, school).tap();
  await hanh.page.locator("article[data-message]").filter({ hasText: "Welcome back." }).waitFor();
  assert.equal(await hanh.page.locator("article[data-message]").filter({ hasText: "Friday!" }).count(), 0);
});

test("a parent without a connection finds it closed when they are back; what they wrote meanwhile goes nowhere, and from their device", async () => {
  const { page, context } = hanh;
  const child = apis["leo.tran"];
  const topic = unique("Camp");
  const { conversation_id } = await child.post("/v1/conversations", { kind: "patient", patient_id: child.person.id, topic });
  await page.getByRole("button", { name: "Back to messages" }).first().tap();
  await listed(page, conversation_id).tap();
  await page.getByRole("heading", { name: topic }).waitFor();
  await context.setOffline(true);
  await page.getByText("No internet.", { exact: false }).waitFor();
  await page.getByRole("textbox", { name: "Your message" }).fill("When does it start?");
  await page.getByRole("button", { name: "Send" }).tap();
  await page.getByText("Waiting to send").first().waitFor();
  assert.equal(await page.evaluate(rowsKept), 1);
  await child.post(`/v1/conversations/${conversation_id}/restriction`, { step: "confidential", confidential: true });
  await context.setOffline(false);
  await page.getByText("This conversation is not here any more.").first().waitFor();
  await page.waitForFunction(rowsKept.toString().replace(/^/, "(").concat(")().then((count) => count === 0)"));
  assert.ok(!(await page.content()).includes("When does it start?") && !(await page.content()).includes(topic));
  const told = JSON.stringify(await child.get(`/v1/conversations/${conversation_id}/events`));
  assert.ok(!told.includes("When does it start?"));
  await page.getByRole("main").getByRole("button", { name: "Back to messages" }).tap();
  await listed(page, school).tap();
});

test("the team begins a confidential conversation, and makes one so from the menu, on a phone as well", async () => {
  const { page } = raman;
  await page.getByRole("button", { name: "New message" }).click();
  const fresh = dialog(page, "New message");
  await fresh.getByRole("combobox").fill("Leo");
  await fresh.getByRole("option").filter({ hasText: "Leo Tran" }).first().click();
  await fresh.getByLabel("Keep from caregivers").check();
  await fresh.getByText("Whoever acts for the patient will not.", { exact: false }).waitFor();
  await fresh.getByLabel("Topic").fill(unique("A talk"));
  await accessible(page, "a new conversation that is kept");
  await fresh.getByRole("button", { name: "Create" }).click();
  await header(page).locator('[data-chip="confidential"]').waitFor();
  const phone = await at(chrome, node, raman.account, PHONE, `/#/inbox/${school}`);
  await online(phone.page);
  await menu(phone.page, "Keep from caregivers…");
  const question = phone.page.getByRole("alertdialog", { name: "Keep this from caregivers?" });
  await question.getByText("Leaves now: Hanh Tran.", { exact: false }).waitFor();
  await accessible(phone.page, "before it is kept, on a phone");
  await question.getByRole("button", { name: "Keep from caregivers" }).tap();
  await header(phone.page).locator('[data-chip="confidential"]').tap();
  await phone.page.getByRole("tooltip").getByText("Kept from those who act for Leo Tran.", { exact: false }).waitFor();
  assert.equal(await sideways(phone.page), 0, "no sideways scrolling");
  await accessible(phone.page, "a confidential conversation on a phone");
  await hanh.page.getByText("This conversation is now private between Leo and the clinic.").first().waitFor();
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("who is too young is told so, whatever the page still thought", async () => {
  const { page } = leo;
  await page.getByRole("button", { name: "Back to messages" }).tap();
  await page.getByRole("button", { name: "New message" }).tap();
  await page.locator("select#reason").selectOption({ label: "Something else" });
  await page.getByLabel("In a few words").fill("One more");
  await page.getByLabel("Your message").fill("Hello");
  await page.getByLabel("Keep this from people who act for me").check();
  await page.route("**/v1/conversations", (route) => route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ status: 409, code: "too_young" }) }));
  await page.getByRole("button", { name: "Send" }).tap();
  await page.getByRole("alert").getByText("from the age of 12 on", { exact: false }).waitFor();
  await accessible(page, "told to be too young");
});

test("nothing broke the policy of the page", () => {
  for (const { violations } of [okafor, lindqvist, rosa, looker, teo, raman, leo, hanh]) assert.deepEqual(violations, []);
});
