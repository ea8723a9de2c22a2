// A task leads to the message that it came from: however long ago, scrolled to and marked, at a desk and on a phone; an answer in its thread; and
// where it cannot be shown, that is said.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const ASKED = unique("Which dressing shall I buy?");
const ANSWER = unique("The blue one");
const OLD = unique("Order the dressing");
const OF_ANSWER = unique("Ask whether it holds");
const HIDDEN = unique("Read what came before");
const LATER_COUNT = 130;

let node;
let chrome;
let okafor;
let id;
let asked_seq;
let answer_seq;

const writes = (api, body, more = {}) => api.post(`/v1/conversations/${id}/messages`, { body, audience: "everyone", priority: "routine", mentions: [], ...more });

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  const [okafor_api, wen_api, jonas_api, patient_api] = await Promise.all(["okafor", "wen", "jonas", "garcia"].map((login) => node.api(account(login))));
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: unique("My dressing") }));
  ({ seq: asked_seq } = await writes(patient_api, ASKED));
  ({ seq: answer_seq } = await writes(wen_api, ANSWER, { reply_to: asked_seq }));
  const task = (title, more) => okafor_api.post(`/v1/conversations/${id}/tasks`, { title, assignee: { person_id: okafor_api.person.id }, ...more });
  await task(OLD, { seq: asked_seq });
  await task(OF_ANSWER, { seq: answer_seq });
  await task(HIDDEN, { seq: asked_seq });
  const people = [okafor_api, wen_api, jonas_api, patient_api];
  await Promise.all(people.map(async (api, nth) => {
    for (let count = nth; count < LATER_COUNT; count += people.length) await writes(api, `Message ${count}`);
  }));
  okafor = await at(chrome, node, account("okafor"));
  await online(okafor.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const place = (page) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /Tasks$/ });
const task = (page, title) => page.locator(".list [data-task]").filter({ hasText: title }).getByRole("link");
/** Marked, and in the pane. */
const seen = (page, seq) => page.waitForFunction((wanted) => {
  const row = document.querySelector(`#conversation li[data-seq="${wanted}"][aria-current="true"]`);
  const [box, pane] = [row?.getBoundingClientRect(), document.querySelector("#conversation .pane")?.getBoundingClientRect()];
  return box !== undefined && pane !== undefined && box.top >= pane.top && box.top < pane.bottom - 20;
}, seq);

test("the message of long ago is loaded, scrolled to and marked, and stays there while others write", async () => {
  const { page } = okafor;
  await place(page).click();
  await task(page, OLD).click();
  await seen(page, asked_seq);
  await message(page, ASKED).waitFor();
  await accessible(page, "a message that a task came from");
  const patient = await node.api(node.people().find((one) => one.login === "garcia"));
  await writes(patient, "One more");
  await message(page, "One more").waitFor({ state: "attached" });
  await seen(page, asked_seq);
  // the reader may leave it, and comes back by the task
  await page.locator("#conversation .pill").click();
  await page.waitForFunction(() => { const pane = document.querySelector("#conversation .pane"); return pane.scrollHeight - pane.scrollTop - pane.clientHeight < 48; });
  await task(page, OLD).click();
  await seen(page, asked_seq);
});

test("an answer is shown in its place and in its thread, beside what it answers", async () => {
  const { page } = okafor;
  await task(page, OF_ANSWER).click();
  await page.getByRole("complementary").locator('li[aria-current="true"] article[data-message]').filter({ hasText: ANSWER }).waitFor();
  await seen(page, answer_seq);
  await page.keyboard.press("Escape");
});

test("on a phone, from a conversation that was not open", async () => {
  const phone = await at(chrome, node, okafor.account, PHONE);
  await online(phone.page);
  await place(phone.page).tap();
  await task(phone.page, OLD).tap();
  await seen(phone.page, asked_seq);
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("where nobody answers, it is said, and tried again when it is asked for", async () => {
  const fresh = await at(chrome, node, okafor.account, { viewport: { width: 1360, height: 860 }, serviceWorkers: "block" });
  const { page } = fresh;
  await online(page);
  await place(page).click();
  await task(page, HIDDEN).waitFor();
  await page.route(/\/events\?before=/, (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ status: 503, code: "overloaded" }) }));
  await task(page, HIDDEN).click();
  const said = page.getByRole("alert").filter({ hasText: "The message that this is about could not be loaded." });
  await said.waitFor({ timeout: 60_000 });
  await accessible(page, "a message that is not shown");
  await page.unroute(/\/events\?before=/);
  await said.getByRole("button", { name: "Retry" }).click();
  await seen(page, asked_seq);
  await said.waitFor({ state: "detached" });
  assert.deepEqual(fresh.violations, []);
  await fresh.context.close();
});

test("nothing broke the page's policy", () => {
  assert.deepEqual(okafor.violations, []);
});
