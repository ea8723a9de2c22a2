// Who answers for a patient: taken, refused to who came second, handed over, resolved, closed and opened again, on the screens of two of the
// care team, of the patient on a phone, and of somebody who only looks at the organization's queue.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, DESKTOP, message, Node, online, PHONE } from "./harness.mjs";

const TOPIC = `My other knee ${crypto.randomUUID().slice(0, 8)}`;
const SUMMARY = `Swelling is down, call tomorrow ${crypto.randomUUID().slice(0, 8)}`;

let node;
let chrome;
let one;
let other;
let lead;
let patient;
let patient_api;
let id;

/** Somebody of the queue, and near them a patient with an account of whose care team two can sign in. */
async function cast() {
  const accounts = node.people();
  const of_queue = accounts.find((account) => account.roles.includes("organization_queue"));
  const api = await node.api(of_queue);
  const { people } = await api.get("/v1/people?limit=200");
  const { patients } = await api.get("/v1/patients?limit=200");
  const by_id = new Map(people.map((person) => [person.id, accounts.find((account) => account.name === person.name)]));
  const sites = api.person.site_ids ?? [];
  for (const person of patients) {
    const near = sites.length === 0 || (person.site_ids ?? []).some((site) => sites.includes(site));
    const team = (person.patient?.care_team ?? []).map((member) => by_id.get(member)).filter((account) => account !== undefined && account.login !== of_queue.login);
    const account = accounts.find((candidate) => candidate.kind === "patient" && candidate.name === person.name);
    if (person.state === "active" && near && team.length >= 2 && account !== undefined) return { of_queue, of_queue_id: api.person.id, team, account };
  }
  throw new Error("no patient of the demo is near somebody of the queue and has two in the care team");
}

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const found = await cast();
  patient_api = await node.api(found.account);
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: TOPIC }));
  await write("It began on Sunday.");
  one = await at(chrome, node, found.team[0]);
  // its requests are held back once, which a service worker would not let through to us
  other = await at(chrome, node, found.team[1], { ...DESKTOP, serviceWorkers: "block" });
  lead = { ...(await at(chrome, node, found.of_queue)), id: found.of_queue_id };
  for (const { page } of [one, other, lead]) await online(page);
  patient = { account: found.account };
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const write = (body) => patient_api.post(`/v1/conversations/${id}/messages`, { body, audience: "everyone", priority: "routine", mentions: [] });
const listed = (page) => page.locator(`a[data-conversation="${id}"]`);
const queued = (page) => page.locator("li").filter({ has: listed(page) });
const chip = (page, name) => page.locator("#conversation header").getByRole("button", { name, exact: false });
const tag = (page, words) => page.locator("#conversation header .tag").filter({ hasText: words });
const line = (page, words) => page.locator('li[data-kind="line"]').filter({ hasText: words });
const banner = (page) => page.getByRole("region", { name: "Hand-over" });

async function act(page, answers, item) {
  await chip(page, answers).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("the queue shows what waits and who answers, to somebody who is not in the conversation", async () => {
  await lead.page.getByRole("link", { name: "Queue", exact: true }).click();
  await lead.page.getByRole("heading", { name: "Queue" }).waitFor();
  const row = queued(lead.page);
  await row.filter({ hasText: "Front desk answers" }).waitFor();
  await row.filter({ hasText: "waits" }).waitFor();
  assert.equal(await row.getByRole("button", { name: /^Take/ }).count(), 0);
  await accessible(lead.page, "queue");
});

test("one takes it, and everybody sees that without a reload; who came second is told who was first", async () => {
  for (const { page } of [one, other]) {
    await listed(page).click();
    await chip(page, "Front desk answers").waitFor();
  }
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  await other.page.route(/\/care$/, async (route) => {
    await released;
    await route.continue();
  });
  const under_way = other.page.waitForRequest(/\/care$/);
  await act(other.page, "Front desk answers", "Take");
  await under_way;
  await act(one.page, "Front desk answers", "Take");
  await chip(one.page, "You answer").waitFor();
  await queued(lead.page).filter({ hasText: `${one.account.name} answers` }).waitFor();
  release();
  await other.page.getByRole("alert").filter({ hasText: `${one.account.name} was first` }).waitFor();
  await chip(other.page, `${one.account.name} answers`).waitFor();
  await line(other.page, `${one.account.name} took it`).waitFor();
  await line(one.page, "You took it").waitFor();
  await other.page.unroute(/\/care$/);
});

test("the menu offers what is allowed, and taking over asks once, by name", async () => {
  await chip(one.page, "You answer").click();
  await one.page.getByRole("menuitem", { name: "Hand over to…" }).waitFor();
  assert.equal(await one.page.getByRole("menuitem", { name: /^Take/ }).count(), 0);
  await accessible(one.page, "menu");
  await one.page.keyboard.press("Escape");
  await one.page.getByRole("menu").waitFor({ state: "detached" });
  await act(other.page, `${one.account.name} answers`, `Take over from ${one.account.name}…`);
  const question = other.page.getByRole("alertdialog");
  await question.getByText(`${one.account.name} answers for this patient now. Take over?`).waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  await question.waitFor({ state: "detached" });
  await chip(other.page, `${one.account.name} answers`).waitFor();
});

test("a hand-over brings its summary for the team, waits, and moves when it is accepted", async () => {
  await act(one.page, "You answer", "Hand over to…");
  const dialog = one.page.getByRole("dialog", { name: "Hand over to…" });
  await dialog.getByRole("combobox").fill(other.account.name);
  await dialog.getByRole("option").filter({ hasText: other.account.name }).first().click();
  assert.equal(await dialog.getByLabel("30 minutes").isChecked(), true);
  await dialog.getByText("Only the team sees this.", { exact: false }).waitFor();
  await dialog.getByLabel("Summary (optional)").fill(SUMMARY);
  assert.equal(await dialog.getByRole("checkbox", { name: "Pin the summary to the chart" }).isChecked(), true);
  await dialog.getByText("Looking for patients with a similar name…").waitFor({ state: "detached" });
  const sure = dialog.getByRole("checkbox", { name: /^This is / });
  if (await sure.count() > 0) await sure.check();
  await accessible(one.page, "hand-over dialog");
  await dialog.getByRole("button", { name: "Ask to take over" }).click();
  await dialog.waitFor({ state: "detached" });
  await message(other.page, SUMMARY).getByText("Team only").waitFor();
  await line(other.page, `${one.account.name} pinned something to`).waitFor();
  assert.deepEqual((await (await node.api(one.account)).get(`/v1/conversations/${id}/pins`)).pins.map((pin) => [pin.summary, pin.messages.length]), [[SUMMARY, 0]]);
  await banner(one.page).getByText(`You asked ${other.account.name} to take over; until they accept, you answer.`).waitFor();
  await banner(other.page).getByText(`${one.account.name} asks you to take over.`, { exact: false }).waitFor();
  await chip(other.page, `${one.account.name} answers`).waitFor();
  await accessible(other.page, "banner of who is asked");
  await accessible(one.page, "banner of who asked");
  await banner(other.page).getByRole("button", { name: "Accept" }).click();
  await chip(other.page, "You answer").waitFor();
  await chip(one.page, `${other.account.name} answers`).waitFor();
  for (const { page } of [one, other]) await banner(page).waitFor({ state: "detached" });
  await line(one.page, `${other.account.name} took it over from you`).waitFor();
  await queued(lead.page).filter({ hasText: `${other.account.name} answers` }).waitFor();
});

test("what is resolved is open again when the patient writes", async () => {
  await act(other.page, "You answer", "Mark as resolved");
  for (const { page } of [one, other]) {
    await tag(page, "Resolved").waitFor();
    await listed(page).filter({ hasText: "Resolved" }).waitFor();
  }
  await line(one.page, `${other.account.name} marked it as resolved`).waitFor();
  await lead.page.getByRole("button", { name: "Resolved", exact: true }).click();
  await queued(lead.page).filter({ hasText: `${other.account.name} answers` }).waitFor();
  await lead.page.getByRole("button", { name: "Open", exact: true }).click();
  await queued(lead.page).waitFor({ state: "detached" });
  await lead.page.locator(".list a[data-conversation]").first().waitFor();
  await write("It hurts again.");
  for (const { page } of [one, other]) {
    await message(page, "It hurts again.").waitFor();
    await tag(page, "Resolved").waitFor({ state: "detached" });
  }
  // no row moves under the pointer: what came is counted, and comes when it is asked for
  await lead.page.getByRole("button", { name: /^1 changed/ }).click();
  await queued(lead.page).filter({ hasText: "It hurts again." }).waitFor();
  await act(other.page, "You answer", "Mark as resolved"); // it is offered again: what is allowed came anew
  await tag(one.page, "Resolved").waitFor();
  await act(other.page, "You answer", "Open again");
  await tag(one.page, "Resolved").waitFor({ state: "detached" });
});

test("what is closed cannot be answered by the patient, who sees why; it can be opened again", async () => {
  patient = await at(chrome, node, patient.account, PHONE, "/");
  await patient.page.waitForURL(/\/p\//);
  await listed(patient.page).tap();
  const box = patient.page.getByRole("textbox", { name: "Your message" });
  await box.waitFor();
  await act(other.page, "You answer", "Close for the patient…");
  await other.page.getByRole("alertdialog").getByRole("button", { name: "Close", exact: true }).last().click();
  await tag(one.page, "Closed").waitFor();
  await patient.page.locator("footer").getByText("Your care team has closed this conversation.").waitFor();
  await box.waitFor({ state: "detached" });
  await line(patient.page, "Your care team closed this conversation").waitFor();
  assert.equal(await line(patient.page, "took it").count(), 0);
  await accessible(patient.page, "closed for the patient");
  await assert.rejects(write("One more thing."), /409[^]*"closed"/);
  await patient.page.getByRole("button", { name: "New message" }).tap();
  await patient.page.getByRole("heading", { name: "New message" }).waitFor();
  await patient.page.getByRole("button", { name: "Back to messages" }).tap();
  await patient.page.locator("footer").getByText("Your care team has closed this conversation.").waitFor();
  await act(other.page, "You answer", "Open again");
  await box.waitFor();
  await line(patient.page, "Your care team opened this conversation again").waitFor();
  await write("One more thing.");
  await message(one.page, "One more thing.").waitFor();
});

test("from the queue it is opened, joined, and taken over", async () => {
  const { page } = lead;
  await listed(page).first().click();
  await message(page, "One more thing.").waitFor();
  await page.getByText("You are not in this conversation.", { exact: false }).waitFor();
  await accessible(page, "a conversation that is only looked at");
  await page.getByRole("button", { name: "Join conversation" }).click();
  await page.locator("#conversation textarea[data-composer]").waitFor();
  await queued(page).getByRole("button", { name: /^Take over/ }).click();
  const question = page.getByRole("alertdialog");
  await question.getByText(`${other.account.name} answers for this patient now. Take over?`).waitFor();
  await question.getByRole("button", { name: "Take over", exact: true }).click();
  await queued(page).filter({ hasText: "You answer" }).waitFor();
  await chip(page, "You answer").waitFor();
  await chip(other.page, `${lead.account.name} answers`).waitFor();
  await page.getByRole("button", { name: "Me", exact: true }).click();
  await queued(page).filter({ hasText: "You answer" }).waitFor();
  await accessible(page, "queue with a conversation");
});

test("the queue by keyboard, and on a phone", async () => {
  const { page } = lead;
  await page.getByRole("button", { name: "Anyone", exact: true }).click();
  await queued(page).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.press("ArrowDown");
  const first = await page.evaluate(() => document.activeElement?.getAttribute("data-conversation"));
  assert.match(first ?? "", /^con_/);
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-conversation")), first);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`#/queue/${first}`));
  const phone = await at(chrome, node, lead.account, PHONE);
  await phone.page.getByRole("link", { name: "Queue", exact: true }).tap();
  await phone.page.getByRole("main", { name: "Queue", exact: true }).filter({ has: queued(phone.page) }).waitFor();
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, "no sideways scrolling");
  await accessible(phone.page, "queue on a phone");
  await listed(phone.page).tap();
  await chip(phone.page, "You answer").waitFor();
  await accessible(phone.page, "conversation on a phone");
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("whose right ends sees the queue no more, nor what they only looked at", async () => {
  const { page } = lead;
  await page.locator(`.list a[data-conversation]:not([data-conversation="${id}"])`).first().click();
  await page.getByText("You are not in this conversation.", { exact: false }).waitFor();
  const administrator = await node.api(node.people().find((account) => account.roles.includes("administrator")));
  await administrator.patch(`/v1/people/${lead.id}`, { roles: ["compliance_officer"] });
  await page.getByText("needs a permission that your role does not have", { exact: false }).waitFor();
  await page.getByText("This is not here, or you may not see it.").waitFor();
  assert.equal(await page.locator("#conversation article[data-message]").count(), 0);
  assert.equal(await page.locator(".list a[data-conversation]").count(), 0);
});

test("whoever has no right to the queue has no door to it, and is told why at its address", async () => {
  // neither works with patients nor has the role
  const { page, context } = await at(chrome, node, node.people().find(({ login }) => login === "teo"));
  await online(page);
  assert.equal(await page.getByRole("link", { name: "Queue", exact: true }).count(), 0);
  await page.evaluate(() => { location.hash = "#/queue"; });
  await page.getByText("needs a permission that your role does not have", { exact: false }).waitFor();
  await accessible(page, "no right to the queue");
  await context.close();
});

test("nothing broke the policy of the page", () => {
  for (const { violations } of [one, other, lead, patient]) assert.deepEqual(violations, []);
});
