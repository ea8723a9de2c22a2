// A patient on a phone: own threads only, never a team note (not on the screen, not on the wire), and "Seen by your care team".
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibility, at, browser, Node, online, PHONE, say } from "./harness.mjs";

let node;
let chrome;
let patient;
let doctor;
let person;
let conversation_id;
const NOTE = `Note-${crypto.randomUUID()}`;
const TOPIC = "Question about my medicine";

/** A patient with an account and someone of the staff who cares for them. */
async function pair() {
  const patients = node.people().filter((one) => one.kind === "patient");
  for (const account of node.staff()) {
    const api = await node.api(account);
    const { patients: known } = await api.get("/v1/patients?limit=100");
    const mine = known.find((one) => one.state === "active" && one.patient?.care_team?.includes(api.person.id) && patients.some((other) => other.name === one.name));
    if (mine) return { staff: account, patient: patients.find((one) => one.name === mine.name), person: mine };
  }
  throw new Error("no patient of the demo has a care team that can sign in");
}

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const found = await pair();
  person = found.person;
  doctor = await at(chrome, node, found.staff);
  await online(doctor.page);
  patient = await at(chrome, node, found.patient, PHONE, "/");
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

test("a patient who comes to the staff page is taken to their own", async () => {
  await patient.page.waitForURL(/\/p\//);
  await patient.page.getByText("In an emergency call 911. Crisis line: 988, day and night.").waitFor();
});

test("who comes for the first time is not told of a new version", async () => {
  const { page } = patient;
  await page.waitForFunction(() => navigator.serviceWorker.getRegistration("/p/").then((found) => found?.active?.state === "activated"));
  assert.equal(await page.getByText("A new version is ready.").count(), 0);
});

test("a new message reaches the care team; an answer comes back; the note does not", async () => {
  const { page } = patient;
  await page.getByRole("button", { name: "New message" }).tap();
  await page.locator("select#reason").selectOption({ label: "Medication and refills" });
  await page.getByLabel("In a few words").fill(TOPIC);
  await page.getByLabel("Your message").fill("May I take it with milk?");
  await page.getByRole("button", { name: "Send" }).tap();
  await page.locator("article[data-message]").filter({ hasText: "May I take it with milk?" }).waitFor();
  conversation_id = page.url().match(/con_[0-9a-z]+/)?.[0];
  const row = doctor.page.locator(`a[data-conversation="${conversation_id}"]`);
  await row.waitFor();
  await row.click();
  await doctor.page.locator("#conversation article[data-message]").filter({ hasText: "milk" }).waitFor();
  await doctor.page.getByRole("button", { name: "Team note" }).click();
  await say(doctor.page, NOTE);
  const note = doctor.page.locator("#conversation article[data-message]").filter({ hasText: NOTE });
  await note.getByText("Team only").waitFor();
  await doctor.page.getByRole("button", { name: "Reply to patient" }).click();
  await say(doctor.page, "Yes, with milk is fine.");
  await page.locator("article[data-message]").filter({ hasText: "Yes, with milk is fine." }).waitFor();
});

test("seen by the care team, by no name", async () => {
  await patient.page.getByText("Seen by your care team").waitFor();
});

test("switching the audience with words in the box asks once", async () => {
  const box = doctor.page.locator("#conversation textarea[data-composer]");
  await box.fill("only for the team");
  await doctor.page.getByRole("button", { name: "Team note" }).click();
  const dialog = doctor.page.getByRole("alertdialog", { name: "Change who will see this text?" });
  await dialog.getByRole("button", { name: "Make it a team note" }).click();
  await dialog.waitFor({ state: "detached" });
  await doctor.page.locator('#composer[data-audience="team"]').waitFor();
  await doctor.page.waitForFunction(() => document.activeElement?.matches("#conversation textarea[data-composer]"));
  await box.fill("");
});

test("nothing of the team came over the wire", async () => {
  await patient.page.getByRole("textbox", { name: "Your message" }).fill("Thank you!");
  await patient.page.getByRole("button", { name: "Send" }).tap();
  await doctor.page.locator("#conversation article[data-message]").filter({ hasText: "Thank you!" }).waitFor();
  await patient.page.reload();
  await patient.page.locator("article[data-message]").filter({ hasText: "Thank you!" }).waitFor();
  const heard = await Promise.all(patient.heard);
  assert.ok(heard.length > 5, "the test listened");
  assert.ok(heard.some((one) => one.includes("milk")));
  for (const one of heard) {
    assert.ok(!one.includes(NOTE), `the note was in: ${one.slice(0, 200)}`);
    assert.ok(!one.includes('"audience":"team"'), `a team audience was in: ${one.slice(0, 200)}`);
    assert.ok(!/"type":"presence"/.test(one), "presence is for staff");
  }
  const inboxes = heard.filter((one) => /\/v1\/(inbox|conversations\?)/.test(one)).map((one) => JSON.parse(one.slice(one.indexOf("\n") + 1)));
  assert.ok(inboxes.length > 0);
  for (const inbox of inboxes) for (const one of inbox.conversations) assert.equal(one.patient?.id, person.id);
  assert.equal(await patient.page.getByText(NOTE).count(), 0);
});

test("the phone screens are accessible and kept to the policy", async () => {
  assert.deepEqual(await accessibility(patient.page), []);
  await patient.page.getByRole("button", { name: "Back to messages" }).tap();
  await patient.page.getByRole("heading", { name: "Your conversations" }).waitFor();
  assert.deepEqual(await accessibility(patient.page), []);
  assert.deepEqual(patient.violations, []);
  assert.deepEqual(doctor.violations, []);
});

test("one who writes for somebody sees for whom, on the list, in a conversation and before a new message", async () => {
  const account = node.people().find((one) => one.kind === "proxy");
  const proxy = await at(chrome, node, account, PHONE, "/");
  await proxy.page.waitForURL(/\/p\//);
  const name = await proxy.page.locator("a[data-conversation] .meta").first().textContent();
  assert.notEqual(name, account.name);
  await proxy.page.locator("a[data-conversation]").first().tap();
  await proxy.page.getByText(`You are writing for: ${name}`).waitFor();
  assert.deepEqual(await accessibility(proxy.page), []);
  await proxy.page.getByRole("button", { name: "Back to messages" }).tap();
  await proxy.page.getByRole("button", { name: "New message" }).tap();
  await proxy.page.getByText(`You are writing for: ${name}`).waitFor();
  assert.deepEqual(await accessibility(proxy.page), []);
  await proxy.page.locator("select#reason").selectOption({ label: "Something else" });
  await proxy.page.getByLabel("In a few words").fill("Forms for school");
  await proxy.page.getByLabel("Your message").fill("He needs the vaccine record.");
  await proxy.page.getByRole("button", { name: "Send" }).tap();
  await proxy.page.locator("article[data-message].mine").filter({ hasText: "vaccine record" }).waitFor();
  assert.deepEqual(proxy.violations, []);
});
