// The patient beside a conversation: care team, sites, caregivers, other conversations, the rooms beside it and the way back from them, and the
// chart of the clinic's other system; and what the clinic sets for it, by an administrator.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const TOPIC = unique("My knee");
const OTHER = unique("A refill");
const ROOM = unique("Which antibiotic");
const plain = (body) => ({ body, audience: "everyone", priority: "routine", mentions: [] });

let node;
let chrome;
let okafor;
let teo;
let okafor_api;
let patient_api;
let id;
let direct_id;
let team;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [okafor_api, patient_api] = await Promise.all(["okafor", "garcia"].map((login) => node.api(account(login))));
  const teo_api = await node.api(account("teo"));
  const patient_id = patient_api.person.id;
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id, topic: TOPIC }));
  await patient_api.post(`/v1/conversations/${id}/messages`, plain("It hurts on the stairs"));
  await patient_api.post("/v1/conversations", { kind: "patient", patient_id, topic: OTHER });
  await teo_api.post("/v1/people", { kind: "proxy", name: "Luis Garcia", title: "husband", login: "", password: "", proxy_for: [patient_id] });
  const { people } = await okafor_api.get("/v1/people?limit=500");
  const { patients } = await okafor_api.get("/v1/patients?q=MRN-10240");
  team = patients[0].patient.care_team.map((member) => people.find((one) => one.id === member));
  ({ conversation_id: direct_id } = await okafor_api.post("/v1/conversations", { kind: "direct", person_id: team.find((one) => one.id !== okafor_api.person.id).id }));
  [okafor, teo] = await Promise.all(["okafor", "teo"].map((login) => at(chrome, node, account(login))));
  for (const { page } of [okafor, teo]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const panel = (page) => page.getByRole("complementary", { name: "Conversation details" });
async function open(page, to = `#/inbox/${id}`) {
  await page.evaluate((hash) => { location.hash = hash; }, to);
  await page.locator("#conversation header").waitFor();
}
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test("the patient's name opens the panel: care team by name, sites, and who acts for them", async () => {
  const { page } = okafor;
  await open(page);
  await message(page, "It hurts on the stairs").waitFor();
  const name = page.locator("#conversation header").getByRole("button", { name: "Maria Garcia", exact: true });
  assert.equal(await name.getAttribute("aria-expanded"), "false");
  await name.focus();
  await page.keyboard.press("Enter");
  for (const one of team) await panel(page).locator("[data-team]").getByRole("button", { name: `${one.name}: profile` }).waitFor();
  await panel(page).locator("[data-caregivers]").getByText("husband, cannot sign in yet").waitFor();
  assert.notEqual((await panel(page).locator("[data-sites]").textContent()).trim(), "");
  await panel(page).locator("[data-others]").getByRole("link", { name: OTHER }).waitFor();
  await accessible(page, "the patient beside a conversation");
});

test("a name of the care team opens their profile, from which they are written to", async () => {
  const { page } = okafor;
  const other = team.find((one) => one.id !== okafor_api.person.id);
  await panel(page).getByRole("button", { name: `${other.name}: profile` }).click();
  const profile = page.getByRole("dialog", { name: other.name, exact: true });
  await profile.getByRole("button", { name: "Message", exact: true }).waitFor();
  await accessible(page, "a profile over a conversation");
  await profile.getByRole("button", { name: "Message", exact: true }).click();
  await page.waitForFunction((to) => location.hash === `#/team/${to}`, direct_id);
  await open(page);
});

test("a care room is begun from the panel, stands in it, and leads back from its header and its panel", async () => {
  const { page } = okafor;
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await panel(page).locator("[data-rooms]").getByRole("button", { name: "New care room" }).click();
  const dialog = page.getByRole("dialog", { name: "New care room" });
  await dialog.getByLabel("Topic").fill(ROOM);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.waitForFunction(() => location.hash.startsWith("#/team/con_"));
  const back = page.locator("#conversation header").getByRole("link", { name: "Patient conversation" });
  await back.waitFor();
  await accessible(page, "a care room's header");
  await back.click();
  await page.waitForFunction((to) => location.hash === `#/inbox/${to}`, id);
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await panel(page).locator("[data-rooms]").getByRole("link", { name: ROOM }).click();
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await panel(page).locator("[data-beside]").getByRole("link", { name: "Back to the patient conversation" }).waitFor();
  await accessible(page, "the patient beside a care room");
  await panel(page).locator("[data-beside]").getByRole("link").click();
  await page.waitForFunction((to) => location.hash === `#/inbox/${to}`, id);
});

test("the administrator sets where charts are; what is no such address is refused before it is saved", async () => {
  const { page } = teo;
  await page.getByRole("button", { name: /status/i }).first().click();
  await page.getByRole("menuitem", { name: "Clinic settings…" }).click();
  const dialog = page.getByRole("dialog", { name: "Clinic settings" });
  const field = dialog.getByLabel("Link to a patient's chart");
  await field.fill("http://ehr.example/chart?mrn={mrn}");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.getByText("Write an address that begins with https://.").waitFor();
  await field.fill("https://ehr.example/chart");
  await dialog.getByText("Write {mrn} where the patient number goes.").waitFor();
  await accessible(page, "the clinic's settings, with a chart's address that is wrong");
  await field.fill("https://ehr.example/chart?mrn={mrn}");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "detached" });

  const link = panel(okafor.page).getByRole("link", { name: /^Open chart.*opens in a new tab$/ });
  if (await panel(okafor.page).count() === 0) await okafor.page.getByRole("button", { name: "Details", exact: true }).click();
  await link.waitFor();
  assert.deepEqual(await Promise.all(["href", "target", "rel"].map((one) => link.getAttribute(one))), ["https://ehr.example/chart?mrn=MRN-10240", "_blank", "noopener noreferrer"]);
  await accessible(okafor.page, "a link to the chart");
});

test("a reason gets another role at one site, and it stays so", async () => {
  const { page } = teo;
  await page.getByRole("button", { name: /status/i }).first().click();
  await page.getByRole("menuitem", { name: "Clinic settings…" }).click();
  const dialog = page.getByRole("dialog", { name: "Clinic settings" });
  await dialog.locator("form").waitFor();
  if (await dialog.locator("[data-reason]").count() === 0) {
    await dialog.getByRole("button", { name: "Add a reason" }).click();
    await dialog.getByLabel("Reason", { exact: true }).fill("Refill");
  }
  const reason = dialog.locator("[data-reason]").first();
  const name = await reason.getByLabel("Reason", { exact: true }).inputValue();
  const sites = reason.locator("[data-site]");
  const had = await sites.count();
  await reason.getByRole("button", { name: `Another role at a site: ${name}` }).click();
  await sites.nth(had).getByLabel(`Who answers at site ${had + 1}: ${name}`).selectOption("Physicians");
  await accessible(page, "another role at a site");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  const { settings } = await okafor_api.get("/v1/settings");
  assert.equal(settings.reasons.find((one) => one.name === name).of_sites.at(-1).role, "physician");
});

test("beside colleagues alone there is no patient, and nothing of one is asked for", async () => {
  const { page } = okafor;
  await open(page, `#/team/${direct_id}`);
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await panel(page).getByRole("heading", { name: /^Members/ }).waitFor();
  assert.equal(await panel(page).locator("[data-patient], [data-others], [data-rooms]").count(), 0);
});

test("on a phone the name opens the panel over all of it, with nothing to scroll sideways", async () => {
  const phone = await at(chrome, node, okafor.account, PHONE);
  const { page } = phone;
  await online(page);
  await open(page);
  await page.getByRole("heading", { name: "Maria Garcia" }).getByRole("button").tap();
  await panel(page).locator("[data-caregivers]").getByText("Luis Garcia").first().waitFor();
  await accessible(page, "the patient's panel on a phone");
  assert.equal(await sideways(page), 0);
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("nothing broke the page's policy", () => {
  for (const { violations } of [okafor, teo]) assert.deepEqual(violations, []);
});
