// What was begun and not sent: there again after the page is loaded anew, after the session ended, in the other tab; gone when it is sent or when its
// writer signs out; kept where a right is taken away, and for a patient who cannot be reached yet, who is written to by a person and not by itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, DESKTOP, message, Node, online, PHONE, SHOWN_MS } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const plain = (body, more = {}) => ({ body, audience: "everyone", priority: "routine", mentions: [], ...more });

let node;
let chrome;
let okafor;
let okafor_api;
let lindqvist_api;
let room;
let noemi;

const account = (login) => node.people().find((one) => one.login === login);
const box = (page) => page.locator("#composer textarea[data-composer]");
const row = (page, id) => page.locator(`a[data-conversation="${id}"]`);
const filled = (page, words) => page.waitForFunction((text) => document.querySelector("#composer textarea[data-composer]")?.value === text, words);
const to = (page, hash) => page.evaluate((place) => { location.hash = place; }, hash);
const said = async (id) => JSON.stringify(await okafor_api.get(`/v1/conversations/${id}/events`));
const times = (text, words) => text.split(words).length - 1;

/** As many sealed drafts are on the device: a store that tells nobody, so it is looked into until it is so. */
async function kept(page, wanted) {
  await page.waitForFunction(async (count) => {
    const answered = (request) => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error); });
    let all = 0;
    for (const { name } of await indexedDB.databases()) {
      const database = await answered(indexedDB.open(name));
      if (database.objectStoreNames.contains("drafts")) all += (await answered(database.transaction("drafts").objectStore("drafts").getAll())).filter((one) => one.sealed).length;
      database.close();
    }
    return all === count;
  }, wanted, { timeout: SHOWN_MS });
}

async function signIn(page, { login, password }) {
  await page.fill("#login", login);
  await page.fill("#password", password);
  await page.click('button[type="submit"]');
}

before(async () => {
  node = await Node.start();
  chrome = await browser();
  [okafor_api, lindqvist_api] = await Promise.all(["okafor", "lindqvist"].map((login) => node.api(account(login))));
  ({ conversation_id: room } = await lindqvist_api.post("/v1/conversations", { kind: "group", topic: unique("Ward 3"), member_ids: [okafor_api.person.id] }));
  noemi = (await okafor_api.get("/v1/conversations?scope=mine")).conversations.find((one) => one.patient?.state === "invited");
  okafor = await at(chrome, node, account("okafor"), DESKTOP, `/#/team/${room}`);
  await online(okafor.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

test("is there again when the page is loaded anew, and the list says so and finds it", async () => {
  const { page } = okafor;
  const words = unique("Ask about the **late** round");
  await box(page).fill(words);
  await kept(page, 1);
  await page.reload();
  await filled(page, words);
  await to(page, "#/team");
  await row(page, room).getByText("Draft:").waitFor();
  assert.match(await row(page, room).textContent(), /Draft:\s+Ask about the late round/);
  const filter = page.getByRole("button", { name: "Drafts 1" });
  await filter.click();
  assert.equal(await page.locator("a[data-conversation]").count(), 1);
  await accessible(page, "a list of drafts");
  await page.getByRole("button", { name: "All", exact: true }).click();
  await row(page, room).click();
  await filled(page, words);
  await box(page).fill("");
  await kept(page, 0);
  await page.reload();
  await online(page);
  await box(page).waitFor();
  assert.equal(await box(page).inputValue(), "");
  assert.equal(await page.getByRole("button", { name: /^Drafts/ }).count(), 0);
});

test("what was typed at the last moment before the page is loaded anew is there as well", async () => {
  const { page } = okafor;
  const words = unique("Wait for the lab");
  await box(page).pressSequentially(words);
  await page.reload();
  await filled(page, words);
});

test("sent, it is gone, also when the page is left at that very moment, and arrives once", async () => {
  const { page } = okafor;
  const words = unique("I take the late round");
  await box(page).fill(words);
  await kept(page, 1);
  await box(page).press("Enter");
  await page.reload();
  await message(page, words).waitFor();
  await online(page);
  assert.equal(await box(page).inputValue(), "");
  await kept(page, 0);
  assert.equal(times(await said(room), words), 1);
});

test("in two tabs the newest writing counts, and what is sent in one is no draft in the other", async () => {
  const { page, context } = okafor;
  const second = await context.newPage();
  await second.goto(`${node.url}/#/team/${room}`);
  await online(second);
  await box(page).fill("The older words");
  await filled(second, "The older words");
  const words = unique("The newer words");
  await box(second).fill(words);
  await filled(page, words);
  await page.reload();
  await filled(page, words);
  await box(page).press("Enter");
  await message(second, words).waitFor();
  await filled(second, "");
  await kept(second, 0);
  await second.close();
  assert.equal(times(await said(room), words), 1);
});

test("when the session ended, signing in again leads to the same place with it", async () => {
  const { page, context } = okafor;
  const words = unique("Half a thought");
  await box(page).fill(words);
  await kept(page, 1);
  await context.clearCookies();
  await page.reload();
  await page.locator("#login").waitFor();
  assert.equal(await page.getByText(words).count(), 0);
  await signIn(page, account("okafor"));
  await filled(page, words);
  assert.match(page.url(), new RegExp(room));
});

test("where one is no member any more it is kept, seen and not sent; with the right it is back in the box", async () => {
  const { page } = okafor;
  const words = await box(page).inputValue();
  await online(page); // what happens before is told to nobody who is out by then
  await lindqvist_api.delete(`/v1/conversations/${room}/members/${okafor_api.person.id}`);
  await page.getByText("What you began to write here is kept on this device").waitFor();
  await page.locator("blockquote").filter({ hasText: words }).waitFor();
  assert.equal(await box(page).count(), 0);
  await accessible(page, "kept where one may not write");
  await lindqvist_api.post(`/v1/conversations/${room}/members`, { person_id: okafor_api.person.id });
  await filled(page, words);
});

test("signing out asks, and erases it: neither somebody else nor the same person has it then", async () => {
  const { page } = okafor;
  const words = await box(page).inputValue();
  await page.getByRole("button", { name: "Sign out" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Sign out and lose what is not sent?" });
  await dialog.getByText("1 draft is kept on this device only. Signing out erases it.").waitFor();
  await accessible(page, "before signing out");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await filled(page, words);
  await page.getByRole("button", { name: "Sign out" }).click();
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await page.locator("#login").waitFor();
  await kept(page, 0);
  for (const login of ["lindqvist", "okafor"]) {
    await signIn(page, account(login));
    await online(page);
    await to(page, `#/team/${room}`);
    await box(page).waitFor();
    assert.equal(await box(page).inputValue(), "");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator("#login").waitFor();
  }
  await signIn(page, account("okafor"));
  await online(page);
});

test("to a patient without an account one begins a reply, which stays; once they have one, one sends it oneself", async () => {
  const { page } = okafor;
  const words = unique("Welcome to the clinic");
  await to(page, `#/inbox/${noemi.id}`);
  const reply = page.locator("#composer").getByRole("button", { name: "Reply to patient" });
  await page.locator("#composer").getByText("has no active account, so a reply cannot reach them").waitFor();
  await reply.click();
  await page.locator("#composer").getByText("What you write here stays a draft on this device").waitFor();
  await box(page).fill(words);
  await box(page).press("Enter");
  assert.equal(await page.locator("#composer button.send").isDisabled(), true);
  await accessible(page, "a reply that stays");
  await kept(page, 1);
  await page.reload();
  await filled(page, words);
  assert.equal(await page.locator("#composer button.send").isDisabled(), true);
  assert.equal(await page.locator("#composer").getAttribute("data-audience"), "everyone", "it is no note by itself");

  const { code } = await okafor_api.post(`/v1/people/${noemi.patient.id}/invitation`, {});
  const opened = await fetch(`${node.url}/v1/activate`, { method: "POST", headers: { "content-type": "application/json", origin: node.url }, body: JSON.stringify({ code, login: "noemi", password: "five unrelated words of noemi" }) });
  assert.equal(opened.status, 200);
  // who comes back to the page sees it; so does who stays, a little later
  await online(page);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.locator("#composer").getByText("has an account now. This was written before: read it again, then send it yourself.").waitFor();
  assert.equal(await box(page).inputValue(), words);
  assert.equal(times(await said(noemi.id), words), 0, "nothing is sent by itself");
  await accessible(page, "a reply that may be sent now");
  await page.locator("#composer button.send").click();
  const again = page.getByRole("alertdialog");
  await Promise.race([message(page, words).waitFor(), again.waitFor().then(() => again.getByRole("button", { name: /^Send/ }).click())]);
  await message(page, words).waitFor();
  assert.equal(times(await said(noemi.id), words), 1);
  await kept(page, 0);
});

test("on a phone it is there again, and its row says so", async () => {
  const { page, violations } = await at(chrome, node, account("okafor"), PHONE, `/#/team/${room}`);
  await online(page);
  const words = unique("From the corridor");
  await box(page).fill(words);
  await kept(page, 1);
  await page.reload();
  await filled(page, words);
  await to(page, "#/team");
  await row(page, room).getByText("Draft:").waitFor();
  await accessible(page, "a draft in the list, on a phone");
  assert.deepEqual(violations, []);
});

test("a patient's is there again on their phone; leaving with it asks, and erases it", async () => {
  const { page, violations } = await at(chrome, node, account("garcia"), PHONE, "/p/");
  const id = await page.locator("a[data-conversation]").filter({ hasText: "General" }).getAttribute("data-conversation"); // nothing unread: a row says that first
  await page.locator(`a[data-conversation="${id}"]`).tap();
  const words = unique("My knee");
  const own = page.locator("textarea[data-composer]");
  await own.fill(words);
  await kept(page, 1);
  await page.reload();
  await page.waitForFunction((text) => document.querySelector("textarea[data-composer]")?.value === text, words);
  await page.getByRole("button", { name: "Back to messages" }).tap();
  await page.locator(`a[data-conversation="${id}"]`).getByText(`Draft: ${words}`).waitFor();
  await accessible(page, "a patient's draft");
  await page.getByRole("button", { name: "Sign out" }).tap();
  const dialog = page.getByRole("alertdialog", { name: "Sign out and lose what is not sent?" });
  await dialog.waitFor();
  await accessible(page, "before a patient signs out");
  await dialog.getByRole("button", { name: "Sign out" }).tap();
  await page.locator("#login").waitFor();
  await kept(page, 0);
  assert.deepEqual(violations, []);
});

test("the page's policy was kept", () => assert.deepEqual(okafor.violations, []));
