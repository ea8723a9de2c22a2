// Links from the chart and from appointments: followed before one has signed in and after, to one conversation, to several and to none, by
// somebody who only looks on from the queue, and by those for whom there is nothing; and the same from the directory, without a new page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, DESKTOP, Node, online, PHONE } from "./harness.mjs";

let node;
let chrome;
let okafor;
let patients;
const opened = [];

const account = (login) => node.people().find((one) => one.login === login);
const patient = (name) => patients.find((one) => one.name === name);
const follow = async (login, path, options = DESKTOP) => { const one = await at(chrome, node, account(login), options, path); opened.push(one); return one; };
const dialog = (page, name) => page.getByRole("dialog", { name, exact: true }).or(page.getByRole("alertdialog", { name, exact: true }));
const heading = (page, name) => page.locator("main#conversation header").getByRole("heading", { name, exact: true });
const route = (page) => page.evaluate(() => location.pathname + location.search + location.hash);
const never = (page) => page.evaluate(() => performance.getEntriesByType("navigation").length === 1 && window.corridorSame === true);

before(async () => {
  node = await Node.start();
  chrome = await browser();
  ({ patients } = await (await node.api(account("okafor"))).get("/v1/patients?limit=100"));
  okafor = await follow("okafor", "/");
  await online(okafor.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

test("a link that is followed before signing in opens the one conversation there is, and leaves nothing behind in the address", async () => {
  const { page } = await follow("okafor", `/open?mrn=${patient("Noemi Garcia").patient.mrn}`);
  await heading(page, "Noemi Garcia").waitFor();
  assert.match(await route(page), /^\/#\/inbox\/con_[0-9a-z]+$/);
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.reload();
  await heading(page, "Noemi Garcia").waitFor();
});

test("the link names a person by id as well; what is archived does not stand in the way; going back does not lead to it again", async () => {
  const { page } = okafor;
  await page.goto(`${node.url}/open?patient=${patient("Daniela Ruiz").id}`);
  await heading(page, "Daniela Ruiz").waitFor();
  await page.locator("main#conversation header").getByText("General").waitFor();
  assert.match(await route(page), /^\/#\/inbox\/con_/);
  await page.goBack();
  await page.locator("main.none").waitFor();
  assert.doesNotMatch(await route(page), /open/);
  await page.goForward();
  await heading(page, "Daniela Ruiz").waitFor();
  assert.doesNotMatch(await route(page), /open/);
});

test("with several one chooses, and sees what each is about, the last words and who answers", async () => {
  const { page } = okafor;
  const maria = patient("Maria Garcia");
  await page.goto(`${node.url}/open?mrn=${maria.patient.mrn.toLowerCase()}`);
  const several = dialog(page, "Conversations with Maria Garcia");
  await several.getByText(maria.patient.mrn).waitFor();
  const going = several.getByRole("list", { name: "Conversations" }).getByRole("button");
  assert.equal(await going.count(), 3);
  await several.getByRole("list", { name: "Earlier ones" }).getByRole("button").filter({ hasText: "mole removal" }).getByText("Archived").waitFor();
  assert.match(await route(page), /^\/#\/inbox$/);
  await accessible(page, "a choice of conversations");
  const iron = going.filter({ hasText: "Lab results: iron" });
  assert.match((await iron.textContent()).replace(/\s+/g, " "), /: \S.* answers?/);
  await iron.click();
  await heading(page, "Maria Garcia").waitFor();
  await page.locator("main#conversation header").getByText("Lab results: iron").waitFor();
});

test("from the choice a new conversation begins, with the patient chosen, on a phone too", async () => {
  const { page, violations } = await follow("okafor", `/open?patient=${patient("Maria Garcia").id}&mrn=${patient("Maria Garcia").patient.mrn}`, PHONE);
  const several = dialog(page, "Conversations with Maria Garcia");
  await several.waitFor();
  await accessible(page, "a choice of conversations on a phone");
  await several.getByRole("button", { name: "New conversation" }).tap();
  const fresh = dialog(page, "New message");
  await fresh.getByText("Maria Garcia").waitFor();
  await fresh.getByText("There is already an open conversation with this patient", { exact: false }).waitFor();
  await fresh.getByRole("button", { name: "Cancel" }).tap();
  await fresh.waitFor({ state: "detached" });
  assert.equal(await route(page), "/#/inbox");
  assert.deepEqual(violations, []);
});

test("with none a new one begins, with the patient chosen, and is sent", async () => {
  const { page } = okafor;
  const joan = patient("Joan Fisher");
  for (const link of [`mrn=${joan.patient.mrn}`, `patient=${joan.id}`]) {
    await page.goto(`${node.url}/open?${link}`);
    const fresh = dialog(page, "New message");
    await fresh.getByText("Joan Fisher").waitFor();
    await fresh.getByText(joan.patient.mrn, { exact: false }).waitFor();
    assert.equal(await route(page), "/#/inbox");
  }
  await accessible(page, "a new conversation from a link");
  const fresh = dialog(page, "New message");
  await fresh.getByLabel("Topic").fill("Blood pressure cuff");
  await fresh.getByLabel("First message").fill("Your cuff is here. Pick it up any day.");
  await fresh.getByRole("button", { name: "Send message" }).click();
  await heading(page, "Joan Fisher").waitFor();
  await page.locator("#conversation article[data-message]").filter({ hasText: "Your cuff is here." }).waitFor();
});

test("whoever only looks on from the queue comes to the queue, also where the link has nothing but an id", async () => {
  const { page, violations } = await follow("rosa", `/open?patient=${patient("Noemi Garcia").id}`);
  await heading(page, "Noemi Garcia").waitFor();
  assert.match(await route(page), /^\/#\/queue\/con_[0-9a-z]+$/);
  assert.deepEqual(violations, []);
});

test("whom nobody knows and whom one may not see look the same, and so does a link that names nobody", async () => {
  const sentence = "Either there is no such patient here, or you may not see them.";
  const said = async (page) => {
    const nothing = dialog(page, "Nothing to open");
    await nothing.getByText(sentence, { exact: false }).waitFor();
    assert.equal(await route(page), "/#/inbox");
    return nothing.evaluate((one) => one.textContent);
  };
  const { page } = await follow("teo", `/open?mrn=${patient("Maria Garcia").patient.mrn}`);
  const hidden = await said(page);
  await accessible(page, "nothing to open");
  for (const link of ["mrn=MRN-99999", `patient=${patient("Maria Garcia").id}`, `patient=${patient("Maria Garcia").id.slice(0, -3)}zzz`, "patient=../../etc", "mrn=", ""]) {
    await page.goto(`${node.url}/open?${link}`);
    assert.equal(await said(page), hidden, link);
  }
  // part of a number is not the number
  await okafor.page.goto(`${node.url}/open?mrn=MRN-1024`);
  await said(okafor.page);
  await okafor.page.goto(`${node.url}/open?mrn=${patient("Maria Garcia").patient.mrn}&patient=${patient("Marta Garcia").id}`);
  await said(okafor.page);
  await okafor.page.getByRole("button", { name: "Go to the inbox" }).click();
  await okafor.page.getByRole("alertdialog").waitFor({ state: "detached" });
});

test("a patient who follows such a link comes to their own page", async () => {
  const { page } = await follow("garcia", `/open?mrn=${patient("Marta Garcia").patient.mrn}`, PHONE);
  await page.getByRole("heading", { name: "Your conversations" }).waitFor();
  assert.equal(await page.getByText("Marta").count(), 0);
});

test("from the directory it is no new page: one conversation, several, none, and the way back", async () => {
  const { page } = okafor;
  await page.evaluate(() => { window.corridorSame = true; });
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Directory", exact: true }).click();
  await page.getByRole("button", { name: "Patients", exact: true }).click();
  await page.getByRole("searchbox").fill("garcia");
  await page.getByRole("link", { name: "Open conversations of Maria Garcia" }).click();
  const several = dialog(page, "Conversations with Maria Garcia");
  await several.getByRole("button", { name: "Cancel" }).click();
  await several.waitFor({ state: "detached" });
  assert.match(await route(page), /^\/#\/directory/);
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("conversations of Maria Garcia"));

  await page.locator("[data-person]").filter({ hasText: "Marta Garcia" }).click();
  await dialog(page, "Marta Garcia").getByRole("link", { name: "Open" }).click();
  const fresh = dialog(page, "New message");
  await fresh.getByText("Marta Garcia").waitFor();
  await fresh.getByRole("button", { name: "Cancel" }).click();
  await fresh.waitFor({ state: "detached" });

  await page.getByRole("link", { name: "Open conversations of Noemi Garcia" }).click();
  await heading(page, "Noemi Garcia").waitFor();
  assert.equal(await never(page), true, "the page is the same one");
  await page.goBack();
  await page.getByRole("searchbox").waitFor();
  assert.match(await route(page), /^\/#\/directory/);
});

test("nothing broke the page's own rules", () => {
  for (const { violations } of opened) assert.deepEqual(violations, []);
});
