// Somebody signs in for the first time: a patient who was added without a password is met at the front desk, invited, chooses a password on a phone
// and writes; the same for a colleague; a code that was used, somebody else's session, a link on the wrong page, and no network.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, DESKTOP, message, Node, online, PHONE, SHOWN_MS, writeTo } from "./harness.mjs";

const mark = crypto.randomUUID().slice(0, 6);
const PATIENT = { name: `Flora Okoro ${mark}`, mrn: `MRN-8${mark}`, login: `flora.${mark}`, password: "five unrelated words of flora" };
const COLLEAGUE = { name: `Imani Reyes ${mark}`, login: `imani.${mark}`, password: "five unrelated words of imani" };
const CAREGIVER = { name: `Ada Okoro ${mark}`, login: `ada.${mark}`, password: "five unrelated words of ada" };

let node;
let chrome;
let teo;
let teo_api;
let rosa;
let flora;
let used;
const strangers = [];

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  teo_api = await node.api(account("teo"));
  teo = await at(chrome, node, account("teo"));
  rosa = await at(chrome, node, account("rosa"), { ...DESKTOP, permissions: ["clipboard-read", "clipboard-write"] });
  for (const { page } of [teo, rosa]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const place = (page, name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true });
const dialog = (page, name) => page.getByRole("dialog", { name, exact: true });
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const linkIn = (where) => where.locator("[data-link]").inputValue();
const focused = (page) => page.evaluate(() => document.activeElement?.id);

/** Somebody with a link, in a browser of their own. */
async function comes(link, options = PHONE) {
  const context = await chrome.newContext({ locale: "en-US", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(SHOWN_MS);
  const violations = [];
  await page.exposeFunction("corridorViolation", (words) => violations.push(words));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => window.corridorViolation(`${event.violatedDirective}: ${event.blockedURI}`));
  });
  page.on("pageerror", (error) => violations.push(`error: ${error.message}`));
  await page.goto(link);
  const one = { context, page, violations };
  strangers.push(one);
  return one;
}

async function find(page, kind, words, name) {
  await page.getByRole("button", { name: "New message" }).click();
  const asked = dialog(page, "New message");
  await asked.getByRole("button", { name: kind, exact: true }).click();
  await asked.getByRole("combobox").fill(words);
  const option = asked.getByRole("option").filter({ hasText: name });
  await option.waitFor();
  await asked.getByRole("option").filter({ hasNotText: name }).first().waitFor({ state: "detached" });
  return { asked, option };
}

test("an administrator adds a patient without a password, and reads that they cannot sign in yet", async () => {
  const { page } = teo;
  await place(page, "People and sites").click();
  await page.getByRole("button", { name: "Add person" }).click();
  const adding = dialog(page, "Add person");
  await adding.getByRole("radio", { name: "Patient", exact: true }).check();
  await adding.getByLabel("Full name").fill(PATIENT.name);
  await adding.getByLabel("Patient number (MRN)").fill(PATIENT.mrn);
  await adding.getByLabel("Date of birth").fill("1979-04-02");
  await adding.getByRole("combobox", { name: "Care team" }).fill("okafor");
  await adding.getByRole("option", { name: /Chidi Okafor/ }).click();
  await adding.getByRole("button", { name: "Add", exact: true }).click();
  const done = dialog(page, `${PATIENT.name} is added`);
  await done.getByText("They cannot sign in yet. Invite them here", { exact: false }).waitFor();
  await done.getByRole("button", { name: `Invite ${PATIENT.name}` }).waitFor();
  await accessible(page, "a patient was added, and can be invited");
  await done.getByRole("button", { name: "Open the entry" }).click();
  const entry = dialog(page, PATIENT.name);
  await entry.getByText("Cannot sign in yet: invite them, or set a password.").first().waitFor();
  await entry.getByRole("region", { name: "Signing in" }).getByRole("button", { name: `Invite ${PATIENT.name}` }).waitFor();
  await accessible(page, "the entry of who cannot sign in yet");
  await entry.getByRole("button", { name: "Close" }).last().click();
});

test("the front desk meets them in a new message, invites them with one click, and copies the link", async () => {
  const { page } = rosa;
  const { asked, option } = await find(page, "Patient", PATIENT.mrn, PATIENT.name);
  await option.getByText("Cannot be messaged yet", { exact: false }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await asked.getByText(`${PATIENT.name} cannot be messaged yet`, { exact: false }).waitFor();
  assert.equal(await asked.getByLabel("First message").count(), 0);
  const button = asked.getByRole("button", { name: `Invite ${PATIENT.name}` });
  await button.waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await button.evaluate((one) => one === document.activeElement), true, "the next stop");
  await accessible(page, "a new message to who cannot sign in yet");
  await page.keyboard.press("Enter");
  await asked.getByRole("group", { name: `Invitation for ${PATIENT.name}` }).waitFor();
  const first = await linkIn(asked);
  assert.match(first, new RegExp(`^${node.url}/p/#/activate/per_[0-9a-z]{26}\\.[0-9a-f]{32}$`));
  assert.equal((await asked.locator("[data-code]").textContent()).replaceAll(/\s/g, ""), first.split("/activate/")[1]);
  await accessible(page, "an invitation");
  await asked.getByRole("button", { name: `Make a new one ${PATIENT.name}` }).click();
  await page.waitForFunction((before) => document.querySelector("[data-link]").value !== before, first);
  await asked.getByRole("button", { name: "Copy link" }).click();
  await asked.getByText("Copied.").waitFor();
  PATIENT.link = await linkIn(asked);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), PATIENT.link);
  used = first;
  await asked.getByRole("button", { name: "Close" }).last().click();
});

test("on a phone they open the link, read what is wrong, choose a password, land in the portal, and write", async () => {
  flora = await comes(PATIENT.link);
  const { page } = flora;
  await page.getByRole("heading", { name: "Sign in for the first time" }).waitFor();
  assert.doesNotMatch(page.url(), /per_/, "the code is a secret, and not in the address");
  assert.equal(await page.getByLabel("Invitation code").inputValue(), PATIENT.link.split("/activate/")[1]);
  assert.equal(await focused(page), "login");
  await page.getByText("Emergency? Call 911.").waitFor();
  await page.getByText("At least 15 characters.", { exact: false }).waitFor();
  await accessible(page, "the first sign-in on a phone");
  assert.equal(await sideways(page), 0);
  await page.getByLabel("New password").fill("too short");
  await page.keyboard.press("Enter");
  const alert = page.locator("#activate-error");
  await alert.getByText("Your password is too short.", { exact: false }).waitFor();
  assert.equal(await focused(page), "activate-error");
  await accessible(page, "the first sign-in with something wrong");

  // the clinic gave her no username
  await page.getByLabel("New password").fill(PATIENT.password);
  await page.keyboard.press("Enter");
  await alert.getByText("The clinic gave you no username yet. Choose one.").waitFor();
  await page.getByLabel("Username (optional)").fill("rosa");
  await page.keyboard.press("Enter");
  await alert.getByText("Somebody has this username already.", { exact: false }).waitFor();
  await page.getByLabel("Username (optional)").fill(PATIENT.login);
  await page.getByRole("button", { name: "Set password and sign in" }).tap();

  await page.getByRole("button", { name: "New message" }).waitFor();
  assert.match(page.url(), /\/p\/$/);
  await page.getByRole("button", { name: "New message" }).tap();
  await page.locator("select#reason").selectOption({ label: "Medication and refills" });
  await page.getByLabel("In a few words").fill("My refill");
  await page.getByLabel("Your message").fill(`May I have more of it? ${mark}`);
  await page.getByRole("button", { name: "Send" }).tap();
  await page.locator("article[data-message]").filter({ hasText: `May I have more of it? ${mark}` }).waitFor();
});

test("the link that was used, and the one whose place it took, say that they do not work any more", async () => {
  for (const link of [PATIENT.link, used]) {
    const { page } = await comes(link);
    await page.getByLabel("New password").fill(PATIENT.password);
    await page.keyboard.press("Enter");
    await page.getByText("This invitation does not work.", { exact: false }).waitFor();
    await page.getByText("Ask the clinic for a new one.", { exact: false }).waitFor();
    assert.equal(await focused(page), "activate-error");
    await accessible(page, "an invitation that does not work");
  }
});

test("the front desk can write to her now, and she signs in with what she chose", async () => {
  const { page } = rosa;
  const { asked, option } = await find(page, "Patient", PATIENT.mrn, PATIENT.name);
  assert.equal(await option.getByText("Cannot be messaged yet").count(), 0);
  await option.click();
  await asked.getByLabel("Topic").fill("Welcome");
  await asked.getByLabel("First message").fill(`Welcome, Flora ${mark}`);
  await asked.locator('button[type="submit"]').click();
  await asked.waitFor({ state: "detached" });
  await message(page, `Welcome, Flora ${mark}`).waitFor();
  const again = await at(chrome, node, PATIENT, PHONE, "/p/");
  await again.page.getByText(`Welcome, Flora ${mark}`).first().waitFor();
  await again.context.close();
});

test("a colleague is invited in their entry, on a phone; with the patients' link they still land where they belong", async () => {
  const { person_id } = await teo_api.post("/v1/people", { kind: "staff", name: COLLEAGUE.name, title: "", login: COLLEAGUE.login, password: "", roles: ["front_desk"], site_ids: [] });
  const phone = await at(chrome, node, teo.account, PHONE, "/#/people");
  await online(phone.page);
  await phone.page.getByRole("searchbox").fill(COLLEAGUE.name);
  await phone.page.locator(`[data-person="${person_id}"]`).tap();
  const entry = dialog(phone.page, COLLEAGUE.name);
  await entry.getByRole("button", { name: `Invite ${COLLEAGUE.name}` }).tap();
  await entry.getByRole("group", { name: `Invitation for ${COLLEAGUE.name}` }).waitFor();
  await accessible(phone.page, "an invitation in an entry on a phone");
  assert.equal(await entry.evaluate((one) => one.scrollWidth - one.clientWidth), 0);
  const link = await linkIn(entry);
  assert.match(link, new RegExp(`^${node.url}/#/activate/per_`));
  assert.deepEqual(phone.violations, []);
  await phone.context.close();

  const { page } = await comes(link.replace("/#/", "/p/#/"), DESKTOP);
  await page.getByLabel("New password").fill(COLLEAGUE.password);
  await page.getByRole("button", { name: "Show password" }).click();
  assert.equal(await page.getByLabel("New password").getAttribute("type"), "text");
  await page.getByLabel("New password").press("Enter");
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await online(page);
  assert.equal(new URL(page.url()).pathname, "/");
  assert.match(await page.title(), /Inbox$/);
  await writeTo(rosa.page, COLLEAGUE.name, `Hello, Imani ${mark}`);
  await message(rosa.page, `Hello, Imani ${mark}`).waitFor();
});

test("whoever else is signed in here is named and signed out first; the code is typed from the sign-in page, in groups", async () => {
  const patient = (await teo_api.get(`/v1/patients?q=${PATIENT.mrn}`)).patients[0];
  const { person_id } = await teo_api.post("/v1/people", { kind: "proxy", name: CAREGIVER.name, title: "mother", login: CAREGIVER.login, password: "", proxy_for: [patient.id] });
  // she is met among the details of the patient's conversation
  await rosa.page.getByRole("link", { name: /Inbox$/ }).click();
  await rosa.page.locator("a[data-conversation]").filter({ hasText: PATIENT.name }).first().click();
  await rosa.page.getByRole("button", { name: "Details", exact: true }).click();
  const caregivers = rosa.page.locator("[data-caregivers]");
  await caregivers.getByText("mother, cannot sign in yet").waitFor();
  await caregivers.getByRole("button", { name: `Invite ${CAREGIVER.name}` }).click();
  await caregivers.locator(`[data-invite="${person_id}"] [data-code]`).waitFor();
  await accessible(rosa.page, "an invitation among the details");
  const link = await linkIn(caregivers);
  const code = await caregivers.locator("[data-code]").textContent();

  // Flora's phone is hers; the link is pasted into the page that is open there
  const { page } = flora;
  await page.goto(link);
  await page.getByRole("heading", { name: "Somebody is signed in here" }).waitFor();
  await page.getByText(`${PATIENT.name} is signed in in this browser.`, { exact: false }).waitFor();
  assert.doesNotMatch(page.url(), /per_/);
  await accessible(page, "somebody else is signed in here");
  await page.getByRole("button", { name: `Stay signed in as ${PATIENT.name}` }).tap();
  await page.getByRole("button", { name: "New message" }).waitFor();
  await page.goto(link);
  await page.getByRole("button", { name: `Sign ${PATIENT.name} out and go on` }).tap();
  await page.getByLabel("New password").waitFor();
  assert.equal((await page.request.get(`${node.url}/v1/me`)).status(), 401);
  await page.getByRole("link", { name: "I have signed in before" }).tap();
  await page.locator("#password").waitFor();
  await page.getByRole("link", { name: "I have an invitation code" }).tap();
  await page.getByLabel("Invitation code").fill(code);
  await page.getByLabel("New password").fill(CAREGIVER.password);
  await page.getByLabel("New password").press("Enter");
  await page.getByRole("button", { name: "New message" }).waitFor();
  assert.equal((await (await page.request.get(`${node.url}/v1/me`)).json()).person.id, person_id);
});

test("without a network it says so and loses nothing; too many wrong codes are counted down", async () => {
  const { person_id } = await teo_api.post("/v1/people", { kind: "partner", name: `Lab ${mark}`, title: "", login: `lab.${mark}`, password: "", organization: "Northlab" });
  const { code } = await teo_api.post(`/v1/people/${person_id}/invitation`, {});
  const { page, context } = await comes(`${node.url}/#/activate/${code}`, DESKTOP);
  await page.getByLabel("New password").fill(PATIENT.password);
  await context.setOffline(true);
  await page.getByText("You are offline.", { exact: false }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("#activate-error").getByText("You are offline.", { exact: false }).waitFor();
  await accessible(page, "the first sign-in without a network");
  await context.setOffline(false);
  await page.locator("#activate-error").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("New password").inputValue(), PATIENT.password);
  await page.getByLabel("Invitation code").fill(`${person_id}.${"0".repeat(32)}`);
  const waits = page.getByText("Too many tries. Wait", { exact: false });
  const button = page.getByRole("button", { name: "Set password and sign in" });
  for (let tries = 0; tries < 12 && (await waits.count()) === 0; tries += 1) {
    const answer = page.waitForResponse((one) => one.url().endsWith("/v1/activate"));
    await button.click();
    await (await answer).finished();
    await page.locator("#activate-error").waitFor();
  }
  await waits.waitFor();
  assert.equal(await button.isDisabled(), true);
  await accessible(page, "too many tries");
  await waits.waitFor({ state: "detached" });
  assert.equal(await button.isEnabled(), true);
});

test("nothing broke the pages' policy", () => {
  for (const { violations } of [teo, rosa, ...strangers]) assert.deepEqual(violations, []);
});
