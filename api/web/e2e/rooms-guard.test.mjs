// Words about a patient where they do not belong, in rooms of the team: another patient's name in a care room, any patient in a channel that is not
// for patient information, and in what is edited later.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, message, Node, online, say } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const plain = (body, audience = "everyone") => ({ body, audience, priority: "routine", mentions: [] });

let node;
let chrome;
let okafor;
let api;
let id;
let room_id;
let channel_id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  api = await node.api(account("okafor"));
  const patient = await node.api(account("garcia"));
  ({ conversation_id: id } = await patient.post("/v1/conversations", { kind: "patient", patient_id: patient.person.id, topic: unique("My knee") }));
  await api.post(`/v1/conversations/${id}/care`, { step: "take" });
  ({ conversation_id: room_id } = await api.post("/v1/conversations", { kind: "care_room", beside_id: id, topic: unique("Her knee") }));
  ({ conversation_id: channel_id } = await api.post("/v1/conversations", { kind: "channel", topic: `lunch-${crypto.randomUUID().slice(0, 8)}`, visibility: "public", site_id: null, phi_allowed: false, member_ids: [] }));
  okafor = await at(chrome, node, account("okafor"));
  await online(okafor.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const box = (page) => page.locator("#composer textarea[data-composer]");
const said = async (conversation_id) => JSON.stringify(await api.get(`/v1/conversations/${conversation_id}/events`));
async function open(to) {
  await okafor.page.evaluate((hash) => { location.hash = hash; }, to);
  await okafor.page.locator("#conversation header").waitFor();
  await box(okafor.page).waitFor();
}

test("in a care room another patient's name is asked about, as in the patient's conversation, and says what the room is about", async () => {
  const { page } = okafor;
  const words = unique("Leo Tran had the same");
  await open(`#/team/${room_id}`);
  await say(page, words);
  const dialog = page.getByRole("alertdialog", { name: "Is this about another patient?" });
  await dialog.getByText("This care room is about", { exact: false }).getByText("Maria Garcia").waitFor();
  await accessible(page, "another patient in a care room");
  assert.equal((await said(room_id)).includes(words), false);
  await dialog.getByRole("button", { name: "Send anyway" }).click();
  await message(page, words).waitFor();
  const plainly = unique("Cool it and rest");
  await say(page, plainly);
  await message(page, plainly).waitFor();
});

test("in a channel that is not for patient information any patient is asked about: the text is changed, or it is sent anyway", async () => {
  const { page } = okafor;
  const words = unique("Who knows MRN-10240");
  await open(`#/team/${channel_id}`);
  await say(page, words);
  const dialog = page.getByRole("alertdialog", { name: "This channel is not for patient information" });
  await dialog.getByText("Found:").waitFor();
  await dialog.getByRole("listitem").filter({ hasText: "MRN-10240" }).waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Send to another patient…" }).count(), 0);
  await accessible(page, "a patient in a channel that is not for them");
  await page.keyboard.press("Enter");
  await page.waitForFunction((text) => document.activeElement?.value === text, words);
  assert.equal((await said(channel_id)).includes(words), false);
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Send anyway" }).click();
  await message(page, words).waitFor();
  const lunch = unique("Soup today");
  await say(page, lunch);
  await message(page, lunch).waitFor();
});

test("what is edited is checked as well; what was found stands over the box, and is saved only when it is meant", async () => {
  const { page } = okafor;
  const before = unique("Come in on Monday");
  const words = unique("Come in with Leo Tran");
  await api.post(`/v1/conversations/${id}/messages`, plain(before, "team")); // what a patient has seen is never edited
  await open(`#/inbox/${id}`);
  await message(page, before).waitFor();
  await box(page).press("ArrowUp");
  await page.getByText("Editing your message").first().waitFor();
  await box(page).fill(words);
  await page.keyboard.press("Enter");
  await page.getByText("Not saved: this may be about another patient.").waitFor();
  const asked = page.getByRole("group", { name: "Is this about another patient?" });
  await asked.getByText("Leo Tran").waitFor();
  await accessible(page, "an edit that names another patient");
  await page.keyboard.press("Enter");
  await asked.waitFor();
  assert.equal((await said(id)).includes(words), false, "the same key twice is no answer");
  await asked.getByRole("button", { name: "Save anyway" }).click();
  await message(page, words).waitFor();
  assert.equal((await said(id)).includes(words), true);
});

test("nothing broke the page's policy", () => {
  assert.deepEqual(okafor.violations, []);
});
