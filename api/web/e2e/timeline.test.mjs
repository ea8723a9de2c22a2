// A message that was written to the wrong patient is moved to the right one, and all that was said with a patient is seen in one place: by who may read
// it, notes apart from what the patient read.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const plain = (body, more = {}) => ({ body, audience: "everyone", priority: "routine", mentions: [], ...more });
const [KNEE, REFILL, FEVER] = [unique("My knee"), unique("Refill"), unique("Fever")];
const [WRONG, NOTE] = [unique("The potassium is 6.9"), unique("Call the mother")];

let node;
let chrome;
let okafor;
let patient;
let okafor_api;
let patient_api;
let id;
let refill_id;
let leo_id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [okafor_api, patient_api] = await Promise.all(["okafor", "garcia"].map((login) => node.api(account(login))));
  const begin = async (topic) => (await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic })).conversation_id;
  id = await begin(KNEE);
  refill_id = await begin(REFILL);
  await patient_api.post(`/v1/conversations/${id}/messages`, plain("It hurts on the stairs"));
  await patient_api.post(`/v1/conversations/${refill_id}/messages`, plain("Two are left"));
  await okafor_api.post(`/v1/conversations/${id}/care`, { step: "take" });
  await okafor_api.post(`/v1/conversations/${id}/messages`, plain(WRONG));
  await okafor_api.post(`/v1/conversations/${id}/messages`, plain(NOTE, { audience: "team" }));
  const { patients } = await okafor_api.get("/v1/patients?q=Leo%20Tran");
  ({ conversation_id: leo_id } = await okafor_api.post("/v1/conversations", { kind: "patient", patient_id: patients[0].id, topic: FEVER }));
  okafor = await at(chrome, node, account("okafor"));
  patient = await at(chrome, node, account("garcia"), PHONE, "/p/");
  await online(okafor.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const all = (page) => page.locator("[data-timeline]");
const item = (page, words) => all(page).locator("[data-item]").filter({ hasText: words });
const dialog = (page) => page.getByRole("dialog", { name: "Written to the wrong patient" });
const said = async (conversation_id) => JSON.stringify(await okafor_api.get(`/v1/conversations/${conversation_id}/events`));

async function open(page, conversation_id, words) {
  await page.evaluate((one) => { location.hash = `#/inbox/${one}`; }, conversation_id);
  await message(page, words).waitFor();
}

async function act(page, words, name) {
  await message(page, words).hover();
  await message(page, words).getByRole("button", { name: "Message actions" }).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

test("a reply to the wrong patient is taken back here and written there; it is said who may have read it", async () => {
  const { page } = okafor;
  await open(page, id, WRONG);
  await act(page, WRONG, "Written to the wrong patient…");
  const asked = dialog(page);
  await asked.getByText(WRONG).waitFor();
  await asked.getByText("They may have seen it all the same.", { exact: false }).or(asked.getByText("Maria Garcia", { exact: false })).first().waitFor();
  await asked.getByText("Both are on the record", { exact: false }).waitFor();
  await asked.getByRole("button", { name: "Take it back and write it there" }).click();
  await asked.getByText("Choose a patient first.").waitFor();
  await accessible(page, "moving a message with a fault");
  const who = asked.getByRole("combobox", { name: "Patient" });
  await who.fill(FEVER);
  await asked.getByRole("option").filter({ hasText: "Leo Tran" }).filter({ hasText: "DOB" }).click();
  await asked.getByText("Record number").waitFor();
  await accessible(page, "moving a message");
  await asked.getByRole("button", { name: "Take it back and write it there" }).click();
  await asked.getByText("It was taken back here, and is now in the conversation with Leo Tran.").waitFor();
  await accessible(page, "a message was moved");
  await asked.getByRole("link", { name: "Open the conversation with Leo Tran" }).click();
  await message(page, WRONG).waitFor();
  assert.equal((await said(id)).includes(WRONG), false);
  await open(page, id, "It hurts on the stairs");
  await page.locator("#conversation article").filter({ hasText: "You retracted this message." }).waitFor();
  // the patient reads that something was taken back, and not where it went
  await patient.page.getByText(KNEE).first().click();
  await patient.page.getByText(/retracted/).first().waitFor();
  const shown = await patient.page.locator("body").innerText();
  for (const words of [WRONG, "Tran", FEVER]) assert.equal(shown.includes(words), false, words);
});

test("a note is moved as a note; who did not write it is not offered it", async () => {
  const { page } = okafor;
  await message(page, "It hurts on the stairs").hover();
  await message(page, "It hurts on the stairs").getByRole("button", { name: "Message actions" }).click();
  await page.getByRole("menuitem", { name: "Reply in thread" }).waitFor();
  assert.equal(await page.getByRole("menuitem", { name: "Written to the wrong patient…" }).count(), 0);
  await page.keyboard.press("Escape");
  await act(page, NOTE, "Written to the wrong patient…");
  await dialog(page).getByText("A team note: the patient has not seen it.").waitFor();
  await dialog(page).getByRole("combobox", { name: "Patient" }).fill("tran");
  await dialog(page).getByRole("option").filter({ hasText: FEVER }).click();
  await dialog(page).getByRole("button", { name: "Take it back and write it there" }).click();
  await dialog(page).getByText("It was taken back here, and is now in the conversation with Leo Tran.").waitFor();
  await dialog(page).getByRole("button", { name: "Close", exact: true }).last().click();
  const there = JSON.parse(await said(leo_id)).events.map((one) => one.event).filter((one) => one.body === NOTE);
  assert.deepEqual(there.map((one) => one.audience), ["team"]);
});

test("all that was said with a patient stands in one place, the newest last, notes apart, what was taken back without its words", async () => {
  const { page } = okafor;
  const note = unique("She asked twice");
  await okafor_api.post(`/v1/conversations/${refill_id}/messages`, plain(note, { audience: "team" }));
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await page.getByRole("button", { name: "All conversations" }).click();
  await item(page, "It hurts on the stairs").getByRole("link", { name: `Open ${KNEE}` }).waitFor();
  await item(page, "Two are left").getByText("Maria Garcia (patient)").waitFor();
  await item(page, note).getByText("Team only").waitFor();
  assert.equal(await item(page, note).evaluate((one) => getComputedStyle(one).borderTopStyle), "dashed");
  await item(page, "retracted this message").first().waitFor();
  assert.equal((await all(page).innerText()).includes(WRONG), false);
  await all(page).getByText("Today").first().waitFor();
  await accessible(page, "all conversations of a patient");
  assert.equal(await all(page).locator("[data-item]").last().filter({ hasText: note }).count(), 1);
  // what comes is told, and asked for when one wants it
  const news = unique("One is left");
  await patient_api.post(`/v1/conversations/${refill_id}/messages`, plain(news));
  await all(page).getByRole("button", { name: "Show new messages" }).click();
  await item(page, news).waitFor();
  await item(page, news).getByRole("link", { name: `Open ${REFILL}` }).click();
  await message(page, news).waitFor();
});

test("older ones come as one goes up", async () => {
  const { page } = okafor;
  for (let number = 1; number <= 60; number += 1) await patient_api.post(`/v1/conversations/${refill_id}/messages`, plain(`Day ${number} of 60`));
  await open(page, id, "It hurts on the stairs");
  if (await page.getByRole("button", { name: "All conversations" }).count() === 0) await page.getByRole("button", { name: "Details", exact: true }).click();
  await page.getByRole("button", { name: "All conversations" }).click();
  await item(page, "Day 60 of 60").waitFor();
  assert.equal(await item(page, "It hurts on the stairs").count(), 0);
  const seen = await item(page, "Day 20 of 60").count();
  await all(page).evaluate((one) => { one.scrollTop = 0; });
  await item(page, "It hurts on the stairs").waitFor({ state: "attached" });
  assert.equal(seen <= 1 && (await item(page, "Day 20 of 60").count()) === 1, true);
});

test("without a connection it stays as it was, and says so; on a phone nothing scrolls sideways", async () => {
  const phone = await at(chrome, node, okafor.account, PHONE);
  await online(phone.page);
  await open(phone.page, id, "It hurts on the stairs");
  await phone.page.getByRole("button", { name: "More actions" }).tap();
  await phone.page.getByRole("menuitem", { name: "Details" }).tap();
  await phone.page.getByRole("button", { name: "All conversations" }).tap();
  await item(phone.page, "Day 60 of 60").waitFor();
  await accessible(phone.page, "all conversations on a phone");
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
  await node.kill();
  await phone.page.getByText("Offline: what you see stays as it was.").waitFor();
  await item(phone.page, "Day 60 of 60").waitFor();
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("nothing broke the page's policy", () => {
  for (const { violations } of [okafor, patient]) assert.deepEqual(violations, []);
});
