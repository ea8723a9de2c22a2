// Who is writing? A physician asks before a result is told; the patient answers on a phone with their password, wrongly first; a proxy answers
// with their own. Both sides see what was asked and shown, and patients also who is no longer there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, Node, online, PHONE } from "./harness.mjs";

const TOPIC = "Lab results: iron";

let node;
let chrome;
let okafor;
let raman;
let maria;
let hanh;
let leo;
let id;
let fever;

const account = (login) => node.people().find((one) => one.login === login);
const chip = (page, state) => page.locator(`main#conversation header [data-identity="${state}"]`);
const card = (page) => page.getByRole("region", { name: "Show that it is you" });
const password = (page) => card(page).getByLabel("Your password");
const show = (page) => card(page).getByRole("button", { name: "Show that it is me" });
const line = (page, words) => page.locator("main").getByText(words, { exact: false }).last();
const said = (page, words) => page.locator("[aria-live]").filter({ hasText: words }).first();
/** What of the messages is left to see. */
const readable = (page) => page.evaluate(() => document.querySelector("main").getBoundingClientRect().height);

async function ask(page) {
  await page.locator("main#conversation header").getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Ask who is writing…" }).click();
  return page.getByRole("alertdialog", { name: "Ask who is writing?" });
}

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const of = async (login, topic) => (await (await node.api(account(login))).get("/v1/conversations?scope=mine")).conversations.find((one) => one.kind === "patient" && one.topic === topic).id;
  [id, fever] = await Promise.all([of("okafor", TOPIC), of("raman", "Fever")]);
  okafor = await at(chrome, node, account("okafor"), undefined, `/#/inbox/${id}`);
  await online(okafor.page);
  maria = await at(chrome, node, account("garcia"), PHONE, `/p/#/inbox/${id}`);
  await maria.page.getByRole("heading", { name: TOPIC }).waitFor();
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

test("whoever asks reads first what that means; then both sides see it at once", async () => {
  const dialog = await ask(okafor.page);
  await dialog.getByText("types their own password once more", { exact: false }).waitFor();
  await accessible(okafor.page, "before asking");
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  const asked = chip(okafor.page, "asked");
  assert.match(await asked.textContent(), /^Identity asked · \d\d:\d\d/);
  assert.match(await asked.getAttribute("title"), /^You asked at .* who is writing\. Nobody has answered yet\.$/);
  await line(okafor.page, "You asked who is writing").waitFor();
  await accessible(okafor.page, "asked");

  const { page } = maria;
  await card(page).getByText("Chidi Okafor asks you to show that it is you.").waitFor();
  await line(page, "Chidi Okafor asked who is writing").waitFor();
  await said(page, "Chidi Okafor asks you to show that it is you.").waitFor({ state: "attached" });
  assert.ok((await readable(page)) > 250, "the messages stay readable");
  await accessible(page, "asked, on a phone");
});

test("it can wait: the messages have the room, and the question stays", async () => {
  const { page } = maria;
  const before = await readable(page);
  await card(page).getByRole("button", { name: "Not now" }).tap();
  assert.equal(await password(page).count(), 0);
  assert.ok((await readable(page)) > before + 80);
  await page.reload();
  await password(page).waitFor();
  await card(page).getByRole("button", { name: "Not now" }).tap();
  await card(page).getByRole("button", { name: "Show it now" }).tap();
  await page.waitForFunction(() => document.activeElement?.id === "identity-password");
});

test("a colleague who asks again is told that it is asked already", async () => {
  const dialog = await ask(okafor.page);
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await said(okafor.page, "It has been asked already.").waitFor({ state: "attached" });
  await chip(okafor.page, "asked").waitFor();
});

test("a wrong password is no answer, is not kept, and too many have to wait", async () => {
  const { page } = maria;
  await show(page).tap();
  await card(page).getByText("Type your password.").waitFor();
  for (let tries = 1; ; tries += 1) {
    await password(page).fill(`wrong ${tries}`);
    const [answer] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/identity/confirm")), show(page).tap()]);
    if (answer.status() === 429) break;
    assert.equal(answer.status(), 409);
    await card(page).getByText("That is not your password. Try again.").waitFor();
    assert.equal(await password(page).inputValue(), "");
    assert.ok(tries < 50);
    if (tries === 1) {
      await page.waitForFunction(() => document.activeElement?.id === "identity-password");
      assert.equal(await password(page).getAttribute("aria-invalid"), "true");
      await accessible(page, "a wrong password");
    }
  }
  await card(page).getByRole("alert").getByText(/Wait \d+ seconds?, then try again\./).waitFor();
  assert.equal(await password(page).inputValue(), "");
  await show(page).waitFor(); // the time is over
  assert.equal(await card(page).getByRole("alert").count(), 0);
  await chip(okafor.page, "asked").waitFor();
});

test("the right one is: thanks on the phone, who and when for the staff, and lines for both", async () => {
  const { page } = maria;
  const right = account("garcia").password;
  await page.waitForFunction(() => !document.querySelector('[data-identity] button[type="submit"]').disabled);
  await password(page).fill(right);
  await password(page).press("Enter");
  await page.getByText("Thank you. Your care team sees that it is you.").waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent.startsWith("Thank you."));
  assert.equal(await card(page).count(), 0);
  await line(page, "You showed that it is you").waitFor();
  const kept = await page.evaluate((words) => document.documentElement.outerHTML.includes(words) || JSON.stringify({ ...localStorage, ...sessionStorage }).includes(words) || [...document.querySelectorAll("input")].some((one) => one.value === words), right);
  assert.equal(kept, false);
  await accessible(page, "shown");

  const confirmed = chip(okafor.page, "confirmed");
  await confirmed.waitFor();
  assert.match(await confirmed.textContent(), /^Identity confirmed · Maria Garcia · \d\d:\d\d/);
  assert.match(await confirmed.getAttribute("title"), /^Maria Garcia typed their password at .*\. You had asked at /);
  await line(okafor.page, "Maria Garcia showed who is writing, with their password").waitFor();
  await accessible(okafor.page, "confirmed");
  await okafor.page.reload();
  await chip(okafor.page, "confirmed").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: TOPIC }).waitFor();
  await line(page, "You showed that it is you").waitFor();
  assert.equal(await card(page).count(), 0);
});

test("a proxy answers with their own password, on a phone", async () => {
  hanh = await at(chrome, node, account("hanh.tran"), PHONE, `/p/#/inbox/${fever}`);
  raman = await at(chrome, node, account("raman"), PHONE, `/#/inbox/${fever}`);
  await hanh.page.getByText("You are writing for: Leo Tran").waitFor();
  await online(raman.page);
  const dialog = await ask(raman.page);
  await dialog.getByRole("button", { name: "Ask", exact: true }).tap();
  await chip(raman.page, "asked").waitFor();
  await accessible(raman.page, "asked, at the staff's phone");

  const { page } = hanh;
  await card(page).getByText("Type your own password once more, not that of Leo Tran.", { exact: false }).waitFor();
  await accessible(page, "a proxy is asked");
  await password(page).fill(account("leo.tran").password === account("hanh.tran").password ? "of somebody else" : account("leo.tran").password);
  await show(page).tap();
  await card(page).getByText("That is not your password. Try again.").waitFor();
  await password(page).fill(account("hanh.tran").password);
  await show(page).tap();
  await page.getByText("Thank you. Your care team sees that it is you.").waitFor();
  assert.match(await chip(raman.page, "confirmed").textContent(), /^Identity confirmed · Hanh Tran · /);
  await accessible(raman.page, "confirmed, at the staff's phone");
});

test("who was asked before they looked finds the question, and who answered elsewhere does not", async () => {
  const api = await node.api(account("raman"));
  leo = await at(chrome, node, account("leo.tran"), PHONE, `/p/#/inbox/${fever}`);
  await leo.page.getByRole("heading", { name: "Fever" }).waitFor();
  await line(leo.page, "Hanh Tran showed that it is them").waitFor();
  assert.equal(await card(leo.page).count(), 0);
  await api.post(`/v1/conversations/${fever}/identity`);
  await card(leo.page).waitFor();
  await card(hanh.page).waitFor();
  await password(leo.page).fill(account("leo.tran").password);
  await show(leo.page).tap();
  await leo.page.getByText("Thank you. Your care team sees that it is you.").waitFor();
  await card(hanh.page).waitFor({ state: "detached" });
  await line(hanh.page, "Leo Tran showed that it is them").waitFor();
});

test("a patient reads who is no longer there, and not why", async () => {
  const [of_raman, covering] = await Promise.all([node.api(account("raman")), node.api(account("lindqvist"))]);
  const holder = (await of_raman.get(`/v1/conversations/${fever}`)).care.party.person?.id;
  const care = `/v1/conversations/${fever}/care`;
  if (holder !== of_raman.person.id) await of_raman.post(care, { step: "take", ...(holder ? { from_id: holder } : {}) });
  await of_raman.post("/v1/coverage", { covering_id: covering.person.id, until_ms: Date.now() + 3_600_000, reason: "Training" });
  await covering.post(`/v1/conversations/${fever}/members`, { person_id: covering.person.id, history: "full" });
  await covering.post(care, { step: "take", from_id: of_raman.person.id });
  const { members } = await covering.get(`/v1/conversations/${fever}/members`);
  assert.ok(members.some((one) => one.person_id === covering.person.id));
  await of_raman.post(`/v1/conversations/${fever}/restriction`, { step: "label", sensitivity: "part_2" });
  const { name } = covering.person;
  const refetched = leo.page.waitForResponse((one) => one.url().endsWith(`/v1/conversations/${fever}`));
  await line(leo.page, `${name} is no longer part of this conversation`).waitFor();
  const fresh = await (await refetched).json();
  assert.ok(!fresh.members.some((one) => one.person_id === covering.person.id));
  await leo.page.reload();
  await line(leo.page, `${name} is no longer part of this conversation`).waitFor();
  await accessible(leo.page, "somebody left");
  for (const words of await Promise.all(leo.heard)) assert.ok(!words.includes("part_2"));
});

test("nothing broke the pages' own rules, and no password came back", async () => {
  for (const one of [okafor, raman, maria, hanh, leo]) assert.deepEqual(one.violations, []);
  for (const [one, login] of [[maria, "garcia"], [hanh, "hanh.tran"]]) {
    const heard = await Promise.all(one.heard);
    assert.ok(heard.length > 5);
    for (const words of heard) assert.ok(!words.includes(account(login).password) || account(login).password.length < 8, words.slice(0, 120));
  }
});
