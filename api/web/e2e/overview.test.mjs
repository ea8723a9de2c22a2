// The clinic's messages in figures, and the directory: on the screens of one who sorts the queue, of a physician, and of an administrator who
// may see neither patients' waiting nor the queue; figures move while they are looked at, and a look at patients happens only when it is meant.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE, say } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const TOPIC = unique("A rash");

let node;
let chrome;
let rosa;
let okafor;
let teo;
let okafor_api;
let patient_api;
let auditor_api;
let id;
let late_id;
/** To whom it was to be handed over. */
let taker;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [okafor_api, patient_api, auditor_api] = await Promise.all(["okafor", "garcia", "adeyemi"].map((login) => node.api(account(login))));
  ({ conversation_id: late_id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: unique("A form") }));
  await okafor_api.post(`/v1/conversations/${late_id}/care`, { step: "take" });
  taker = (await okafor_api.get(`/v1/conversations/${late_id}`)).members.find((one) => one.kind === "staff" && one.person_id !== okafor_api.person.id);
  await okafor_api.post(`/v1/conversations/${late_id}/care`, { step: "hand_over", to_id: taker.person_id, minutes: 1 });
  [rosa, okafor, teo] = await Promise.all(["rosa", "okafor", "teo"].map((login) => at(chrome, node, account(login))));
  for (const { page } of [rosa, okafor, teo]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const plain = (body) => ({ body, audience: "everyone", priority: "routine", mentions: [] });
const writes = (api, body) => api.post(`/v1/conversations/${id}/messages`, plain(body));
const place = (page, name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true });
const tile = (page, name, count) => page.locator(`a[data-tile="${name}"]${count === undefined ? "" : `[data-count="${count}"]`}`);
const age = (page, hours, count) => page.locator(`tr[data-age="${hours}"]${count === undefined ? "" : `[data-count="${count}"]`}`);
const card = (page, name) => page.locator(`[data-card="${name}"]`);
const counted = async (locator) => Number(await locator.getAttribute("data-count"));
const row = (page, name) => page.locator("li").filter({ has: page.locator("[data-person]") }).filter({ hasText: name });
const search = (page) => page.getByRole("searchbox");
const profile = (page, name) => page.getByRole("dialog", { name, exact: true });
const focused = (page) => page.evaluate(() => document.activeElement?.closest("li")?.querySelector(".name")?.textContent?.trim() ?? document.activeElement?.getAttribute("aria-label"));
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const patientLooks = async () => (await auditor_api.get("/v1/audit?limit=100")).records.filter((one) => one.action === "patients_read" && one.actor?.id === okafor_api.person.id).length;

test("figures move while they are looked at: a patient writes, and somebody replies", async () => {
  await place(rosa.page, "Overview").click();
  await place(okafor.page, "Overview").click();
  for (const { page } of [rosa, okafor]) await page.getByRole("table", { name: "What waits, by age" }).waitFor();
  assert.equal(await rosa.page.title(), `${(await counted(tile(rosa.page, "unread_messages"))) > 0 ? `(${await counted(tile(rosa.page, "unread_messages"))}) ` : ""}Overview`);
  await accessible(rosa.page, "overview of who sorts the queue");
  await accessible(okafor.page, "overview of a physician");

  const [total, unread, young, all] = await Promise.all([counted(tile(okafor.page, "total_conversations")), counted(tile(okafor.page, "unread_messages")), counted(age(rosa.page, 1)), counted(tile(okafor.page, "total_messages"))]);
  const replies = (await okafor_api.get("/v1/overview")).first_replies.count;
  await rosa.page.evaluate(() => { window.stands = document.querySelector('[data-card="ages"] table'); });
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: TOPIC }));
  await writes(patient_api, unique("It itches."));
  await tile(okafor.page, "total_conversations", total + 1).waitFor();
  await tile(okafor.page, "unread_messages", unread + 1).waitFor();
  await tile(okafor.page, "total_messages", all + 1).waitFor();
  await age(rosa.page, 1, young + 1).waitFor();
  await okafor.page.getByRole("link", { name: `Unread messages, ${unread + 1}`, exact: true }).waitFor();

  await writes(okafor_api, unique("Come in tomorrow."));
  await age(rosa.page, 1, young).waitFor();
  await card(okafor.page, "replies").getByText(`Of ${replies + 1} first`).waitFor();
  assert.equal(await rosa.page.evaluate(() => window.stands === document.querySelector('[data-card="ages"] table')), true, "nothing was drawn anew");
});

test("a figure leads to what it counts: unread ones, and somebody's part of the queue", async () => {
  await writes(patient_api, unique("Thank you."));
  const { page } = okafor;
  await page.keyboard.press("2");
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.tile), "unread_messages");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Unread", exact: true, pressed: true }).waitFor();
  await page.locator(`a[data-conversation="${id}"]`).waitFor();
  await place(page, "Overview").click();
  await page.getByRole("table", { name: "Who has how much" }).waitFor();
  assert.ok(await page.getByRole("table", { name: "Who has how much" }).getByRole("link").count() > 0, "their own patients wait in it");

  await rosa.page.getByRole("table", { name: "Who has how much" }).getByRole("link", { name: "Front desk" }).click();
  await rosa.page.getByRole("button", { name: "Front desk", exact: true, pressed: true }).waitFor();
  await rosa.page.locator(`a[data-conversation="${id}"]`).waitFor();
  await accessible(rosa.page, "a pool's part of the queue");
  await rosa.page.getByRole("button", { name: "Anyone", exact: true }).click();
  await rosa.page.getByRole("button", { name: "Front desk", exact: true, pressed: false }).waitFor();
});

test("who may not know what waits is told what is needed, and has their own figures", async () => {
  const { page } = teo;
  await place(page, "Overview").click();
  await page.getByText("What waits for patients is shown to staff who work with patients", { exact: false }).waitFor();
  await tile(page, "total_messages").waitFor();
  assert.equal(await page.locator('[data-card]:not([data-card="late-list"])').count(), 0);
  await accessible(page, "overview of an administrator");
});

test("a hand-over that nobody took in time is listed, and leads there whoever may read it; administrators see it without patients", async () => {
  const { page } = okafor;
  const late = (on) => on.locator(`[data-late="${late_id}"]`);
  await place(page, "Overview").click();
  await late(page).waitFor({ timeout: 120_000 }); // it is late after a minute, and looked for every ten seconds
  await late(page).getByText(`From Chidi Okafor to ${taker.name}`).waitFor();
  await late(page).getByText("MRN-10240, born 03/12/1984").waitFor();
  await accessible(page, "hand-overs that nobody took");
  await late(teo.page).getByText("Maria Garcia").waitFor();
  assert.equal(await late(teo.page).getByRole("link").count(), 0);
  await teo.page.getByText("in the whole clinic", { exact: false }).waitFor();
  await accessible(teo.page, "hand-overs that nobody took, to an administrator");
  await late(page).getByRole("link", { name: "Maria Garcia" }).click();
  await page.waitForFunction((to) => location.hash === `#/inbox/${to}`, late_id);
  await page.locator("#conversation header").waitFor();
});

test("somebody is found by name, role, site and whether they are there, by keys alone, and written to", async () => {
  const { page } = okafor;
  await place(page, "Directory").click();
  await row(page, "Wen Zhao").waitFor();
  await accessible(page, "directory");
  await row(page, "Rosa Delgado").getByText("Available").waitFor();
  await rosa.page.getByRole("button", { name: /Your status/ }).click();
  await rosa.page.getByRole("menuitemradio", { name: "Busy" }).click();
  await row(page, "Rosa Delgado").getByText("Busy").waitFor();
  await page.getByRole("button", { name: "Available now" }).click();
  await row(page, "Rosa Delgado").waitFor({ state: "detached" });
  await row(page, "Teo Alvarez").waitFor();
  await page.getByRole("button", { name: "Available now" }).click();
  await page.getByLabel("Role", { exact: true }).selectOption("Nurse");
  await page.getByLabel("Site", { exact: true }).selectOption("San Francisco");
  await row(page, "Denise Brooks").waitFor({ state: "detached" });
  await page.getByText("2 people", { exact: true }).waitFor();
  await page.getByLabel("Role", { exact: true }).selectOption("All roles");
  await page.getByLabel("Site", { exact: true }).selectOption("All sites");

  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("/");
  await page.keyboard.type("nobody of that name");
  await page.getByText("Nobody fits “nobody of that name”.").waitFor();
  await accessible(page, "nobody found");
  await page.keyboard.press("Escape");
  await page.keyboard.type("zhao");
  await row(page, "Wen Zhao").waitFor();
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "Wen Zhao");
  await page.keyboard.press("Enter");
  await profile(page, "Wen Zhao").getByText("San Francisco").waitFor();
  await accessible(page, "a profile");
  await page.keyboard.press("Escape");
  await profile(page, "Wen Zhao").waitFor({ state: "detached" });
  assert.equal(await focused(page), "Wen Zhao");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("main#conversation").waitFor();
  const words = unique("Can you look at her rash?");
  await say(page, words);
  await message(page, words).waitFor();
  const opened = page.url();

  await place(page, "Directory").click();
  await row(page, "Wen Zhao").getByRole("button", { name: "Message to Wen Zhao" }).click();
  await message(page, words).waitFor();
  assert.equal(page.url(), opened, "the conversation there was");
});

test("who works for a partner is told apart, and who is suspended is grey and cannot be written to", async () => {
  const { page } = okafor;
  await place(page, "Directory").click();
  await row(page, "Miriam Haas").locator("[data-person]").click();
  await profile(page, "Miriam Haas").getByText("Works for another organization", { exact: false }).waitFor();
  await accessible(page, "a partner's profile");
  await page.keyboard.press("Escape");
  const malik = (await okafor_api.get("/v1/people?q=malik")).people[0];
  await (await node.api(teo.account)).patch(`/v1/people/${malik.id}`, { state: "suspended" });
  await place(page, "Overview").click();
  await place(page, "Directory").click();
  await page.getByRole("heading", { name: /^Suspended/ }).waitFor();
  assert.equal(await row(page, "Malik Johnson").getByRole("button", { name: /^Message/ }).count(), 0);
  await row(page, "Malik Johnson").locator("[data-person]").click();
  await profile(page, "Malik Johnson").getByText("Messages cannot reach it", { exact: false }).waitFor();
  await accessible(page, "directory with somebody suspended, and their profile");
  await page.keyboard.press("Escape");
  await accessible(page, "directory with somebody suspended");
});

test("who covers for somebody is told to the one who covers", async () => {
  const { page } = okafor;
  const wen_api = await node.api(node.people().find(({ login }) => login === "wen"));
  await wen_api.post("/v1/coverage", { covering_id: okafor_api.person.id, until_ms: Date.now() + 3_600_000, reason: "Training" });
  await page.getByRole("region", { name: "News of your coverage" }).or(page.getByText("You now cover for Wen Zhao", { exact: false })).first().waitFor();
  await row(page, "Wen Zhao").locator("[data-person]").click();
  await profile(page, "Wen Zhao").getByText(/^Covered by you until /).waitFor();
  await page.keyboard.press("Escape");
});

test("patients are looked up only for what was typed, and each look is on the record", async () => {
  const { page } = okafor;
  const looks = await patientLooks();
  const paths = [];
  page.on("request", (request) => { if (request.url().includes("/v1/patients")) paths.push(new URL(request.url()).search); });
  await page.getByRole("button", { name: "Patients", exact: true }).click();
  await page.getByText("Type at least two letters or digits.").waitFor();
  await accessible(page, "patients, nothing typed");
  await page.keyboard.type("g");
  await page.getByText("Type at least two letters or digits.").waitFor();
  await page.keyboard.type("arcia");
  await page.getByText("3 patients", { exact: true }).waitFor();
  await accessible(page, "patients found");
  assert.deepEqual(paths, ["?q=garcia&limit=50"]);
  assert.equal(await patientLooks(), looks + 1);
  assert.match(await row(page, "Maria Garcia").getByRole("link", { name: "Open conversations of Maria Garcia" }).getAttribute("href"), /^\/open\?patient=per_[0-9a-z]+$/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const about = profile(page, "Maria Garcia");
  await about.getByText("MRN-10240").waitFor();
  await about.getByText("Chidi Okafor").waitFor();
  await accessible(page, "a patient's profile");
  await about.getByRole("link", { name: TOPIC }).click();
  await page.locator("main#conversation").getByText(TOPIC).first().waitFor();
  assert.equal(await patientLooks(), looks + 1);
});

test("the keys are told in the help", async () => {
  const { page } = okafor;
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+/");
  await page.getByRole("dialog", { name: "Keyboard" }).getByText("in the overview the four figures", { exact: false }).waitFor();
  await page.keyboard.press("Escape");
});

test("on a phone both are behind More, one pane, nothing to scroll sideways", async () => {
  const phone = await at(chrome, node, okafor.account, PHONE);
  const { page } = phone;
  await online(page);
  const more = async (name) => {
    await page.getByRole("navigation", { name: "Main" }).getByRole("button", { name: "More" }).tap();
    await page.getByRole("menuitem", { name, exact: true }).tap();
  };
  await more("Overview");
  await page.getByRole("table", { name: "Who has how much" }).waitFor();
  await accessible(page, "overview on a phone");
  assert.equal(await sideways(page), 0);
  await more("Directory");
  await row(page, "Rosa Delgado").waitFor();
  await accessible(page, "directory on a phone");
  assert.equal(await sideways(page), 0);
  await row(page, "Wen Zhao").locator("[data-person]").tap();
  await profile(page, "Wen Zhao").waitFor();
  await accessible(page, "a profile on a phone");
  await profile(page, "Wen Zhao").getByRole("button", { name: "Message", exact: true }).tap();
  await page.locator("main#conversation").waitFor();
  await page.getByRole("button", { name: "Back to the list" }).tap();
  await more("Sign out");
  await page.locator("#login").waitFor();
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("without a connection what was there stays, and is said to be old", async () => {
  await place(rosa.page, "Overview").click();
  await card(rosa.page, "late").locator(".figure").waitFor();
  await place(teo.page, "Directory").click();
  await row(teo.page, "Wen Zhao").waitFor();
  await node.kill();
  for (const { page } of [rosa, teo]) await page.locator('[data-link="waiting"]').waitFor({ state: "attached" });
  await rosa.page.getByText("Offline. What you see may be old", { exact: false }).waitFor();
  assert.equal(await card(rosa.page, "late").locator(".figure").count(), 1);
  await accessible(rosa.page, "overview without a connection");
  await teo.page.getByText("Offline: you see who was here before.", { exact: false }).waitFor();
  assert.equal(await row(teo.page, "Wen Zhao").getByRole("button", { name: "Message to Wen Zhao" }).isDisabled(), true);
  await accessible(teo.page, "directory without a connection");
});

test("nothing broke the page's policy", () => {
  for (const { violations } of [rosa, okafor, teo]) assert.deepEqual(violations, []);
});
