// Reading in an emergency: offered to whose role lets them and to nobody else, asked for with a reason, read-only under a bar, on the record; and
// the words of a retracted message, for compliance.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const SAID = unique("Give her the blue tablets");
const WRONG = unique("Ten times the dose");
const REASON = unique("Complaint about a dose");
const plain = (body) => ({ body, audience: "everyone", priority: "routine", mentions: [] });

let node;
let chrome;
let adeyemi;
let okafor_api;
let adeyemi_api;
let id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [okafor_api, adeyemi_api] = await Promise.all(["okafor", "adeyemi"].map((login) => node.api(account(login))));
  const { people } = await okafor_api.get("/v1/people?q=jonas");
  ({ conversation_id: id } = await okafor_api.post("/v1/conversations", { kind: "direct", person_id: people[0].id }));
  await okafor_api.post(`/v1/conversations/${id}/messages`, plain(SAID));
  const { seq } = await okafor_api.post(`/v1/conversations/${id}/messages`, plain(WRONG));
  await okafor_api.delete(`/v1/conversations/${id}/messages/${seq}?reason=wrong%20dose`);
  adeyemi = await at(chrome, node, account("adeyemi"));
  await online(adeyemi.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const open = (page, to = id) => page.evaluate((one) => { location.hash = `#/team/${one}`; }, to);
const request = (page) => page.getByRole("button", { name: "Request access…" });
const asked = (page) => page.getByRole("dialog", { name: "Read in an emergency?" });
const records = async (action) => (await adeyemi_api.get(`/v1/audit?limit=100&conversation_id=${id}`)).records.filter((one) => one.action === action && one.actor?.id === adeyemi_api.person.id);

test("whose role does not let them is told that there is nothing, and is offered nothing", async () => {
  const rosa = await at(chrome, node, node.people().find((one) => one.login === "rosa"));
  await online(rosa.page);
  await open(rosa.page);
  await rosa.page.getByText("This is not here, or you may not see it.", { exact: false }).or(rosa.page.getByRole("button", { name: "Back to the list" })).first().waitFor();
  assert.equal(await request(rosa.page).count(), 0);
  await accessible(rosa.page, "nothing that may be read");
  assert.deepEqual(rosa.violations, []);
  await rosa.context.close();
});

test("without a reason nothing is asked for; with one it opens, read-only, under a bar, and is on the record", async () => {
  const { page } = adeyemi;
  await open(page);
  await request(page).focus();
  await page.keyboard.press("Enter");
  await accessible(page, "reading in an emergency");
  await page.keyboard.type("because");
  await asked(page).getByRole("button", { name: "Open and put it on the record" }).click();
  await asked(page).getByText("Write why, in a few words.").waitFor();
  assert.equal((await records("glass_broken")).length, 0);
  await accessible(page, "reading in an emergency, without a reason");
  await asked(page).getByLabel("Reason").fill(REASON);
  await asked(page).getByLabel("For how long?").selectOption("15 minutes");
  await asked(page).getByRole("button", { name: "Open and put it on the record" }).click();
  await asked(page).waitFor({ state: "detached" });
  await message(page, SAID).waitFor();
  await page.locator("[data-glass]").getByText(/^You read this by emergency access until \d+:\d\d\s?[AP]M; it is on the record\.$/).waitFor();
  await page.getByText("You can read here, not write.").waitFor();
  assert.equal(await page.locator("#composer textarea").count(), 0);
  await accessible(page, "a conversation by emergency access");
  const [record] = await records("glass_broken");
  assert.equal(record.reason, REASON);
});

test("a retracted message shows its words to compliance, with the reason that was given", async () => {
  const { page } = adeyemi;
  const gone = message(page, "Chidi Okafor retracted this message.");
  assert.equal(await gone.getByText(WRONG).count(), 0);
  await gone.getByRole("button", { name: "Show the words" }).click();
  const dialog = page.getByRole("dialog", { name: "What was retracted" });
  await dialog.getByText(WRONG).waitFor();
  await dialog.getByText("Reason given: wrong dose").waitFor();
  await accessible(page, "what was retracted");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

test("opened anew it still says until when; what there is not cannot be opened", async () => {
  const { page } = adeyemi;
  await page.reload();
  await online(page);
  await message(page, SAID).waitFor();
  await page.locator("[data-glass]").getByText(/^You read this by emergency access until \d+:\d\d\s?[AP]M; it is on the record\.$/).waitFor();
  await open(page, `con_${"0".repeat(25)}1`);
  await request(page).click();
  await asked(page).getByLabel("Reason").fill(REASON);
  await asked(page).getByRole("button", { name: "Open and put it on the record" }).click();
  await asked(page).getByText("There is no such conversation, or your role cannot open it.").waitFor();
  await accessible(page, "nothing to open");
});

test("on a phone nothing scrolls sideways", async () => {
  const phone = await at(chrome, node, adeyemi.account, PHONE);
  const { page } = phone;
  await online(page);
  await open(page);
  await page.locator("[data-glass]").waitFor();
  await accessible(page, "by emergency access on a phone");
  await open(page, `con_${"0".repeat(25)}1`);
  await request(page).tap();
  await asked(page).getByLabel("Reason").waitFor();
  await accessible(page, "reading in an emergency on a phone");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("nothing broke the page's policy", () => {
  assert.deepEqual(adeyemi.violations, []);
});
