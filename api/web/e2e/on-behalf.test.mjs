// A reply in another one's name: shown before it goes, both names on every screen, taken back before it is sent, refused by the one whose
// name it is; on the screens of somebody of the queue, of the one who answers, of another one of the care team, and of the patient.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, DESKTOP, message, Node, online, PHONE } from "./harness.mjs";

const unique = (words) => `${words} ${crypto.randomUUID().slice(0, 8)}`;
const TOPIC = unique("My new medicine");
const NAMES = "Rosa Delgado on behalf of Chidi Okafor";

let node;
let chrome;
let rosa;
let okafor;
let colleague;
let patient;
let patient_api;
let okafor_api;
let rosa_api;
let id;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  [rosa_api, okafor_api, patient_api] = await Promise.all(["rosa", "okafor", "garcia"].map((login) => node.api(account(login))));
  ({ conversation_id: id } = await patient_api.post("/v1/conversations", { kind: "patient", patient_id: patient_api.person.id, topic: TOPIC }));
  await write("May I take it with milk?");
  await okafor_api.post(`/v1/conversations/${id}/care`, { step: "take" });
  // her requests are looked at, which a service worker would not let through to us
  rosa = await at(chrome, node, account("rosa"), { ...DESKTOP, serviceWorkers: "block" });
  okafor = await at(chrome, node, account("okafor"));
  colleague = await at(chrome, node, account("wen"));
  patient = await at(chrome, node, account("garcia"), PHONE, "/p/");
  for (const { page } of [rosa, okafor, colleague]) {
    await online(page);
  }
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const write = (body) => patient_api.post(`/v1/conversations/${id}/messages`, { body, audience: "everyone", priority: "routine", mentions: [] });
const said = async () => (await patient_api.get(`/v1/conversations/${id}/events?limit=100`)).events.flatMap(({ event }) => (event.type === "message_sent" ? [event.body] : []));
const listed = (page) => page.locator(`a[data-conversation="${id}"]`);
const box = (page) => page.locator("#conversation textarea[data-composer]");
const composer = (page) => page.locator("#composer");
const choice = (page, name) => page.getByRole("group", { name: "Who will see this" }).getByRole("button", { name, exact: true });
const question = (page) => page.getByRole("alertdialog", { name: "Send on behalf of Chidi Okafor?" });
const line = (page, words) => page.locator('li[data-kind="line"]').filter({ hasText: words });
const told = (page, words) => page.locator("#composer").getByRole("alert").filter({ hasText: words });
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim());

async function ask(page, words) {
  await box(page).fill(words);
  await box(page).press("Enter");
  await question(page).waitFor();
}

test("who only looks on may reply for the one who answers, and is told in whose name", async () => {
  const { page } = rosa;
  await page.getByRole("link", { name: "Queue", exact: true }).click();
  await listed(page).click();
  await message(page, "May I take it with milk?").waitFor();
  await composer(page).getByText("You write as Rosa Delgado on behalf of Chidi Okafor", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Join conversation" }).waitFor();
  assert.equal(await choice(page, "Reply for Chidi Okafor").getAttribute("aria-pressed"), "true");
  assert.equal(await choice(page, "Team note").count() + await choice(page, "Reply to patient").count(), 0);
  assert.equal(await composer(page).getAttribute("data-audience"), "behalf");
  await accessible(page, "composer in another one's name");
});

test("it is shown before it goes, and the way back keeps the text", async () => {
  const { page } = rosa;
  const words = unique("With milk is **fine**,");
  await ask(page, words);
  const dialog = question(page);
  await dialog.getByText("You reply as Rosa Delgado on behalf of Chidi Okafor. The patient sees both names.").waitFor();
  const preview = dialog.getByRole("group", { name: "What the patient will see" });
  await preview.getByText(NAMES, { exact: true }).waitFor();
  await preview.locator("strong", { hasText: "fine" }).waitFor();
  await dialog.getByText("To Maria Garcia, MRN-10240").waitFor();
  assert.equal(await focused(page), "Back to the text");
  await accessible(page, "what the patient will see");
  await dialog.getByRole("button", { name: "Back to the text" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await box(page).inputValue(), words);
  await ask(page, words);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await box(page).inputValue(), words);
  assert.deepEqual(await said(), ["May I take it with milk?"]);
});

test("both names stand on every screen, and nobody became a member", async () => {
  const words = unique("Dr. Okafor will call you at two.");
  await listed(okafor.page).click();
  await message(okafor.page, "May I take it with milk?").waitFor();
  await ask(rosa.page, words);
  await question(rosa.page).getByRole("button", { name: "Send", exact: true }).click();
  await question(rosa.page).waitFor({ state: "detached" });
  assert.equal(await box(rosa.page).inputValue(), "");
  await message(rosa.page, words).getByText("You on behalf of Chidi Okafor").waitFor();
  await message(okafor.page, words).getByText(NAMES, { exact: true }).waitFor();
  await listed(okafor.page).filter({ hasText: `${NAMES}: ${words}` }).waitFor();
  await listed(patient.page).filter({ hasText: `${NAMES}: ${words}` }).waitFor();
  await listed(patient.page).tap();
  const bubble = patient.page.locator("article[data-message]").filter({ hasText: words });
  await bubble.getByText(NAMES, { exact: true }).waitFor();
  assert.match((await bubble.getAttribute("aria-label")) ?? "", new RegExp(`^${NAMES}, `));
  await accessible(patient.page, "both names on the patient's phone");
  assert.equal((await rosa_api.get(`/v1/conversations/${id}`)).my.member, false);
  // the queue says it, too
  await rosa.page.getByRole("button", { name: "Anyone", exact: true }).click();
  await listed(rosa.page).filter({ hasText: `You on behalf of Chidi Okafor: ${words}` }).waitFor();
});

test("when the patient writes meanwhile nothing goes, and she is told", async () => {
  const { page } = rosa;
  const [words, meanwhile] = [unique("Before breakfast."), unique("And with coffee?")];
  await ask(page, words);
  await write(meanwhile);
  await question(page).getByRole("button", { name: "Send", exact: true }).click();
  await told(page, "Somebody has written to the patient meanwhile. Look again.").waitFor();
  await question(page).waitFor({ state: "detached" });
  await message(page, meanwhile).waitFor();
  assert.equal(await box(page).inputValue(), words);
  assert.equal((await said()).at(-1), meanwhile);
  await box(page).press("Enter");
  await question(page).getByRole("button", { name: "Send", exact: true }).click();
  await message(page, words).waitFor();
  assert.equal((await said()).at(-1), words);
});

test("what was shown too long ago is shown once more", async () => {
  const { page } = rosa;
  const words = unique("Not with coffee.");
  await ask(page, words);
  await page.route(/\/messages$/, (route) => route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ status: 409, code: "confirm_first" }) }), { times: 1 });
  const fresh = page.waitForResponse(/\/on-behalf$/);
  await question(page).getByRole("button", { name: "Send", exact: true }).click();
  assert.equal((await fresh).status(), 201);
  await question(page).getByRole("alert").filter({ hasText: "nothing was sent" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent?.trim() === "Back to the text");
  assert.notEqual((await said()).at(-1), words);
  await accessible(page, "shown once more");
  await question(page).getByRole("button", { name: "Send", exact: true }).click();
  await question(page).waitFor({ state: "detached" });
  await message(page, words).waitFor();
  assert.equal((await said()).filter((one) => one === words).length, 1);
});

test("who answers may refuse it here: it is said, and the text stays", async () => {
  const { page } = rosa;
  const words = unique("One more thing.");
  await ask(page, words);
  const menu = okafor.page.locator("#conversation header").getByRole("button", { name: "You answer" });
  await menu.click();
  await okafor.page.getByRole("menuitem", { name: "Nobody replies for me here" }).click();
  await line(okafor.page, "You allowed nobody to reply on behalf here").waitFor();
  await question(page).getByRole("button", { name: "Send", exact: true }).click();
  await told(page, "Nobody replies for Chidi Okafor here. Your text is kept.").waitFor();
  assert.equal(await box(page).inputValue(), words);
  await choice(page, "Reply for Chidi Okafor").waitFor({ state: "detached" });
  assert.equal(await composer(page).getByRole("button", { name: "Send…" }).isDisabled(), true);
  await accessible(page, "refused");
  await menu.click();
  await okafor.page.getByRole("menuitem", { name: "Let others reply for me here" }).click();
  await line(okafor.page, "You allowed others to reply on behalf here").waitFor();
  assert.equal(await line(patient.page, "on behalf here").count(), 0);
});

test("and everywhere, beside their status", async () => {
  const { page } = okafor;
  const open = async () => {
    await page.getByRole("button", { name: /^Your status/ }).click();
    return page.getByRole("menuitemcheckbox", { name: "Others may reply on my behalf" });
  };
  const turn = async () => {
    const done = page.waitForResponse(/\/v1\/me$/);
    await (await open()).click();
    assert.equal((await done).status(), 200);
  };
  assert.equal(await (await open()).getAttribute("aria-checked"), "true");
  await accessible(page, "status menu");
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
  await turn();
  assert.equal(await (await open()).getAttribute("aria-checked"), "false");
  await page.keyboard.press("Escape");
  assert.equal((await rosa_api.get(`/v1/conversations/${id}`)).care.on_behalf_of ?? null, null);
  await turn();
  assert.equal((await rosa_api.get(`/v1/conversations/${id}`)).care.on_behalf_of.name, "Chidi Okafor");
});

test("whose name it is may take it back", async () => {
  const { page } = okafor;
  const words = (await said()).at(-1);
  const bubble = message(page, words);
  await bubble.hover();
  await bubble.getByRole("button", { name: "Message actions" }).click();
  assert.equal(await page.getByRole("menuitem", { name: "Edit", exact: true }).count(), 0);
  await page.getByRole("menuitem", { name: "Retract…" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Retract this message?" });
  await dialog.getByLabel("Reason").fill("not for this patient");
  await dialog.getByRole("button", { name: "Retract message" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("You retracted this message.").waitFor();
  await patient.page.locator("article[data-message]").filter({ hasText: words }).waitFor({ state: "detached" });
  await patient.page.locator("article[data-message]").filter({ hasText: "Chidi Okafor retracted this message." }).filter({ hasText: "Reason: not for this patient" }).waitFor();
});

test("a member has a third choice, which no note can be taken for; without a connection it is off and says why", async () => {
  const { page, context } = colleague;
  await listed(page).click();
  await choice(page, "Reply to patient").waitFor();
  await choice(page, "Reply for Chidi Okafor").click();
  await composer(page).getByText("You write as Wen Zhao on behalf of Chidi Okafor", { exact: true }).waitFor();
  await box(page).fill("Bring the box with you.");
  await choice(page, "Team note").click();
  await page.getByRole("alertdialog", { name: "Change who will see this text?" }).getByRole("button", { name: "Keep as it is" }).click();
  assert.equal(await composer(page).getAttribute("data-audience"), "behalf");
  await context.setOffline(true);
  await composer(page).getByText("Offline: a reply for Chidi Okafor cannot wait on this device.").waitFor();
  assert.equal(await choice(page, "Reply for Chidi Okafor").isDisabled(), true);
  assert.equal(await composer(page).getByRole("button", { name: "Send…" }).isDisabled(), true);
  await accessible(page, "offline");
  await context.setOffline(false);
  await online(page);
  assert.equal(await box(page).inputValue(), "Bring the box with you.");
  await page.setViewportSize({ width: 390, height: 844 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, "no sideways scrolling");
  await accessible(page, "three choices on a narrow screen");
});

test("nothing broke the policy of the page", () => {
  for (const { violations } of [rosa, okafor, colleague, patient]) assert.deepEqual(violations, []);
});
