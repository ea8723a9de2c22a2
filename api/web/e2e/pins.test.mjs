// What is pinned to a patient's chart: on the screens of two of the care team, in a clinic where three patients are called Garcia, and towards a
// patient who learns of none of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, openTeam, PHONE } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const TOPIC = unique("My knee");
const ASKED = unique("It hurts on the stairs");
const SAID = unique("Cool it and rest");
const NOTE = unique("Think of a meniscus");
const SUMMARY = unique("Knee pain, told to rest");
const SURE = "This is Maria Garcia, born 03/12/1984, number MRN-10240";

let node;
let chrome;
let okafor;
let jonas;
let patient;
let okafor_api;
let patient_api;
let id;
let direct_id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [okafor_api, patient_api] = await Promise.all(["okafor", "garcia"].map((login) => node.api(account(login))));
  const { people } = await okafor_api.get("/v1/people?q=jonas");
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: TOPIC }));
  await patient_api.post(`/v1/conversations/${id}/messages`, plain(`**${ASKED}**`));
  await okafor_api.post(`/v1/conversations/${id}/care`, { step: "take" });
  await okafor_api.post(`/v1/conversations/${id}/messages`, plain(SAID));
  await okafor_api.post(`/v1/conversations/${id}/messages`, plain(NOTE, { audience: "team" }));
  ({ conversation_id: direct_id } = await okafor_api.post("/v1/conversations", { kind: "direct", person_id: people[0].id }));
  [okafor, jonas] = await Promise.all(["okafor", "jonas"].map((login) => at(chrome, node, account(login))));
  patient = await at(chrome, node, account("garcia"), PHONE, "/p/");
  for (const { page } of [okafor, jonas]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const plain = (body, more = {}) => ({ body, audience: "everyone", priority: "routine", mentions: [], ...more });
const pinned = async () => (await okafor_api.get(`/v1/conversations/${id}/pins`)).pins;
const section = (page) => page.locator("aside [data-pins]");
const pin = (page, words) => section(page).locator("[data-pin]").filter({ hasText: words });
const line = (page, words) => page.locator('li[data-kind="line"]').filter({ hasText: words });
const dialog = (page, name = "Pin to a chart") => page.getByRole("dialog", { name, exact: true });
const choice = (page, words) => dialog(page).locator("[data-choice]").filter({ hasText: words });
const doIt = (page) => dialog(page).getByRole("button", { name: "Pin", exact: true });

async function open(page) {
  await page.evaluate((one) => { location.hash = `#/inbox/${one}`; }, id);
  await message(page, ASKED).waitFor();
}

async function act(page, words, item) {
  await message(page, words).hover();
  await message(page, words).getByRole("button", { name: "Message actions" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("a message is pinned with those around it and a summary, once it is said which Garcia; a colleague has it in the panel at once", async () => {
  const { page } = okafor;
  await open(jonas.page);
  await jonas.page.getByRole("button", { name: "Details", exact: true }).click();
  await section(jonas.page).getByRole("button", { name: "Pin a summary…" }).waitFor();
  await section(jonas.page).getByText("Nothing is pinned to this chart.").waitFor();

  await open(page);
  await act(page, SAID, "Pin to Garcia, M.…");
  const asked = dialog(page);
  await asked.locator(".chart").filter({ hasText: "Maria Garcia" }).filter({ hasText: "03/12/1984" }).filter({ hasText: "MRN-10240" }).waitFor();
  await asked.getByText("A pin is a copy.", { exact: false }).waitFor();
  const similar = asked.locator(".similar li");
  await similar.filter({ hasText: "Marta Garcia, born 12/03/1948, number MRN-10204" }).waitFor();
  await similar.filter({ hasText: "Noemi Garcia" }).waitFor();
  assert.equal(await doIt(page).isDisabled(), true);
  await accessible(page, "pin to a chart");
  await asked.getByLabel("Summary (optional)").fill(SUMMARY);
  await asked.getByLabel("Summary (optional)").press("Tab");
  assert.equal(await choice(page, SAID).getByRole("checkbox").isChecked(), true);
  await choice(page, ASKED).getByRole("checkbox").check();
  await choice(page, NOTE).getByRole("checkbox").check();
  await asked.getByText("3 messages will be pinned.").waitFor();
  assert.equal(await doIt(page).isDisabled(), true);
  await asked.getByLabel(SURE).check();
  await accessible(page, "pin to a chart, said who is meant");
  await doIt(page).click();
  await asked.waitFor({ state: "detached" });

  const there = pin(jonas.page, SUMMARY);
  await there.getByText("Pinned by Chidi Okafor, MD").waitFor();
  for (const words of [ASKED, SAID]) await there.locator("[data-pinned]").filter({ hasText: words }).waitFor();
  await there.locator("[data-pinned].note").filter({ hasText: NOTE }).getByText("Team only").waitFor();
  const [record] = await pinned();
  assert.equal(await there.locator("code").getAttribute("title"), record.sha256);
  await accessible(jonas.page, "pins beside a conversation");
  await line(jonas.page, "Chidi Okafor pinned something to Maria Garcia's chart").waitFor();
});

test("the line leads to the pins", async () => {
  const { page } = okafor;
  await line(page, "You pinned something to Maria Garcia's chart").getByRole("button").click();
  await pin(page, SUMMARY).getByText("Pinned by you").waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent === "Pins");
});

test("the message is retracted, and the pin shows it as it was, under the same checksum", async () => {
  const { page } = okafor;
  const [{ sha256 }] = await pinned();
  await act(page, SAID, "Retract…");
  const asked = page.getByRole("alertdialog", { name: "Retract this message?" });
  await asked.getByRole("textbox").fill("Wrong advice");
  await asked.getByRole("button", { name: "Retract message" }).click();
  await asked.waitFor({ state: "detached" });
  await message(jonas.page, "Chidi Okafor retracted this message.").waitFor();
  await pin(jonas.page, SUMMARY).locator("[data-pinned]").filter({ hasText: SAID }).waitFor();
  // asked for anew, it is the same
  await jonas.page.reload();
  await message(jonas.page, ASKED).waitFor();
  await jonas.page.getByRole("button", { name: "Details", exact: true }).click();
  await pin(jonas.page, SUMMARY).locator("[data-pinned]").filter({ hasText: SAID }).waitFor();
  assert.deepEqual((await pinned()).map((one) => one.sha256), [sha256]);
});

test("a summary alone is pinned from the panel; without words it is not", async () => {
  const { page } = jonas;
  const words = unique("Physiotherapy from Monday");
  await section(page).getByRole("button", { name: "Pin a summary…" }).click();
  await dialog(page).getByLabel(SURE).check();
  await doIt(page).click();
  await dialog(page).getByText("Write a summary, or choose a message.").waitFor();
  await accessible(page, "pin to a chart with a fault");
  await dialog(page).getByLabel("Summary", { exact: true }).fill(words);
  await doIt(page).click();
  await dialog(page).waitFor({ state: "detached" });
  for (const one of [jonas, okafor]) await section(one.page).locator("[data-pin]").first().filter({ hasText: words }).waitFor();
  assert.deepEqual((await pinned()).map((one) => [one.summary, one.messages.length]), [[words, 0], [SUMMARY, 3]]);
});

test("from another room a patient is chosen first; who may read that room finds the way back to it", async () => {
  const { page } = okafor;
  const words = unique("Her knee again, please look");
  await okafor_api.post(`/v1/conversations/${direct_id}/messages`, plain(words));
  await openTeam(page, direct_id);
  await act(page, words, "Pin to a chart…");
  const who = dialog(page).getByRole("combobox", { name: "Patient" });
  await who.fill("garcia");
  await dialog(page).getByRole("option").filter({ hasText: "MRN-10204" }).waitFor();
  await accessible(page, "choose whose chart");
  await dialog(page).getByRole("option").filter({ hasText: "Maria Garcia" }).filter({ hasText: "MRN-10240 · DOB 03/12/1984" }).click();
  assert.equal(await doIt(page).isDisabled(), true);
  await dialog(page).getByLabel(SURE).check();
  await doIt(page).click();
  await dialog(page).waitFor({ state: "detached" });
  await line(page, "You pinned something to a chart").waitFor();
  assert.equal(await line(page, "You pinned something").getByRole("button").count(), 0, "no chart is shown in this room");
  await open(page);
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await pin(page, words).getByRole("link", { name: "Open conversation" }).click();
  await message(page, words).waitFor();
});

test("on a phone: the dialog fills the screen, nothing scrolls sideways", async () => {
  const phone = await at(chrome, node, okafor.account, PHONE);
  await online(phone.page);
  await open(phone.page);
  await message(phone.page, ASKED).getByRole("button", { name: "Message actions" }).tap();
  await phone.page.getByRole("menuitem", { name: "Pin to Garcia, M.…" }).tap();
  await dialog(phone.page).getByLabel(SURE).waitFor();
  await accessible(phone.page, "pin to a chart on a phone");
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
  await dialog(phone.page).getByRole("button", { name: "Cancel" }).tap();
  await line(phone.page, "You pinned something to Maria Garcia's chart").getByRole("button").first().tap();
  await pin(phone.page, SUMMARY).waitFor();
  await accessible(phone.page, "pins on a phone");
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("the patient learns of none of it", async () => {
  await patient.page.getByText(TOPIC).first().click();
  await patient.page.getByText(ASKED).first().waitFor();
  const shown = await patient.page.locator("body").innerText();
  for (const words of ["pinned", "chart", NOTE, SUMMARY]) assert.equal(shown.includes(words), false, words);
  const heard = (await Promise.all(patient.heard)).join("\n");
  for (const words of ["pinned", "pin_", SUMMARY]) assert.equal(heard.includes(words), false, words);
  await assert.rejects(patient_api.get(`/v1/conversations/${id}/pins`), /40[34]/);
});

test("without a connection pins can be read, and it is said that pinning needs one", async () => {
  const { page } = jonas;
  await node.kill();
  await page.locator('[data-link="waiting"]').waitFor({ state: "attached" });
  await section(page).getByText("Offline: pins can be read. Pinning needs a connection.").waitFor();
  await pin(page, SUMMARY).waitFor();
  await section(page).getByRole("button", { name: "Pin a summary…" }).click();
  await dialog(page).getByText("Could not look for patients with a similar name.").waitFor();
  assert.equal(await doIt(page).isDisabled(), true);
  await accessible(page, "pins without a connection");
});

test("nothing broke the page's policy", () => {
  for (const { violations } of [okafor, jonas, patient]) assert.deepEqual(violations, []);
});
