// People and sites, kept by an administrator in the browser: a site, a receptionist with the queue, what is refused and why, what it does in
// other browsers when a role or an account is taken away, a patient with a care team, and everything by keys, on a phone, and without a network.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, Node, online, PHONE } from "./harness.mjs";

const mark = crypto.randomUUID().slice(0, 6);
const SITE = `Oakland ${mark}`;
const NEW = { name: `Imani Reyes ${mark}`, login: `imani.${mark}` };
const PATIENT = { name: `Flora Okoro ${mark}`, mrn: `MRN-9${mark}` };

let node;
let chrome;
let teo;
let teo_api;
let imani;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = node.people().find((one) => one.login === "teo");
  teo_api = await node.api(account);
  teo = await at(chrome, node, account);
  await online(teo.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const place = (page, name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true });
const tab = (page, name) => page.getByRole("group", { name: "People and sites: which" }).getByRole("button", { name, exact: true });
const row = (page, name) => page.locator("[data-person]").filter({ hasText: name });
const sheet = (page, name) => page.getByRole("dialog", { name, exact: true });
const adding = (page) => page.getByRole("dialog", { name: "Add person" });
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const entry = async (name) => {
  const { page } = teo;
  await page.getByRole("searchbox").fill(name);
  await row(page, name).click();
  await sheet(page, name).locator("[data-sheet]").waitFor();
  return sheet(page, name);
};
const close = async (dialog) => {
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await dialog.waitFor({ state: "detached" });
};

test("an administrator adds a site", async () => {
  const { page } = teo;
  await place(page, "People and sites").click();
  await row(page, "Rosa Delgado").waitFor();
  assert.match(await page.title(), /People and sites$/);
  await accessible(page, "people");
  await tab(page, "Sites").click();
  await page.locator("[data-site]").first().waitFor();
  await page.getByRole("button", { name: "Add site" }).click();
  await page.getByText("Write the name of the site.").waitFor();
  await page.getByLabel("Name of the site").fill("san francisco");
  await page.getByText("There is a site of this name already.").waitFor();
  await accessible(page, "sites, with something wrong");
  await page.getByLabel("Name of the site").fill(SITE);
  await page.keyboard.press("Enter");
  await page.getByText(`${SITE} is added.`, { exact: false }).waitFor();
  await page.locator("[data-site]").filter({ hasText: SITE }).waitFor();
  await accessible(page, "sites");
});

test("the queue alone is refused before it is asked for, and nothing typed is lost; with the front desk it is given", async () => {
  const { page } = teo;
  await tab(page, "People").click();
  await page.getByRole("button", { name: "Add person" }).click();
  const dialog = adding(page);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("Write the full name.").waitFor();
  await dialog.getByText("Write a login.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.labels?.[0]?.textContent), "Full name");
  await page.keyboard.type(NEW.name);
  await dialog.getByLabel("Login", { exact: true }).fill("rosa");
  await dialog.getByLabel("First password (optional)").fill("too short");
  await dialog.getByText("A password has at least 15 characters.").waitFor();
  await dialog.getByRole("button", { name: "Generate a password" }).click();
  await dialog.getByRole("checkbox", { name: "Organization queue" }).check();
  await dialog.getByText("The organization queue needs a role that works with patients as well.", { exact: false }).waitFor();
  await accessible(page, "somebody new, with something wrong");
  await dialog.getByRole("checkbox", { name: "Front desk" }).check();
  await dialog.getByText("The organization queue needs a role that works with patients as well.", { exact: false }).waitFor({ state: "detached" });
  for (const site of [SITE, "San Francisco"]) await dialog.getByRole("checkbox", { name: site }).check();
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("Somebody has this login already. Choose another one.").waitFor();
  assert.equal(await dialog.getByLabel("Full name").inputValue(), NEW.name);
  assert.equal(await dialog.getByRole("checkbox", { name: SITE }).isChecked(), true);
  await accessible(page, "somebody new, refused by the node");
  await dialog.getByLabel("Login", { exact: true }).fill(NEW.login);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  const done = sheet(page, `${NEW.name} is added`);
  await done.getByText(`They can sign in now, with the login ${NEW.login}`, { exact: false }).waitFor();
  NEW.password = await done.locator("[data-password]").textContent();
  assert.match(NEW.password, /^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
  await accessible(page, "somebody new is added");
  await close(done);
  // the login is not shown, and found all the same
  await page.getByRole("searchbox").fill(NEW.login);
  await row(page, NEW.name).getByText("Has the queue").waitFor();
  await row(page, NEW.name).getByText(SITE).waitFor();
});

test("she signs in and has the queue, and loses the open queue with the role", async () => {
  imani = await at(chrome, node, NEW);
  await online(imani.page);
  await place(imani.page, "Queue").click();
  await imani.page.locator(".list a[data-conversation]").first().waitFor();

  const dialog = await entry(NEW.name);
  await dialog.getByRole("checkbox", { name: "Front desk" }).uncheck();
  await dialog.getByText("needs a role that works with patients as well.", { exact: false }).waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Save roles and sites" }).isDisabled(), true);
  await accessible(teo.page, "an entry with something wrong");
  const id = await dialog.locator("[data-sheet]").getAttribute("data-sheet");
  await assert.rejects(teo_api.patch(`/v1/people/${id}`, { roles: ["organization_queue"] }), /409.*queue_needs_more/);
  await dialog.getByRole("checkbox", { name: "Front desk" }).check();
  await dialog.getByRole("checkbox", { name: "Organization queue" }).uncheck();
  await dialog.getByRole("button", { name: "Save roles and sites" }).click();
  await dialog.getByText(`Saved. ${NEW.name} now has: Front desk. Sites: `, { exact: false }).waitFor();
  await accessible(teo.page, "an entry that was saved");
  await imani.page.locator(".list a[data-conversation]").first().waitFor({ state: "detached" });
  await close(dialog);
});

test("what is not saved is not left without a question, by Escape, by Back and by another place", async () => {
  const { page } = teo;
  const dialog = await entry("Tess Nakamura");
  await dialog.getByRole("checkbox", { name: "Billing" }).check();
  const asked = page.getByRole("alertdialog", { name: "Leave without saving?" });
  await page.keyboard.press("Escape");
  await asked.waitFor();
  await accessible(page, "the question before leaving");
  await asked.getByRole("button", { name: "Stay" }).click();
  await asked.waitFor({ state: "detached" });
  await page.goBack();
  await asked.waitFor();
  await asked.getByRole("button", { name: "Stay" }).click();
  assert.equal(await dialog.getByRole("checkbox", { name: "Billing" }).isChecked(), true);
  assert.match(page.url(), /#\/people$/);
  await page.evaluate(() => { location.hash = "#/directory"; });
  await asked.getByRole("button", { name: "Leave without saving" }).click();
  await page.getByRole("heading", { name: "Directory", level: 1 }).waitFor();
  await place(page, "People and sites").click();
  await row(page, "Tess Nakamura").waitFor();
  assert.deepEqual((await teo_api.get("/v1/people?q=tess")).people[0].roles, ["front_desk"]);
});

test("nobody changes their own rights: one's own entry says so", async () => {
  const dialog = await entry("Teo Alvarez");
  await dialog.getByText("Nobody changes their own roles, sites or account", { exact: false }).first().waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Save roles and sites" }).count(), 0);
  assert.equal(await dialog.getByRole("button", { name: "Suspend account…" }).count(), 0);
  await accessible(teo.page, "one's own entry");
  await close(dialog);
});

test("a new password and a suspension end her open page; the account opens again", async () => {
  const { page } = teo;
  let dialog = await entry(NEW.name);
  await dialog.getByRole("button", { name: "Generate a password" }).click();
  await dialog.getByRole("button", { name: "Set password" }).click();
  await dialog.getByText(`Saved. ${NEW.name} signs in with the new password from now on.`, { exact: false }).waitFor();
  NEW.password = await dialog.locator("[data-password]").textContent();
  await imani.page.locator("#login").waitFor();
  await imani.page.fill("#login", NEW.login);
  await imani.page.fill("#password", NEW.password);
  await imani.page.click('button[type="submit"]');
  await online(imani.page);

  await dialog.getByRole("button", { name: "Suspend account…" }).click();
  const asked = page.getByRole("alertdialog", { name: `Suspend ${NEW.name}?` });
  await asked.getByText("All their sessions end at once", { exact: false }).waitFor();
  await accessible(page, "before a suspension");
  await asked.getByRole("button", { name: "Suspend", exact: true }).click();
  await dialog.getByText(`${NEW.name} is suspended.`, { exact: false }).waitFor();
  await imani.page.locator("#login").waitFor();
  await close(dialog);
  await row(page, NEW.name).getByText("Suspended").waitFor();
  await page.getByRole("searchbox").fill("");
  await page.getByLabel("Account", { exact: true }).selectOption("Suspended");
  await page.getByText("1 person", { exact: true }).waitFor();
  await page.getByLabel("Account", { exact: true }).selectOption("All accounts");
  dialog = await entry(NEW.name);
  await dialog.getByRole("button", { name: "Reopen account…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Reopen", exact: true }).click();
  await dialog.getByText(`The account of ${NEW.name} is open again.`, { exact: false }).waitFor();
  await dialog.getByRole("button", { name: "Stop new ones" }).click();
  await dialog.getByText("No new conversations of patients come to this person.", { exact: false }).waitFor();
  await dialog.getByRole("button", { name: "Nobody replies for them" }).click();
  await dialog.getByText("From now on nobody replies on behalf of", { exact: false }).waitFor();
  assert.equal((await teo_api.get(`/v1/people?q=${NEW.login}`)).people[0].available, false);
  await close(dialog);
});

test("a patient with a care team is added by keys, and found by the physician; then somebody who acts for them", async () => {
  const { page } = teo;
  await page.getByRole("button", { name: "Add person" }).focus();
  await page.keyboard.press("Enter");
  const dialog = adding(page);
  await dialog.getByRole("radio", { name: "Staff", exact: true }).focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await dialog.getByRole("radio", { name: "Patient", exact: true }).isChecked(), true);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PATIENT.name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PATIENT.mrn);
  await dialog.getByLabel("Date of birth").fill("1979-04-02");
  const team = dialog.getByRole("combobox", { name: "Care team" });
  await team.focus();
  await page.keyboard.type("okafor");
  const okafor_found = dialog.getByRole("option", { name: /Chidi Okafor/ });
  await dialog.getByRole("option").filter({ hasNotText: "Chidi Okafor" }).first().waitFor({ state: "detached" });
  await okafor_found.waitFor();
  await page.keyboard.press("ArrowDown");
  assert.equal(await okafor_found.getAttribute("aria-selected"), "true");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Remove Chidi Okafor" }).waitFor();
  await accessible(page, "a new patient");
  await dialog.getByLabel("Full name").press("Enter");
  let done = sheet(page, `${PATIENT.name} is added`);
  await done.getByText("The care team finds the patient at once.").waitFor();
  const okafor = await node.api(node.people().find((one) => one.login === "okafor"));
  const [found] = (await okafor.get(`/v1/patients?q=${PATIENT.mrn}`)).patients;
  assert.equal(found.name, PATIENT.name);
  assert.ok((await okafor.get("/v1/inbox")).conversations.some((one) => one.patient?.id === found.id), "the first conversation is in the physician's inbox");

  await done.getByRole("button", { name: "Open the entry" }).click();
  let entry_of = sheet(page, PATIENT.name);
  await entry_of.getByRole("combobox").fill("wen");
  await entry_of.getByRole("option", { name: /Wen Zhao/ }).click();
  await entry_of.getByRole("button", { name: "Save care team" }).click();
  await entry_of.getByText("Saved. 2 people are in the care team now", { exact: false }).waitFor();
  await accessible(page, "a patient's entry");
  await close(entry_of);
  await tab(page, "Patients").click();
  await page.getByRole("searchbox").fill(PATIENT.mrn);
  await row(page, PATIENT.name).waitFor();

  await page.getByRole("button", { name: "Add person" }).click();
  await dialog.getByRole("radio", { name: "For a patient", exact: true }).check();
  await dialog.getByLabel("Full name").fill(`Ada Okoro ${mark}`);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("Choose at least one patient.").waitFor();
  await dialog.getByRole("combobox").fill(PATIENT.mrn);
  await dialog.getByRole("option", { name: new RegExp(PATIENT.name) }).click();
  await accessible(page, "somebody new who acts for a patient");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  done = sheet(page, `Ada Okoro ${mark} is added`);
  await done.getByRole("button", { name: "Open the entry" }).click();
  entry_of = sheet(page, `Ada Okoro ${mark}`);
  await entry_of.getByRole("combobox").fill("leo tran");
  await entry_of.getByRole("option", { name: /Leo Tran/ }).click();
  await entry_of.getByRole("button", { name: "Save patients" }).click();
  await entry_of.getByText("Saved. They act for 2 patients now.", { exact: false }).waitFor();
  await close(entry_of);
});

test("who is no administrator has no way in, and is told so at the address", async () => {
  const other = await at(chrome, node, node.people().find((one) => one.login === "wen"), undefined, "/#/people");
  await online(other.page);
  await other.page.getByText("People and sites are kept by the clinic's administrators.").waitFor();
  assert.equal(await place(other.page, "People and sites").count(), 0);
  await accessible(other.page, "no way in");
  assert.deepEqual(other.violations, []);
  await other.context.close();
});

test("on a phone it is behind More, with nothing to scroll sideways", async () => {
  const phone = await at(chrome, node, teo.account, PHONE);
  const { page } = phone;
  await online(page);
  await page.getByRole("navigation", { name: "Main" }).getByRole("button", { name: "More" }).tap();
  await page.getByRole("menuitem", { name: "People and sites", exact: true }).tap();
  await row(page, "Rosa Delgado").waitFor();
  await accessible(page, "people on a phone");
  assert.equal(await sideways(page), 0);
  await row(page, "Rosa Delgado").tap();
  await sheet(page, "Rosa Delgado").locator("[data-sheet]").waitFor();
  await accessible(page, "an entry on a phone");
  assert.equal(await sheet(page, "Rosa Delgado").evaluate((one) => one.scrollWidth - one.clientWidth), 0);
  await close(sheet(page, "Rosa Delgado"));
  await page.getByRole("button", { name: "Add person" }).tap();
  await adding(page).getByLabel("Full name").waitFor();
  await accessible(page, "somebody new on a phone");
  await adding(page).getByRole("button", { name: "Cancel" }).tap();
  await tab(page, "Sites").tap();
  await page.getByLabel("Name of the site").waitFor();
  await accessible(page, "sites on a phone");
  assert.equal(await sideways(page), 0);
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("without a connection what was there stays, and nothing can be saved", async () => {
  const { page } = teo;
  await tab(page, "People").click();
  const dialog = await entry("Wen Zhao");
  await node.kill();
  await dialog.getByText("Offline: this can be saved when the connection is back.", { exact: false }).waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Suspend account…" }).isDisabled(), true);
  await close(dialog);
  await page.getByText("Offline: you see how it was before.", { exact: false }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Add person" }).isDisabled(), true);
  await accessible(page, "people without a connection");
});

test("nothing broke the page's policy", () => {
  for (const { violations } of [teo, imani]) assert.deepEqual(violations, []);
});
