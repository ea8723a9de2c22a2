// Threads that nobody misses: an answer to something long ago has its row where it came, the panel beside it has the whole thread, one follows it
// or not, what means one calls although it is muted, and whoever is named and is not there can be added first.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, DESKTOP, message, Node, online, PHONE, SHOWN_MS } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const ROOT = unique("Who takes the late round?");
const PATIENT_TOPIC = unique("My wrist");

let node;
let chrome;
let okafor;
let okafor_api;
let lindqvist_api;
let patient_api;
let id;
let root_seq;

const account = (login) => node.people().find((one) => one.login === login);
const plain = (body, more = {}) => ({ body, audience: "everyone", priority: "routine", mentions: [], ...more });

before(async () => {
  node = await Node.start();
  chrome = await browser();
  [okafor_api, lindqvist_api, patient_api] = await Promise.all(["okafor", "lindqvist", "garcia"].map((login) => node.api(account(login))));
  ({ conversation_id: id } = await lindqvist_api.post("/v1/conversations", { kind: "group", topic: unique("Ward 3"), member_ids: [okafor_api.person.id] }));
  ({ seq: root_seq } = await lindqvist_api.post(`/v1/conversations/${id}/messages`, plain(ROOT)));
  // more than the first page holds
  for (let nth = 0; nth < 52; nth += 1) await Promise.all([lindqvist_api, okafor_api].map((one) => one.post(`/v1/conversations/${id}/messages`, plain(`Round ${nth}`))));
  const { last_message } = (await okafor_api.get("/v1/conversations?scope=mine")).conversations.find((one) => one.id === id);
  await okafor_api.post(`/v1/conversations/${id}/read`, { seq: last_message.seq });
  okafor = await at(chrome, node, account("okafor"));
  await online(okafor.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const writes = (body, more) => lindqvist_api.post(`/v1/conversations/${id}/messages`, plain(body, more));
const answers = (body, more) => writes(body, { reply_to: root_seq, ...more });
const row = (page, conversation = id) => page.locator(`a[data-conversation="${conversation}"]`);
const answer = (page, words) => page.locator("#conversation [data-answer]").filter({ hasText: words });
const panel = (page) => page.getByRole("complementary", { name: "Thread" });
const said = (page, words) => page.locator('[data-region="polite"]').filter({ hasText: words });
const filters = (page) => page.getByRole("group", { name: "Show" });
const to = (page, place) => page.evaluate((hash) => { location.hash = hash; }, place);
const attend = (body) => okafor_api.post(`/v1/conversations/${id}/attention`, body);
const mine = async () => (await okafor_api.get(`/v1/conversations/${id}`)).my;
const unread = async (page, section) => Number((await page.locator(`[data-badge="${section}"]`).getAttribute("data-count", { timeout: 500 }).catch(() => "0")) ?? "0");
/** The poll of what the node holds, not a guess. */
async function held(fits) {
  const deadline_ms = Date.now() + SHOWN_MS;
  for (;;) {
    const my = await mine();
    if (fits(my)) return my;
    assert.ok(Date.now() < deadline_ms, `the node still holds ${JSON.stringify(my)}`);
    await new Promise((resolve) => setTimeout(resolve, 50)); // the poll of what the node holds, not a guess
  }
}

test("an answer to a message that is not loaded stands where it came, under the line for what is new, and opens the whole thread at it", async () => {
  const { page } = okafor;
  await to(page, "#/team");
  await answers("I can take it.\nFrom eight on.");
  await row(page).locator(".count").filter({ hasText: /^1$/ }).waitFor();
  await row(page).click();
  const one = answer(page, "I can take it.");
  await one.waitFor();
  assert.match(await one.innerText(), /in a thread/);
  assert.doesNotMatch(await one.innerText(), /From eight on/, "the first line alone");
  await page.locator("#conversation [data-new] + li [data-answer]").filter({ hasText: "I can take it." }).waitFor();
  await row(page).locator(".dot").waitFor({ state: "detached" });
  await accessible(page, "an answer among the messages");
  await one.click();
  await panel(page).getByText(ROOT).waitFor();
  await panel(page).locator('li[aria-current="true"]').filter({ hasText: "From eight on." }).waitFor();
  await answers("Or from nine.");
  await panel(page).getByText("Or from nine.").waitFor();
  await answer(page, "Or from nine.").waitFor();
  await accessible(page, "a thread with its answers");
});

test("the keys walk over it, and T and Enter open it", async () => {
  const { page } = okafor;
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "detached" });
  const rows = page.locator('#conversation li[data-kind="message"]');
  await rows.filter({ hasText: "I can take it." }).focus();
  await page.keyboard.press("j");
  await page.waitForFunction(() => document.activeElement?.matches("li") && document.activeElement.textContent.includes("Or from nine."));
  await page.keyboard.press("t");
  await panel(page).getByText(ROOT).waitFor();
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "detached" });
  await rows.filter({ hasText: "Or from nine." }).focus();
  await page.keyboard.press("Enter");
  await panel(page).getByText(ROOT).waitFor();
});

test("whoever answers for the first time follows the thread from then on, and can undo that", async () => {
  const { page } = okafor;
  const turn = (name) => panel(page).getByRole("button", { name, exact: true });
  await turn("Follow").waitFor();
  await panel(page).getByRole("textbox").fill("I will join you.");
  await panel(page).getByRole("textbox").press("Enter");
  await turn("Following").waitFor();
  assert.deepEqual((await mine()).attention.threads, [{ seq: root_seq, follows: true }]);
  await accessible(page, "a thread that is followed");
  await turn("Following").click();
  await turn("Follow").waitFor();
  await said(page, "You do not follow this thread any more.").waitFor({ state: "attached" });
  await panel(page).getByRole("textbox").fill("After all.");
  await panel(page).getByRole("textbox").press("Enter");
  await answer(page, "After all.").waitFor();
  assert.deepEqual((await mine()).attention.threads, [{ seq: root_seq, follows: false }], "what was said stays");
  await turn("Follow").click();
  await turn("Following").waitFor();
});

test("what means one calls although the conversation is muted: a mark, the figure, words, a filter; and no longer when it is read", async () => {
  const { page } = okafor;
  await to(page, "#/team");
  await attend({ step: "mute", muted: true });
  await row(page).getByText("Muted").waitFor({ state: "attached" });
  const before_count = await unread(page, "team");
  await writes("To nobody in particular");
  await row(page).locator(".count").waitFor();
  assert.deepEqual([await row(page).locator(".at").count(), await unread(page, "team")], [0, before_count]);
  await answers("So we are three.");
  await row(page).locator(".at").waitFor();
  await said(page, "New answer in a thread you follow, in another conversation").waitFor({ state: "attached" });
  await page.locator(`[data-badge="team"][data-count="${before_count + 2}"]`).waitFor();
  await writes("@Chidi Okafor please call", { mentions: [{ person_id: okafor_api.person.id }] });
  await said(page, "You were mentioned in another conversation").waitFor({ state: "attached" });
  await filters(page).getByRole("button", { name: "Mentions" }).click();
  await row(page).waitFor();
  await row(page).getByText("Calls you: a mention or an answer").waitFor({ state: "attached" });
  await accessible(page, "what calls");
  // as the node tells it, not only this page
  await page.reload();
  await online(page);
  await row(page).locator(".at").waitFor();
  await row(page).click();
  await row(page).locator(".at").waitFor({ state: "detached" });
  await held((my) => my.called_seq === undefined);
  await to(page, "#/team");
  await filters(page).getByRole("button", { name: "Mentions" }).click();
  await page.getByText("Nothing new mentions you, and no thread you follow has new answers.").waitFor();
  await filters(page).getByRole("button", { name: "All", exact: true }).click();
  await attend({ step: "mute", muted: false });
});

test("of an answer in a patient's conversation it is said who sees it", async () => {
  const { page } = okafor;
  const { conversation_id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: PATIENT_TOPIC });
  const { seq } = await patient_api.post(`/v1/conversations/${conversation_id}/messages`, plain("It hurts when I write."));
  await okafor_api.post(`/v1/conversations/${conversation_id}/messages`, plain("Rest it for a week.", { reply_to: seq }));
  await okafor_api.post(`/v1/conversations/${conversation_id}/messages`, plain("She types all day.", { reply_to: seq, audience: "team" }));
  await to(page, `#/inbox/${conversation_id}`);
  await answer(page, "Rest it for a week.").getByText("Patient sees this").waitFor();
  const note = answer(page, "She types all day.");
  await note.getByText("Team only").waitFor();
  assert.equal(await note.getByText("Patient sees this").count(), 0);
  await note.filter({ hasText: "in a thread: It hurts when I write." }).waitFor();
  await message(page, "It hurts when I write.").getByRole("button", { name: /2 replies/ }).waitFor();
  await accessible(page, "answers in a patient's conversation");
});

test("whoever is named and is not there is offered apart, and can be added before it goes", async () => {
  const { page } = okafor;
  await to(page, `#/team/${id}`);
  await message(page, "To nobody in particular").waitFor();
  const box = page.locator("#conversation textarea[data-composer]");
  const { name } = account("rosa");
  await box.pressSequentially(`Ask @${name.slice(0, 4)}`);
  const offered = page.getByRole("listbox", { name: "People to mention" }).getByRole("group", { name: "Not in this conversation" });
  await offered.getByRole("option").filter({ hasText: name }).waitFor();
  await accessible(page, "names of those who are not there");
  await offered.getByRole("option").filter({ hasText: name }).click();
  await box.press("Enter");
  const asked = page.getByRole("alertdialog", { name: `${name} is not in this conversation` });
  await asked.waitFor();
  await accessible(page, "before naming somebody who is not there");
  const my = await mine();
  await asked.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await box.inputValue(), `Ask @${name} `);
  await box.press("Enter");
  if (my.may.includes("add_member")) {
    await asked.getByRole("button", { name: "Add them" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a member" });
    await dialog.getByLabel("Only what comes from now on").check();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await message(page, `Ask @${name}`).waitFor();
    assert.equal((await okafor_api.get(`/v1/conversations/${id}`)).members.some((one) => one.name === name), true);
  } else {
    assert.equal(await asked.getByRole("button", { name: "Add them" }).count(), 0);
    await asked.getByRole("button", { name: "Send anyway" }).click();
    await message(page, `Ask @${name}`).waitFor();
  }
});

test("on a phone the panel covers the messages, and what comes under it is not read before one is back", async () => {
  const phone = await at(chrome, node, account("okafor"), PHONE);
  const { page } = phone;
  await online(page);
  await to(page, `#/team/${id}/${root_seq}`);
  await panel(page).getByText(ROOT).waitFor();
  await accessible(page, "a thread on a phone");
  await to(okafor.page, "#/inbox");
  await okafor.page.locator("main#conversation").waitFor({ state: "detached" });
  const { read_number } = await held((my) => my.unread === 0);
  await writes("Under the panel");
  await page.locator("#conversation article[data-message]").filter({ hasText: "Under the panel" }).waitFor({ state: "attached" });
  assert.equal((await mine()).read_number, read_number);
  await panel(page).getByRole("button", { name: "Close" }).click();
  await held((my) => my.read_number > read_number);
  await answer(page, "So we are three.").waitFor();
  await accessible(page, "answers on a phone");
  assert.deepEqual(phone.violations, []);
  await phone.context.close();
});

test("offline following is not offered, in words, and the thread that is there stays", async () => {
  const { page } = okafor;
  await page.setViewportSize(DESKTOP.viewport);
  await to(page, `#/team/${id}/${root_seq}`);
  await panel(page).getByText(ROOT).waitFor();
  await node.kill();
  await page.locator('[data-link="waiting"]').waitFor({ state: "attached" });
  await panel(page).getByText("Offline: following needs a connection.").waitFor();
  assert.equal(await panel(page).getByRole("button", { name: "Following", exact: true }).isDisabled(), true);
  await panel(page).getByRole("textbox").fill("Written offline");
  await panel(page).getByRole("textbox").press("Enter");
  await answer(page, "Written offline").filter({ hasText: "Waiting to send" }).waitFor();
  await accessible(page, "a thread without a connection");
});

test("nothing broke the page's policy", () => {
  assert.deepEqual(okafor.violations, []);
});
