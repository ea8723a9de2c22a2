// A patient in the team's own talk: after a # one finds them by name or record number, with two identifiers, and what is sent leads whoever reads it
// to what they may see of that patient; where patients have no place it is asked about, and where a patient reads it is not offered.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, DESKTOP, message, Node, online, PHONE } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;

let node;
let chrome;
let okafor;
let okafor_api;
let room;
let channel;
let garcia;
let haas_api;

const account = (login) => node.people().find((one) => one.login === login);
const box = (page) => page.locator("#composer textarea[data-composer]");
const list = (page) => page.getByRole("listbox", { name: "Patients to link" });
const to = async (page, hash) => { await page.evaluate((place) => { location.hash = place; }, hash); await box(page).waitFor(); };
const own = (page) => page.evaluate(() => document.activeElement?.matches("textarea[data-composer]"));

before(async () => {
  node = await Node.start();
  chrome = await browser();
  [okafor_api, haas_api] = await Promise.all(["okafor", "haas"].map((login) => node.api(account(login))));
  const lindqvist_api = await node.api(account("lindqvist"));
  ({ conversation_id: room } = await okafor_api.post("/v1/conversations", { kind: "group", topic: unique("Ward 3"), member_ids: [lindqvist_api.person.id, haas_api.person.id] }));
  const { conversations } = await okafor_api.get("/v1/conversations?scope=mine");
  channel = conversations.find((one) => one.channel?.phi_allowed === false && one.my.may.includes("send"));
  garcia = (await okafor_api.get("/v1/patients?q=Maria%20Garcia")).patients.find((one) => one.name === "Maria Garcia");
  okafor = await at(chrome, node, account("okafor"), DESKTOP, `/#/team/${room}`);
  await online(okafor.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

test("a # and a letter offer patients with number and birth date; the keys choose, and what is sent reads as name and number and leads to them", async () => {
  const { page } = okafor;
  await box(page).pressSequentially("Who sees #mar");
  await list(page).waitFor();
  const options = list(page).getByRole("option");
  await options.filter({ hasText: "Marta Garcia" }).waitFor();
  assert.match(await options.filter({ hasText: "Maria Garcia" }).innerText(), /MRN-10240 · DOB 03\/12\/1984/);
  assert.equal(await box(page).getAttribute("aria-controls"), await list(page).getAttribute("id"));
  await accessible(page, "patients are offered");
  const active = () => page.evaluate(() => document.getElementById(document.querySelector("#composer textarea").getAttribute("aria-activedescendant"))?.textContent);
  const first = await active();
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction((before) => document.getElementById(document.querySelector("#composer textarea").getAttribute("aria-activedescendant"))?.textContent !== before, first);
  while (!(await active()).includes("Maria Garcia")) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await list(page).waitFor({ state: "detached" });
  assert.equal(await box(page).inputValue(), `Who sees [Maria Garcia (MRN-10240)](/open?patient=${garcia.id}) `);
  assert.equal(await own(page), true);
  const words = unique("today?");
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  const one = message(page, words);
  const link = one.getByRole("link", { name: "Maria Garcia (MRN-10240)" });
  await link.waitFor();
  assert.match(await one.innerText(), /Who sees Maria Garcia \(MRN-10240\) today\?/);
  await accessible(page, "a link to a patient");
  await link.click();
  const chooser = page.getByRole("dialog", { name: /Maria Garcia/ });
  await chooser.getByText("MRN-10240").first().waitFor();
  await accessible(page, "what the link opens");
  await page.keyboard.press("Escape");
  await chooser.waitFor({ state: "detached" });
  assert.match(page.url(), new RegExp(room), "whoever closes it is where they were");
  await page.evaluate(() => { location.hash = "#/team"; });
  await page.locator(`a[data-conversation="${room}"]`).getByText(`Who sees Maria Garcia (MRN-10240) ${words}`, { exact: false }).waitFor();
});

test("Escape leaves the # as it is, a number after it offers nothing, and a record number finds", async () => {
  const { page } = okafor;
  await to(page, `#/team/${room}`);
  await box(page).pressSequentially("#mar");
  await list(page).waitFor();
  await page.keyboard.press("Escape");
  await list(page).waitFor({ state: "detached" });
  assert.equal(await box(page).inputValue(), "#mar");
  await box(page).fill("");
  await box(page).pressSequentially("#MRN-10204");
  await list(page).getByRole("option").filter({ hasText: "Marta Garcia" }).click();
  assert.match(await box(page).inputValue(), /^\[Marta Garcia \(MRN-10204\)\]\(\/open\?patient=per_[0-9a-z]+\) $/);
  await box(page).fill("");
});

test("whoever may not see the patient is told no more than that", async () => {
  const haas = await at(chrome, node, account("haas"), DESKTOP, `/#/team/${room}`);
  await online(haas.page);
  const link = haas.page.locator("#conversation").getByRole("link", { name: "Maria Garcia (MRN-10240)" });
  await link.click();
  const dialog = haas.page.getByRole("alertdialog");
  await dialog.waitFor();
  assert.doesNotMatch(await dialog.innerText(), /Garcia|1984/);
  await haas.page.keyboard.press("Escape");
  await to(haas.page, `#/team/${room}`);
  await box(haas.page).pressSequentially("#mar");
  assert.equal(await haas.page.waitForResponse((response) => response.url().includes("/v1/patients?"), { timeout: 1500 }).catch(() => undefined), undefined, "who works with no patients asks for none");
  assert.equal(await list(haas.page).count(), 0);
  assert.deepEqual(haas.violations, []);
});

test("in a channel that is not for patients it is asked about before it is there", async () => {
  const { page } = okafor;
  await to(page, `#/team/${channel.id}`);
  await box(page).pressSequentially("Call #maria");
  await list(page).getByRole("option").filter({ hasText: "MRN-10240" }).waitFor();
  await list(page).getByRole("option").filter({ hasText: "MRN-10240" }).click();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("MRN-10240").first().waitFor();
  await dialog.getByRole("button", { name: "Change the text" }).click();
  await page.waitForFunction(() => document.querySelector("#composer textarea").value.includes("MRN-10240"));
  await box(page).fill("");
});

test("where a patient reads it is not offered, for a note neither", async () => {
  const { page } = okafor;
  const { conversations } = await okafor_api.get("/v1/conversations?scope=mine");
  const theirs = conversations.find((one) => one.kind === "patient" && one.my.may.includes("send"));
  await to(page, `#/inbox/${theirs.id}`);
  const asked = page.waitForResponse((response) => response.url().includes("/v1/patients?"), { timeout: 1500 }).catch(() => undefined);
  await box(page).pressSequentially("See #mar");
  assert.equal(await asked, undefined);
  assert.equal(await list(page).count(), 0);
  await box(page).fill("");
});

test("on a phone it is chosen with a finger, and followed", async () => {
  const { page, violations } = await at(chrome, node, account("okafor"), PHONE, `/#/team/${room}`);
  await online(page);
  await box(page).pressSequentially("#marta");
  await list(page).getByRole("option").filter({ hasText: "Marta Garcia" }).tap();
  await accessible(page, "on a phone");
  const words = unique("as well");
  await page.keyboard.type(words);
  await page.locator("#composer button.send").tap();
  await message(page, words).getByRole("link", { name: "Marta Garcia (MRN-10204)" }).tap();
  await page.getByRole("dialog").or(page.locator("#conversation header").filter({ hasText: "Marta Garcia" })).first().waitFor();
  assert.deepEqual(violations, []);
});

test("the page's policy was kept", () => assert.deepEqual(okafor.violations, []));
