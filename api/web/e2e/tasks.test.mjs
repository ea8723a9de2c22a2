// Tasks, what patients must read by a time, and two who answer the same patient at once: on the screens of two of the care team, of somebody
// who sorts the queue, and towards a patient who learns of none of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, PHONE } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const TOPIC = unique("My antibiotic");
const ASKED = unique("Can you call the pharmacy?");

let node;
let chrome;
let okafor;
let wen;
let rosa;
let okafor_api;
let wen_api;
let patient_api;
let id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [okafor_api, wen_api, patient_api] = await Promise.all(["okafor", "wen", "garcia"].map((login) => node.api(account(login))));
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: TOPIC }));
  await patient_api.post(`/v1/conversations/${id}/messages`, plain(`**${ASKED}**\nThey have none of it.`));
  await okafor_api.post(`/v1/conversations/${id}/care`, { step: "take" });
  [okafor, wen, rosa] = await Promise.all(["okafor", "wen", "rosa"].map((login) => at(chrome, node, account(login))));
  for (const { page } of [okafor, wen, rosa]) await online(page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const plain = (body, more = {}) => ({ body, audience: "everyone", priority: "routine", mentions: [], ...more });
const writes = (api, body, more) => api.post(`/v1/conversations/${id}/messages`, plain(body, more));
const patientReads = async () => patient_api.post(`/v1/conversations/${id}/read`, { seq: (await patient_api.get(`/v1/conversations/${id}`)).last_seq });
const said = async () => (await patient_api.get(`/v1/conversations/${id}/events?limit=100`)).events.flatMap(({ event }) => (event.type === "message_sent" ? [event.body] : []));
const mine = async (api) => (await api.get("/v1/tasks?scope=mine&state=open")).tasks;
const place = (page) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /Tasks$/ });
const badge = (page, count) => (count === 0 ? page.locator('[data-badge="tasks"]') : page.locator(`[data-badge="tasks"][data-count="${count}"]`));
const listed = (page, title) => page.locator(".list [data-task]").filter({ hasText: title });
const beside = (page, title) => page.locator("aside [data-task]").filter({ hasText: title });
const line = (page, words) => page.locator('li[data-kind="line"]').filter({ hasText: words });
const dialog = (page, name) => page.getByRole("dialog", { name, exact: true });
const box = (page) => page.locator("#conversation textarea[data-composer]");
const filter = (page, name) => page.locator(".list header").getByRole("button", { name, exact: true });
const row = (page) => page.locator(`a[data-conversation="${id}"]`);

async function open(page) {
  await page.evaluate((one) => { location.hash = `#/inbox/${one}`; }, id);
  await message(page, ASKED).waitFor();
}

async function details(page) {
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await page.getByRole("complementary").getByRole("button", { name: "Create task" }).waitFor();
}

/** In a task's own menu. */
async function option(page, entry, title, name) {
  await entry.getByRole("button", { name: `Options for ${title}`, exact: true }).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

async function choose(asked, typed, name) {
  await asked.getByRole("combobox", { name: "Who does it" }).fill(typed);
  await asked.getByRole("option").filter({ hasText: name }).click();
}

test("a message becomes a task for a colleague, who has it at once and does it; both see that without a reload, the patient nothing", async () => {
  const { page } = okafor;
  const before = (await mine(wen_api)).length;
  await open(page);
  await message(page, ASKED).hover();
  await message(page, ASKED).getByRole("button", { name: "Message actions" }).click();
  await page.getByRole("menuitem", { name: "Create task…" }).click();
  const asked = dialog(page, "Create task");
  const what = asked.getByLabel("What is to be done");
  assert.equal(await what.inputValue(), ASKED);
  assert.equal(await page.evaluate(() => document.activeElement?.value), ASKED);
  await asked.getByText("The care team sees it, the patient does not.").waitFor();
  await accessible(page, "create task");
  await what.fill("");
  await asked.getByLabel("By a set time").check();
  await asked.getByRole("button", { name: "Create task" }).click();
  for (const words of ["Write what is to be done.", "Choose who does it.", "Choose the day and the time."]) await asked.getByText(words).waitFor();
  await accessible(page, "create task with faults");
  await what.fill(ASKED);
  await choose(asked, "wen", "Wen Zhao");
  await asked.getByRole("button", { name: "In 1 hour" }).click();
  await asked.getByRole("button", { name: "Create task" }).click();
  await asked.waitFor({ state: "detached" });

  await badge(wen.page, before + 1).waitFor();
  await line(page, "You created a task for Wen Zhao").waitFor();
  await line(page, "You created a task for Wen Zhao").getByRole("button").click();
  await beside(page, ASKED).getByText(/^Due in (59|60) min$|^Due today, |^Due tomorrow, /).waitFor();
  await accessible(page, "tasks beside a conversation");

  await place(wen.page).click();
  await listed(wen.page, ASKED).getByText("For you, from Chidi Okafor").waitFor();
  await accessible(wen.page, "tasks");
  await listed(wen.page, ASKED).getByRole("link").click();
  await message(wen.page, ASKED).waitFor();
  await line(wen.page, "Chidi Okafor created a task for you").waitFor();
  await accessible(wen.page, "a task and its conversation");
  await listed(wen.page, ASKED).getByRole("button", { name: `Mark done ${ASKED}` }).click();
  await listed(wen.page, ASKED).waitFor({ state: "detached" });
  await badge(wen.page, before).waitFor({ state: before === 0 ? "detached" : "attached" });
  await filter(wen.page, "Done").click();
  await listed(wen.page, ASKED).getByText(/^Done by you, /).waitFor();
  await accessible(wen.page, "tasks that are done");

  await line(page, "Wen Zhao did a task").waitFor();
  await page.locator("aside summary").filter({ hasText: "Done (1)" }).click();
  await beside(page, ASKED).getByText(/^Done by Wen Zhao, /).waitFor();
  await accessible(page, "what was done beside a conversation");
  const { events } = await patient_api.get(`/v1/conversations/${id}/events?limit=100`);
  assert.equal(JSON.stringify(events).includes("task"), false, "the patient learns of no task");
});

test("a task for a role is everybody's who has it; it is taken, due at another time, taken back, and opened again", async () => {
  const { page } = okafor;
  const title = unique("Send the form");
  await page.getByRole("complementary").getByRole("button", { name: "Create task" }).click();
  const asked = dialog(page, "Create task");
  await asked.getByLabel("What is to be done").fill(title);
  await choose(asked, "nurs", "Nurses");
  await asked.getByRole("button", { name: "Create task" }).click();
  await asked.waitFor({ state: "detached" });
  await beside(page, title).getByText("For Nurses, from you").waitFor();

  await filter(wen.page, "Open").click();
  await filter(wen.page, "Team").click();
  const entry = listed(wen.page, title);
  await entry.waitFor();
  await option(wen.page, entry, title, "Take it myself");
  await entry.waitFor({ state: "detached" });
  await filter(wen.page, "Mine").click();
  await entry.getByText("For you, from Chidi Okafor").waitFor();
  await beside(page, title).getByText("For Wen Zhao, from you").waitFor();

  await option(wen.page, entry, title, "Change the time…");
  const when = dialog(wen.page, "When it is due");
  await accessible(wen.page, "when a task is due");
  await when.getByRole("button", { name: /^Tomorrow, / }).click();
  await when.getByRole("button", { name: "Change the time" }).click();
  await entry.getByText(/^Due tomorrow, /).waitFor();
  await line(page, "Wen Zhao changed when a task is due").waitFor();

  await option(wen.page, entry, title, "Give to somebody else…");
  const give = dialog(wen.page, "Give to somebody else");
  await accessible(wen.page, "give a task to somebody else");
  await choose(give, "okaf", "Chidi Okafor");
  await give.getByRole("button", { name: "Give", exact: true }).click();
  await entry.waitFor({ state: "detached" });
  await beside(page, title).getByText("For you, from you").waitFor();
  await option(page, beside(page, title), title, "Not needed any more");
  await beside(page, title).getByText(/^Taken back by you, /).waitFor({ state: "attached" });
  await beside(page, title).getByRole("button", { name: `Open again ${title}` }).click();
  await beside(page, title).getByRole("button", { name: `Mark done ${title}` }).waitFor();
});

test("who was second is told how it stands", async () => {
  const { page } = okafor;
  const [task] = await mine(okafor_api);
  await okafor_api.post(`/v1/tasks/${task.id}`, { step: "complete" });
  await beside(page, task.title).getByRole("button", { name: `Open again ${task.title}` }).waitFor();
  await assert.rejects(okafor_api.post(`/v1/tasks/${task.id}`, { step: "cancel" }), /nothing_to_do/);
});

test("what must be read by a time is a chip until it is sent, and listed until it is read", async () => {
  const { page } = okafor;
  const [first, words] = [unique("Not this one"), unique("Stop the tablets today.")];
  await box(page).fill(first);
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByText("If the patient has not read it by then", { exact: false }).waitFor();
  await accessible(page, "more ways to send");
  await page.getByRole("menuitem", { name: "Must be read by…" }).click();
  const asked = dialog(page, "Must be read by");
  await accessible(page, "must be read by");
  await asked.getByRole("button", { name: "In 1 hour" }).click();
  await asked.getByText(/^If Maria Garcia has not read it by /).waitFor();
  await asked.getByRole("button", { name: "Set the time" }).click();
  const chip = page.locator("#composer .chip");
  await chip.getByText(/^Must be read by /).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "TEXTAREA");
  await accessible(page, "a chip over the box");
  await chip.getByRole("button", { name: "Need not be read by a set time" }).click();
  await chip.waitFor({ state: "detached" });
  await box(page).press("Enter");
  await message(page, first).waitFor();
  assert.deepEqual((await okafor_api.get(`/v1/conversations/${id}/tasks`)).unread, []);

  await box(page).fill(words);
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name: "Must be read by…" }).click();
  await asked.getByRole("button", { name: "In 1 hour" }).click();
  await asked.getByRole("button", { name: "Set the time" }).click();
  await chip.waitFor();
  await box(page).press("Enter");
  await message(page, words).waitFor();
  await chip.waitFor({ state: "detached" });
  const must = page.getByRole("list", { name: "Must be read by a time" });
  await must.getByText(/^Must be read by /).waitFor();
  await accessible(page, "what must be read beside a conversation");
  await patientReads();
  await must.waitFor({ state: "detached" });
});

test("what a patient has not read in time is a task for its author, and in the list of what was not read until it is", async () => {
  const { page } = okafor;
  const before = (await mine(okafor_api)).length;
  await writes(okafor_api, unique("Come in at once."), { read_by_ms: Date.now() + 2_500 });
  await badge(page, before + 1).waitFor();
  const reach = "Reach Maria Garcia another way";
  await beside(page, reach).getByText("Not read in time").waitFor();
  await line(page, "The patient has not read in time: a task for you").waitFor();
  await page.getByRole("list", { name: "Must be read by a time" }).getByText("Not read in time").waitFor();
  await accessible(page, "not read in time, beside a conversation");
  await place(page).click();
  await page.getByRole("heading", { name: /^Overdue/ }).waitFor();
  await listed(page, reach).first().waitFor();
  await accessible(page, "not read in time, among the tasks");
  await filter(page, "Not read").click();
  const entry = page.locator(".list [data-unread]").filter({ hasText: "Maria Garcia" });
  await entry.getByText("Not read in time").waitFor();
  await accessible(page, "not read by patients");
  await patientReads();
  await page.getByRole("button", { name: "Refresh" }).click();
  await entry.waitFor({ state: "detached" });
});

test("while a colleague replies it is said beside the box and in the queue; the second reply is held up, and goes anyway when it is meant", async () => {
  const [first, second, third] = [unique("Take two"), unique("Take one"), unique("With water")];
  await rosa.page.getByRole("link", { name: "Queue", exact: true }).click();
  await row(rosa.page).waitFor();
  for (const { page } of [okafor, wen]) await open(page);
  await box(okafor.page).fill(first);
  await box(wen.page).fill(second);
  await okafor.page.locator("#composer .replying").filter({ hasText: "Wen Zhao is replying" }).waitFor();
  await rosa.page.locator("li").filter({ has: row(rosa.page) }).getByText(/(Wen Zhao|Chidi Okafor) is replying|are replying/).waitFor();
  await box(wen.page).press("End");
  await box(wen.page).pressSequentially("."); // it is still being written
  await accessible(okafor.page, "a colleague is replying");
  await box(wen.page).press("Enter");
  await message(okafor.page, second).waitFor();
  await okafor.page.locator("#composer .replying").waitFor({ state: "detached" });
  await box(okafor.page).press("Enter");
  const refused = okafor.page.locator('article[data-state="failed"]').filter({ hasText: first });
  await refused.getByRole("alert").filter({ hasText: "Wen Zhao has just replied" }).waitFor();
  await accessible(okafor.page, "a colleague was quicker");
  assert.equal((await said()).includes(first), false);
  await refused.getByRole("button", { name: "Send anyway" }).click();
  await message(okafor.page, first).waitFor();
  await refused.waitFor({ state: "detached" });

  // the same the other way round, and edited instead
  await box(wen.page).fill(third);
  const again = unique("And rest");
  await writes(okafor_api, again);
  await message(wen.page, again).waitFor();
  await box(wen.page).press("Enter");
  const kept = wen.page.locator('article[data-state="failed"]').filter({ hasText: third });
  await kept.getByRole("button", { name: "Edit", exact: true }).click();
  await kept.waitFor({ state: "detached" });
  assert.equal(await box(wen.page).inputValue(), third);
  await box(wen.page).press("Enter");
  await message(wen.page, third).waitFor();
  const all = await said();
  assert.deepEqual([first, third].map((words) => all.filter((one) => one === words).length), [1, 1]);
});

test("who replies in another one's name is seen to reply, too", async () => {
  await row(rosa.page).click();
  await box(rosa.page).fill("He will call you.");
  await okafor.page.locator("#composer .replying").filter({ hasText: "Rosa Delgado is replying" }).waitFor();
  await box(rosa.page).fill("");
  await okafor.page.locator("#composer .replying").waitFor({ state: "detached" });
});

test("tasks by keyboard, and on a phone", async () => {
  const title = unique("By keyboard");
  await okafor_api.post(`/v1/conversations/${id}/tasks`, { title, assignee: { person_id: okafor_api.person.id }, due_at_ms: Date.now() + 60_000 });
  const { page } = okafor;
  await place(page).click();
  const entry = listed(page, title);
  await entry.waitFor();
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("1");
  for (;;) {
    await page.keyboard.press("j");
    if (await entry.evaluate((one) => one.contains(document.activeElement))) break;
  }
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await entry.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement !== null && document.activeElement !== document.body);

  await okafor_api.post(`/v1/conversations/${id}/tasks`, { title: `${title} too`, assignee: { person_id: okafor_api.person.id } });
  const phone = await at(chrome, node, okafor.account, PHONE);
  await online(phone.page);
  await place(phone.page).tap();
  await listed(phone.page, `${title} too`).waitFor();
  await accessible(phone.page, "tasks on a phone");
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, "no sideways scrolling");
  await listed(phone.page, `${title} too`).getByRole("link").tap();
  await message(phone.page, ASKED).waitFor();
  await phone.page.getByRole("button", { name: "Back to the list" }).tap();
  await listed(phone.page, `${title} too`).waitFor();
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("without a connection tasks can be read, and it is said why they cannot be changed", async () => {
  const { page } = okafor;
  await node.kill();
  await page.locator('[data-link="waiting"]').waitFor({ state: "attached" });
  await page.getByText("Offline: tasks can be read. Changing them needs a connection.").first().waitFor();
  assert.equal(await page.locator(".list [data-task]").first().getByRole("button", { name: /^Mark done / }).isDisabled(), true);
  await accessible(page, "tasks without a connection");
});

test("nothing broke the page's policy", () => {
  for (const { violations } of [okafor, wen, rosa]) assert.deepEqual(violations, []);
});
