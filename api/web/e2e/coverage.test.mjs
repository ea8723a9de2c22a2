// Somebody goes away and somebody covers for them: arranged in the dialog, told to whoever covers, worked in from the queue, seen by the
// patient, and ended early; on the screens of both physicians, of the patient on a phone, and of the administrator.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE, say } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const TOPIC = unique("My cough");
const REASON = unique("Annual leave");
/** No access outlives its end by more. */
const AFTER_THE_END_MS = 5_000;

let node;
let chrome;
let of_patients;
let okafor;
let lindqvist;
let patient;
let teo;
let patient_api;
let okafor_api;
let lindqvist_api;
let id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [okafor_api, lindqvist_api, patient_api] = await Promise.all(["okafor", "lindqvist", "garcia"].map((login) => node.api(account(login))));
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: TOPIC }));
  await patient_api.post(`/v1/conversations/${id}/messages`, { body: "It is worse at night.", audience: "everyone", priority: "routine", mentions: [] });
  await okafor_api.post(`/v1/conversations/${id}/care`, { step: "take" });
  of_patients = (await lindqvist_api.get("/v1/me")).permissions.includes("patient_queue");
  okafor = await at(chrome, node, account("okafor"));
  lindqvist = await at(chrome, node, account("lindqvist"));
  teo = await at(chrome, node, account("teo"));
  patient = await at(chrome, node, account("garcia"), PHONE, "/p/");
  for (const { page } of [okafor, lindqvist, teo]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const listed = (page) => page.locator(`a[data-conversation="${id}"]`);
const queued = (page) => page.locator("li").filter({ has: listed(page) });
const chip = (page, name) => page.locator("#conversation header").getByRole("button", { name, exact: false });
const line = (page, words) => page.locator('li[data-kind="line"]').filter({ hasText: words });
const banners = (page) => page.locator(".covers");
const notice = (page, words) => page.locator(".notice").filter({ hasText: words });
const said = (page, words) => page.locator('[data-region="polite"]').filter({ hasText: words });
const dialog = (page) => page.getByRole("dialog", { name: "Coverage", exact: true });
const queue_door = (page) => page.getByRole("link", { name: "Queue", exact: true });
/** Where the node lets whoever works with patients see those in it, the door is always there. */
const only_while_covering = async (page) => assert.equal(await queue_door(page).count(), of_patients ? 1 : 0);
/** The focus. */
const toHave = (page, words) => page.waitForFunction((some) => document.activeElement !== document.body && document.activeElement?.textContent?.includes(some), words);

async function act(page, answers, item) {
  await chip(page, answers).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

async function openDialog(page) {
  await page.getByRole("button", { name: /^Your status/ }).click();
  await page.getByRole("menuitem", { name: "Coverage…" }).click();
  await dialog(page).waitFor();
}

/** As the browser's own fields hold it, in its own zone. */
const fields = (page, in_minutes) => page.evaluate((minutes) => {
  const date = new Date(Date.now() + minutes * 60_000);
  const two = (value) => String(value).padStart(2, "0");
  return { day: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`, time: `${two(date.getHours())}:${two(date.getMinutes())}` };
}, in_minutes);

async function fill(page, which, in_minutes) {
  const { day, time } = await fields(page, in_minutes);
  await dialog(page).getByLabel(`Day it ${which}`).fill(day);
  await dialog(page).getByLabel(`Time it ${which}`).fill(time);
}

async function pick(page, label, name) {
  const field = dialog(page).getByRole("combobox", { name: label });
  await field.fill(name);
  await dialog(page).getByRole("option").filter({ hasText: name }).first().click();
}

const arrange = (page) => dialog(page).getByRole("button", { name: "Arrange coverage" }).click();
const arranged = (page, words) => dialog(page).getByRole("listitem").filter({ hasText: words });

test("the dialog says what is missing, beside each field, and what will be, before it is arranged", async () => {
  const { page } = okafor;
  await only_while_covering(lindqvist.page);
  await openDialog(page);
  await dialog(page).getByText("Nobody covers for you, and you cover for nobody.").waitFor();
  await accessible(page, "dialog, nothing arranged");
  await arrange(page);
  for (const words of ["Choose who covers.", "Choose the day and the time it ends.", "Write a reason. Whoever covers sees it."]) await dialog(page).getByText(words).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "combobox", "the first field that has a fault");
  const compliance = dialog(page).getByRole("option").filter({ hasText: "Folake Adeyemi" });
  await compliance.getByText("Cannot answer for patients.").waitFor();
  await accessible(page, "dialog with faults");
  await pick(page, "Who covers?", "Anna Lindqvist");
  await dialog(page).getByText("Choose who covers.").waitFor({ state: "detached" });
  await toHave(page, "Change");
  await dialog(page).getByRole("button", { name: /^Tomorrow, / }).click();
  await dialog(page).getByText(/^From now until .* Anna Lindqvist can read and answer your patient conversations, not direct messages\. It ends by itself\.$/).waitFor();
  await fill(page, "ends", 200 * 24 * 60);
  await dialog(page).getByText("A coverage can last 92 days.", { exact: false }).waitFor();
  await fill(page, "ends", 20);
  await dialog(page).getByLabel("Reason", { exact: true }).fill(REASON);
  assert.equal(await dialog(page).getByRole("alert").count(), 0);
  await accessible(page, "dialog, all filled in");
  await arrange(page);
  await arranged(page, /Anna Lindqvist covers for you until .*Annual leave/).waitFor();
  await toHave(page, "Arranged");
  await accessible(page, "dialog, arranged");
});

test("who covers hears it where they are, and has a door to the queue", async () => {
  const { page } = lindqvist;
  await notice(page, `You now cover for Chidi Okafor until`).filter({ hasText: REASON }).waitFor();
  await said(page, "You now cover for Chidi Okafor until").waitFor({ state: "attached" });
  await queue_door(page).waitFor();
  await accessible(page, "what is news");
  await notice(page, "You now cover").getByRole("link", { name: "Open the queue" }).click();
  await notice(page, "You now cover").waitFor({ state: "detached" });
  await banners(page).getByText(`You cover for Chidi Okafor until`, { exact: false }).waitFor();
  await page.getByRole("button", { name: "Covered by me", exact: true }).click();
  await queued(page).filter({ hasText: "Chidi Okafor answers" }).waitFor();
  await page.locator(".list a[data-conversation]").nth(1).waitFor({ state: "detached" });
  await accessible(page, "queue of who covers");
});

test("it is arranged once for these two in that time: the node's words stand beside the field", async () => {
  const { page } = okafor;
  await pick(page, "Who covers?", "Anna Lindqvist");
  await fill(page, "ends", 40);
  await dialog(page).getByLabel("Reason", { exact: true }).fill(REASON);
  await arrange(page);
  await dialog(page).getByRole("alert").filter({ hasText: "These two have a coverage in that time already." }).waitFor();
  await accessible(page, "dialog, refused");
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await toHave(page, "Your status:"); // where it came from
});

test("from the queue it is read by coverage, joined, and taken over", async () => {
  const { page } = lindqvist;
  await listed(patient.page).tap();
  await patient.page.locator("article[data-message]").filter({ hasText: "It is worse at night." }).waitFor();
  await listed(page).click();
  await message(page, "It is worse at night.").waitFor();
  assert.equal((await lindqvist_api.get(`/v1/conversations/${id}`)).my.basis, "coverage");
  await page.locator("#conversation .covers").getByText(new RegExp(`^You cover for Chidi Okafor until .*: ${REASON}$`)).waitFor();
  await page.getByText("You are not in this conversation.", { exact: false }).waitFor();
  await accessible(page, "a conversation that is read by coverage");
  await page.getByRole("button", { name: "Join conversation" }).click();
  await page.locator("#conversation textarea[data-composer]").waitFor();
  await act(page, "Chidi Okafor answers", "Take over from Chidi Okafor…");
  await page.getByRole("alertdialog").getByRole("button", { name: "Take over", exact: true }).click();
  await chip(page, "You answer, covering for Chidi Okafor").waitFor();
  await page.locator("#conversation .covers").waitFor();
  await listed(okafor.page).click();
  await chip(okafor.page, "Anna Lindqvist, covering for Chidi Okafor").waitFor();
  assert.equal(await banners(okafor.page).count(), 0);
  await accessible(page, "a conversation that one answers for another");
});

test("the patient sees who covers for whom", async () => {
  const { page } = patient;
  const words = unique("I am here for Dr. Okafor.");
  await say(lindqvist.page, words);
  await page.locator("article[data-message]").filter({ hasText: words }).waitFor();
  await page.locator("footer").getByText(/^Anna Lindqvist is covering for Chidi Okafor until .*\.$/).waitFor();
  await accessible(page, "the patient's page");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, "no sideways scrolling");
});

test("whoever covers is asked to take over as well, and comes in by accepting; the summary is in the chart", async () => {
  const { conversation_id: other } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: unique("Rash after the new tablets") });
  await okafor_api.post(`/v1/conversations/${other}/care`, { step: "take" });
  const open = (page) => page.evaluate((to) => { location.hash = to; }, `#/inbox/${other}`);
  await open(okafor.page);
  await act(okafor.page, "You answer", "Hand over to…");
  const asking = okafor.page.getByRole("dialog", { name: "Hand over to…" });
  await asking.getByRole("combobox").fill("Lind");
  await asking.getByRole("option", { name: /Anna Lindqvist.*Covers for you/ }).click();
  await asking.getByLabel("Summary (optional)").fill("Rash since Monday, tablets stopped.");
  await asking.getByText("other patients have a similar name", { exact: false }).waitFor();
  for (const one of await asking.getByRole("checkbox").all()) await one.check();
  await asking.getByRole("button", { name: "Ask to take over" }).click();
  await asking.waitFor({ state: "detached" });
  const { page } = lindqvist;
  await open(page);
  await page.getByText("Chidi Okafor asks you to take over.", { exact: false }).first().waitFor();
  await message(page, "Rash since Monday, tablets stopped.").waitFor();
  await accessible(page, "whoever covers is asked to take over");
  await page.getByRole("button", { name: "Join and accept" }).click();
  await chip(page, "You answer, covering for Chidi Okafor").waitFor();
  await page.locator("#composer textarea[data-composer]").waitFor();
  assert.equal((await okafor_api.get(`/v1/conversations/${other}`)).care.party.person.name, "Anna Lindqvist");
  for (const one of [okafor, lindqvist]) await one.page.evaluate((to) => { location.hash = to; }, `#/inbox/${id}`);
  await chip(page, "You answer, covering for Chidi Okafor").waitFor();
});

test("without a connection nothing is arranged or ended, and the dialog says why", async () => {
  const { page, context } = okafor;
  await openDialog(page);
  await arranged(page, "Anna Lindqvist covers for you").waitFor();
  await context.setOffline(true);
  await dialog(page).getByText("Offline: coverage is arranged and ended only with a connection.").waitFor();
  assert.equal(await dialog(page).getByRole("button", { name: "Arrange coverage" }).isDisabled(), true);
  assert.equal(await dialog(page).getByRole("button", { name: /^End now/ }).isDisabled(), true);
  await accessible(page, "dialog without a connection");
  await context.setOffline(false);
  await online(page);
  await dialog(page).getByText("Offline:", { exact: false }).waitFor({ state: "detached" });
});

test("ended early it is over everywhere within five seconds", async () => {
  const { page } = okafor;
  await arranged(page, "Anna Lindqvist covers for you").getByRole("button", { name: /^End now/ }).click();
  const question = page.getByRole("alertdialog", { name: "End this coverage now?" });
  await question.getByText("Anna Lindqvist can then no longer read your patient conversations by it.", { exact: false }).waitFor();
  await accessible(page, "before it is ended");
  await question.getByRole("button", { name: "Keep it" }).click();
  await question.waitFor({ state: "detached" });
  await toHave(page, "End now");
  await page.keyboard.press("Enter");
  await question.getByRole("button", { name: "End now" }).click();
  const ended_ms = Date.now();
  await lindqvist.page.getByText("This is not here, or you may not see it.").waitFor();
  assert.equal(await lindqvist.page.locator("#conversation article[data-message]").count(), 0);
  await banners(lindqvist.page).first().waitFor({ state: "detached" });
  await listed(lindqvist.page).waitFor({ state: "detached" });
  await patient.page.locator("footer").getByText("is covering for Chidi Okafor", { exact: false }).waitFor({ state: "detached" });
  assert.ok(Date.now() - ended_ms <= AFTER_THE_END_MS, `${Date.now() - ended_ms} ms`);
  await assert.rejects(lindqvist_api.get(`/v1/conversations/${id}/events`), /404/);
  await notice(lindqvist.page, "Your coverage for Chidi Okafor has ended.").waitFor();
  if (!of_patients) await lindqvist.page.getByText("Your coverage has ended, and with it your view of the queue.").waitFor();
  await only_while_covering(lindqvist.page);
  await accessible(lindqvist.page, "whose coverage has ended");
  await dialog(page).getByText("Nobody covers for you, and you cover for nobody.").waitFor();
  await question.waitFor({ state: "detached" });
  await toHave(page, "Arranged");
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await chip(page, "You answer").waitFor();
  await line(page, "Anna Lindqvist's coverage for you ended. You answer again").waitFor();
  await line(patient.page, "Anna Lindqvist is not covering for your care team any more").waitFor();
  await notice(lindqvist.page, "has ended").getByRole("button", { name: "Close" }).click();
  await notice(lindqvist.page, "has ended").waitFor({ state: "detached" });
});

test("from the conversation it is arranged for later; the administrator sees everybody's, and may end it", async () => {
  const { page } = okafor;
  await act(page, "You answer", "Arrange coverage…");
  await dialog(page).waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "combobox");
  await pick(page, "Who covers?", "Anna Lindqvist");
  await dialog(page).getByLabel("A set time").check();
  await fill(page, "begins", 2 * 24 * 60);
  await dialog(page).getByRole("button", { name: /^The next day, / }).click();
  await dialog(page).getByLabel("Reason", { exact: true }).fill(REASON);
  await accessible(page, "dialog, for later");
  await arrange(page);
  await arranged(page, /^Anna Lindqvist will cover for you from .* until /).waitFor();
  await page.keyboard.press("Escape");
  await notice(lindqvist.page, "You will cover for Chidi Okafor from").waitFor();
  await only_while_covering(lindqvist.page);
  await openDialog(teo.page);
  await dialog(teo.page).getByText("Nobody covers for you, and you cover for nobody.").waitFor();
  await dialog(teo.page).getByRole("button", { name: "Everybody" }).click();
  await accessible(teo.page, "everybody's");
  await arranged(teo.page, /^Anna Lindqvist will cover for Chidi Okafor from/).getByRole("button", { name: /^End now/ }).click();
  await teo.page.getByRole("alertdialog").getByRole("button", { name: "End now" }).click();
  await dialog(teo.page).getByText("Nobody covers for anybody.").waitFor();
  await notice(lindqvist.page, "You will not cover for Chidi Okafor after all.").waitFor();
});

test("the administrator arranges it for others, who are named", async () => {
  const { page } = teo;
  await pick(page, "Who is away?", "Chidi Okafor");
  await pick(page, "Who covers?", "Jonas Meyer");
  await dialog(page).getByRole("button", { name: /^Tomorrow, / }).click();
  await dialog(page).getByText(/Jonas Meyer can read and answer Chidi Okafor's patient conversations/).waitFor();
  await dialog(page).getByLabel("Reason", { exact: true }).fill(REASON);
  await arrange(page);
  await arranged(page, /^Jonas Meyer covers for Chidi Okafor until .*\(arranged by Teo Alvarez\)/).waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
});

test("the dialog on a phone", async () => {
  const phone = await at(chrome, node, okafor.account, PHONE);
  await online(phone.page);
  await phone.page.getByRole("button", { name: /^Your status/ }).tap();
  await phone.page.getByRole("menuitem", { name: "Coverage…" }).tap();
  await arranged(phone.page, "Jonas Meyer covers for you").waitFor();
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, "no sideways scrolling");
  await accessible(phone.page, "dialog on a phone");
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("whoever answers for no patient is not offered it", async () => {
  for (const login of ["adeyemi", "haas"]) {
    const { page, context } = await at(chrome, node, node.people().find((one) => one.login === login));
    await online(page);
    await page.getByRole("button", { name: /^Your status/ }).click();
    await page.getByRole("menuitemradio", { name: "Available" }).waitFor();
    assert.equal(await page.getByRole("menuitem", { name: "Coverage…" }).count(), 0, login);
    await context.close();
  }
});

test("nothing broke the policy of the page", () => {
  for (const { violations } of [okafor, lindqvist, teo, patient]) assert.deepEqual(violations, []);
});
