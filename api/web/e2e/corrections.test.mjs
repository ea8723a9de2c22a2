// People and sites put right by an administrator in the browser: caregivers as a list of their own, names and numbers, a login that another one has,
// a first login with a first password, a patient's sites, a site's name; by keys, on a phone, and seen by whom it concerns.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, Node, online, PHONE } from "./harness.mjs";

const mark = crypto.randomUUID().slice(0, 6);
const CAREGIVER = `Ada Okoro ${mark}`;
const PATIENT = { name: `Flora Okoro ${mark}`, mrn: `MRN-7${mark}` };
const LOGIN = `ada.${mark}`;
const SITE = `Fremont ${mark}`;

let node;
let chrome;
let teo;
let teo_api;
let okafor_api;
let maria;
let flora_id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [teo_api, okafor_api] = await Promise.all(["teo", "okafor"].map((login) => node.api(account(login))));
  [maria] = (await okafor_api.get("/v1/patients?q=MRN-10240")).patients;
  await teo_api.post("/v1/sites", { name: SITE });
  ({ person_id: flora_id } = await teo_api.post("/v1/people", { kind: "patient", name: PATIENT.name, login: "", password: "", site_ids: [], mrn: PATIENT.mrn, birth_date: "1979-04-02", care_team: [okafor_api.person.id] }));
  await teo_api.post("/v1/people", { kind: "proxy", name: CAREGIVER, title: "mother", login: "", password: "", proxy_for: [maria.id] });
  teo = await at(chrome, node, account("teo"));
  await online(teo.page);
  await teo.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "People and sites", exact: true }).click();
  await row(teo.page, "Rosa Delgado").waitFor();
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const tab = (page, name) => page.getByRole("group", { name: "People and sites: which" }).getByRole("button", { name, exact: true });
const row = (page, name) => page.locator("[data-person]").filter({ hasText: name });
const sheet = (page, name) => page.getByRole("dialog", { name, exact: true });
const close = async (dialog) => {
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await dialog.waitFor({ state: "detached" });
};
const caregivers = async () => (await teo_api.get("/v1/people?kind=proxy&limit=500")).people;
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test("caregivers are a list of their own; one is opened, told for whom by name, and acts for somebody else from then on", async () => {
  const { page } = teo;
  assert.equal(await row(page, CAREGIVER).count(), 0, "not among the staff");
  await tab(page, "Caregivers").click();
  await row(page, "Hanh Tran").getByText("Acts for 1 patient").waitFor();
  await row(page, CAREGIVER).getByText("Invited").waitFor();
  await accessible(page, "caregivers");
  await page.getByRole("searchbox", { name: "Search caregivers" }).fill(CAREGIVER);
  await row(page, "Hanh Tran").waitFor({ state: "detached" });
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const dialog = sheet(page, CAREGIVER);
  await dialog.getByRole("button", { name: "Remove Maria Garcia" }).waitFor();
  await accessible(page, "a caregiver's entry");
  await dialog.getByRole("button", { name: "Remove Maria Garcia" }).click();
  await dialog.getByRole("combobox").fill(PATIENT.mrn);
  await dialog.getByRole("option", { name: new RegExp(PATIENT.name) }).click();
  await dialog.getByRole("button", { name: "Save patients" }).click();
  await dialog.getByText("Saved. They act for 1 patient now.", { exact: false }).waitFor();
  assert.deepEqual((await caregivers()).find((one) => one.name === CAREGIVER).proxy_for, [flora_id]);
  await close(dialog);
});

test("a login that somebody has is said at the field; then a first login and a first password go in one go, and let them in", async () => {
  const { page } = teo;
  await row(page, CAREGIVER).click();
  const dialog = sheet(page, CAREGIVER);
  await dialog.getByRole("button", { name: "Generate a password" }).click();
  await dialog.getByRole("button", { name: "Set password" }).click();
  await dialog.getByText("This person has no login yet.", { exact: false }).waitFor();
  await dialog.getByLabel("New login").fill("Rosa");
  await dialog.getByRole("button", { name: "Save login and password" }).click();
  await dialog.getByText("Somebody has this login already. Choose another one.").waitFor();
  await page.waitForFunction(() => document.activeElement?.labels?.[0]?.textContent === "New login");
  assert.equal(await dialog.getByLabel("New login").getAttribute("aria-invalid"), "true");
  await accessible(page, "a login that somebody has");
  await dialog.getByLabel("New login").fill(LOGIN);
  await dialog.getByRole("button", { name: "Save login and password" }).click();
  await dialog.getByText(`${CAREGIVER} signs in with the login ${LOGIN} from now on.`, { exact: false }).waitFor();
  await dialog.getByText("signs in with the new password from now on.", { exact: false }).waitFor();
  const password = await dialog.locator("[data-password]").textContent();
  await accessible(page, "a first login and a first password");
  await close(dialog);
  await row(page, CAREGIVER).getByText("Active").waitFor();

  const ada = await at(chrome, node, { login: LOGIN, password }, PHONE, "/p/");
  await ada.page.getByRole("heading", { level: 1 }).waitFor();
  await ada.page.locator("#login").waitFor({ state: "detached" });
  assert.deepEqual(ada.violations, []);
  await ada.context.close();
});

test("a name and a title are put right in one go, and what is wrong is said before", async () => {
  const { page } = teo;
  await tab(page, "People").click();
  await page.getByRole("searchbox").fill("Tess Nakamura");
  await row(page, "Tess Nakamura").click();
  let dialog = sheet(page, "Tess Nakamura");
  await dialog.getByLabel("Full name").fill("");
  await dialog.getByRole("button", { name: "Save corrections" }).click();
  await dialog.getByText("Write the full name.").waitFor();
  await accessible(page, "a correction with something wrong");
  await dialog.getByLabel("Full name").fill(`Tess Nakamura-Ito ${mark}`);
  await dialog.getByLabel("Professional title (optional)").fill("Lead");
  await page.keyboard.press("Enter");
  dialog = sheet(page, `Tess Nakamura-Ito ${mark}`);
  await dialog.getByText("Saved. Everybody sees it so from now on.").waitFor();
  const [tess] = (await teo_api.get(`/v1/people?q=${mark}`)).people;
  assert.deepEqual([tess.name, tess.title], [`Tess Nakamura-Ito ${mark}`, "Lead"]);
  await close(dialog);
});

test("a patient's number, birth date and sites are put right, and the care team sees them so", async () => {
  const { page } = teo;
  await tab(page, "Patients").click();
  await page.getByRole("searchbox").fill(PATIENT.mrn);
  await row(page, PATIENT.name).click();
  const dialog = sheet(page, PATIENT.name);
  await dialog.getByLabel("Patient number (MRN)").fill(`${PATIENT.mrn}-2`);
  await dialog.getByLabel("Date of birth").fill("1979-04-03");
  await dialog.getByRole("checkbox", { name: SITE }).check();
  await dialog.getByRole("button", { name: "Save corrections" }).click();
  await dialog.getByText("Saved. Everybody sees it so from now on.").waitFor();
  await dialog.locator("[data-sheet]").getByText(`${PATIENT.mrn}-2 · DOB 04/03/1979`).waitFor();
  await accessible(page, "a patient's entry, put right");
  await close(dialog);
  const { patient, proxies } = await okafor_api.get(`/v1/patients/${flora_id}`);
  assert.deepEqual([patient.patient.mrn, patient.patient.birth_date, patient.site_ids.length], [`${PATIENT.mrn}-2`, "1979-04-03", 1]);
  assert.deepEqual(proxies.map((one) => one.name), [CAREGIVER]);
});

test("a site gets another name by keys, and is called so wherever it stands", async () => {
  const { page } = teo;
  await tab(page, "Sites").click();
  const rename = page.getByRole("button", { name: `Rename ${SITE}` });
  await rename.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.labels?.[0]?.textContent?.startsWith("New name of"));
  await page.keyboard.type("San Francisco");
  await page.keyboard.press("Enter");
  await page.getByText("There is a site of this name already.").waitFor();
  await accessible(page, "a site's new name, with something wrong");
  await page.keyboard.press("Escape");
  await page.waitForFunction((name) => document.activeElement?.getAttribute("aria-label") === name, `Rename ${SITE}`);
  await page.keyboard.press("Enter");
  await page.keyboard.type(`${SITE} North`);
  await page.keyboard.press("Enter");
  await page.getByText(`${SITE} is now called ${SITE} North`, { exact: false }).waitFor();
  await page.locator("[data-site]").filter({ hasText: `${SITE} North` }).waitFor();
  assert.ok((await teo_api.get("/v1/sites")).sites.some((one) => one.name === `${SITE} North`));
});

test("on a phone: caregivers and an entry, with nothing to scroll sideways", async () => {
  const phone = await at(chrome, node, teo.account, PHONE, "/#/people");
  const { page } = phone;
  await online(page);
  await tab(page, "Caregivers").tap();
  await row(page, CAREGIVER).waitFor();
  await accessible(page, "caregivers on a phone");
  const margin = await page.locator(".title").evaluate((one) => one.getBoundingClientRect().right - parseFloat(getComputedStyle(one).paddingRight));
  assert.ok((await tab(page, "Sites").evaluate((one) => one.getBoundingClientRect().right)) <= margin + 0.5, "the last of the four stays within the margin");
  assert.equal(await sideways(page), 0);
  await row(page, CAREGIVER).tap();
  await sheet(page, CAREGIVER).getByLabel("New login").waitFor();
  await accessible(page, "a caregiver's entry on a phone");
  assert.equal(await sheet(page, CAREGIVER).evaluate((one) => one.scrollWidth - one.clientWidth), 0);
  await close(sheet(page, CAREGIVER));
  await tab(page, "Sites").tap();
  await page.getByRole("button", { name: "Rename San Francisco" }).tap();
  await accessible(page, "a site's new name on a phone");
  assert.equal(await sideways(page), 0);
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("nothing broke the page's policy", () => {
  assert.deepEqual(teo.violations, []);
});
