// Words that are used again, on the screen: found after a slash, filled in, kept for oneself and for the clinic; and nothing that is still to be filled
// in is ever sent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const NAME = unique("Refill");
const SHARED = unique("Opening hours");

let node;
let chrome;
let okafor;
let teo;
let okafor_api;
let id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  const patient_api = await node.api(account("garcia"));
  okafor_api = await node.api(account("okafor"));
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: unique("My knee") }));
  await okafor_api.post(`/v1/conversations/${id}/care`, { step: "take" });
  [okafor, teo] = await Promise.all(["okafor", "teo"].map((login) => at(chrome, node, account(login))));
  for (const { page } of [okafor, teo]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const box = (page) => page.locator("#composer textarea[data-composer]");
const list = (page) => page.getByRole("listbox", { name: "Templates" });
const option = (page, words) => list(page).getByRole("option").filter({ hasText: words });
const manager = (page) => page.getByRole("dialog", { name: "Templates", exact: true });
const selected = (page) => page.evaluate(() => { const one = document.activeElement; return one.value?.slice(one.selectionStart, one.selectionEnd); });

async function open(page) {
  await page.evaluate((one) => { location.hash = `#/inbox/${one}`; }, id);
  await box(page).waitFor();
  await page.getByRole("button", { name: "More ways to send" }).waitFor();
}

test("an administrator keeps one for the clinic, among its settings", async () => {
  const { page } = teo;
  await page.getByRole("button", { name: /^Your status/ }).click();
  await page.getByRole("menuitem", { name: "Clinic settings…" }).click();
  const dialog = page.getByRole("dialog", { name: "Clinic settings" });
  await dialog.getByRole("button", { name: "Add a template" }).click();
  await dialog.getByRole("region", { name: "Templates" }).getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Write a name.").waitFor();
  await dialog.getByLabel("Name", { exact: true }).fill(SHARED);
  await dialog.getByLabel("Text", { exact: true }).fill("{clinic.name} opens at 8, {patient.first_name}.");
  await accessible(page, "a template of the clinic");
  await dialog.getByRole("region", { name: "Templates" }).getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("button", { name: `Edit ${SHARED}` }).waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  const { templates } = await okafor_api.get("/v1/templates");
  assert.deepEqual(templates.filter((one) => one.name === SHARED).map((one) => one.shared), [true]);
});

test("what is written is kept as one's own, from the menu beside Send", async () => {
  const { page } = okafor;
  await open(page);
  await box(page).fill("Dear {patient.name}, take {dose} of {drug} from {today}. {me.name}");
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name: "Save as template…" }).click();
  await manager(page).getByLabel("Name", { exact: true }).fill(NAME);
  await accessible(page, "keeping a template");
  await manager(page).getByRole("button", { name: "Save" }).click();
  await manager(page).getByRole("button", { name: `Edit ${NAME}` }).waitFor();
  await manager(page).getByText(SHARED).waitFor();
  await accessible(page, "templates");
  await manager(page).locator("footer").getByRole("button", { name: "Close" }).click();
  await box(page).fill("");
});

test("after a slash it is found as one types, fills itself in, and Tab goes through what is left; unfilled it is not sent", async () => {
  const { page } = okafor;
  await box(page).pressSequentially("/");
  await option(page, NAME).waitFor();
  await option(page, SHARED).filter({ hasText: "Clinic" }).waitFor();
  await accessible(page, "templates over the box");
  await box(page).pressSequentially(NAME.slice(0, 4).toLowerCase());
  await option(page, SHARED).waitFor({ state: "detached" });
  await box(page).press("Enter");
  await list(page).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.value?.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd) === "{dose}");
  assert.match(await box(page).inputValue(), /^Dear Maria Garcia, take \{dose\} of \{drug\} from \w+ \d+, \d{4}\. Chidi Okafor$/);
  await page.getByText("Still to fill in:").waitFor();
  await accessible(page, "something to be filled in");
  // refused, and the focus is where something is missing
  await box(page).press("Enter");
  await page.getByRole("alert").filter({ hasText: "Not sent. Fill in {dose} and {drug} first" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.value?.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd) === "{dose}");
  await page.keyboard.type("50 mg");
  await page.keyboard.press("Tab");
  assert.equal(await selected(page), "{drug}");
  // nobody is kept in the box
  await page.keyboard.press("Tab");
  assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), "TEXTAREA");
  await page.getByRole("button", { name: "Fill in {drug}" }).click();
  assert.equal(await selected(page), "{drug}");
  const drug = unique("ibuprofen");
  await page.keyboard.type(drug);
  await page.getByText("Still to fill in:").waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await message(page, `take 50 mg of ${drug} from`).waitFor();
});

test("a slash within words, or where nothing is found, is a slash; Escape takes the list away; the button brings it", async () => {
  const { page } = okafor;
  await box(page).pressSequentially("1/2");
  assert.equal(await list(page).count(), 0);
  await box(page).fill("");
  await page.getByRole("button", { name: "Templates", exact: true }).click();
  await list(page).waitFor();
  await page.keyboard.press("Escape");
  await list(page).waitFor({ state: "detached" });
  assert.equal(await box(page).inputValue(), "");
  await box(page).pressSequentially("/zzzz nothing");
  assert.equal(await list(page).count(), 0);
  await box(page).fill("");
});

test("one's own is renamed and deleted, once that is confirmed", async () => {
  const { page } = okafor;
  await page.getByRole("button", { name: "Templates", exact: true }).click();
  await option(page, "Manage templates…").click();
  await manager(page).getByRole("button", { name: `Edit ${NAME}` }).click();
  await manager(page).getByLabel("Name", { exact: true }).fill(`${NAME} anew`);
  await manager(page).getByRole("button", { name: "Save" }).click();
  await manager(page).getByRole("button", { name: `Delete ${NAME} anew` }).click();
  const sure = page.getByRole("alertdialog", { name: `Delete “${NAME} anew”?` });
  await sure.waitFor();
  await accessible(page, "deleting a template");
  await sure.getByRole("button", { name: "Delete" }).click();
  await manager(page).getByRole("button", { name: `Edit ${NAME} anew` }).waitFor({ state: "detached" });
  const { templates } = await okafor_api.get("/v1/templates");
  assert.deepEqual(templates.map((one) => one.name).filter((one) => one.startsWith(NAME)), []);
  await manager(page).locator("footer").getByRole("button", { name: "Close" }).click();
});

test("on a phone the list is over the box, and nothing scrolls sideways", async () => {
  const phone = await at(chrome, node, okafor.account, PHONE);
  await online(phone.page);
  await open(phone.page);
  await phone.page.getByRole("button", { name: "Templates", exact: true }).tap();
  await option(phone.page, SHARED).waitFor();
  await accessible(phone.page, "templates on a phone");
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
  await option(phone.page, SHARED).tap();
  await phone.page.waitForFunction(() => /opens at 8, Maria\.$/.test(document.querySelector("#composer textarea")?.value ?? ""));
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("nothing broke the page's policy", () => {
  for (const { violations } of [okafor, teo]) assert.deepEqual(violations, []);
});
