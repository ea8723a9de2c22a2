// Stands for the screens on which something is kept from going wrong: who else replies, whose conversation it is, what can be undone, who may read
// it, who is writing. Refuses to know how a picture is taken.
import { message } from "../harness.mjs";
import { WORDS } from "./scene.mjs";
import { MORE } from "./scene-more.mjs";
import { beside, box, details, dialog, inHeader, onMessage, open, over, pane, pick, send } from "./ways.mjs";

const TWO = "The result for Leo Tran is in: all is well.";
const QUICKER = { desktop: "Thank you, that is a good value.", tablet: "Please measure again tonight, and tomorrow morning.", phone: "And write down both figures, please." };
const guard = (page) => page.getByRole("alertdialog", { name: "Is this about another patient?" });

export const SAFETY = [
  {
    name: "collision", title: "Somebody else is replying", says: "Said over the box while a colleague writes to the same patient.", as: "okafor", part: pane,
    way: async ({ page, scene, other }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      const wen = await other("wen");
      await wen.goto(page.url());
      await box(wen).waitFor();
      await wen.locator('[data-link="live"]').waitFor({ state: "attached" });
      await box(wen).pressSequentially("Ms. Garcia, ");
      await page.locator("#composer .replying").filter({ hasText: "Wen Zhao is replying" }).waitFor();
      return async () => { await box(wen).fill(""); await wen.close(); };
    },
  },
  {
    name: "another-replied", title: "Somebody else was quicker", says: "Not sent: a colleague replied while it was written. It is sent anyway, changed or deleted.", as: "okafor", part: pane,
    way: async ({ page, scene, device }) => {
      await open(page, "inbox", scene.wait, MORE.told);
      const words = "That is fine. Go on like this.";
      await box(page).pressSequentially("That");
      await scene.apis.wen.post(`/v1/conversations/${scene.wait}/messages`, { body: QUICKER[device], audience: "everyone", priority: "routine", mentions: [] });
      await message(page, QUICKER[device]).waitFor();
      await send(page, words);
      const row = page.locator("#conversation article[data-row]").filter({ hasText: words });
      await row.getByRole("button", { name: "Delete" }).waitFor();
      return async () => { await row.getByRole("button", { name: "Delete" }).click(); await row.waitFor({ state: "detached" }); };
    },
  },
  {
    name: "guard", title: "Is this about another patient?", says: "What was found, and whose conversation this is. Nothing was sent.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await send(page, TWO);
      await guard(page).getByRole("listitem").filter({ hasText: "Leo Tran" }).waitFor();
      return () => putAside(page);
    },
  },
  {
    name: "guard-other", title: "To the other patient instead", says: "The words go into the other one's box. Nothing is sent by itself.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await send(page, TWO);
      await guard(page).getByRole("button", { name: "Send to another patient…" }).click();
      await dialog(page, "Send to another patient").getByRole("combobox", { name: "Patient" }).fill("novak");
      await dialog(page, "Send to another patient").getByRole("option").filter({ hasText: "Petra Novak" }).first().waitFor();
      return async () => { await dialog(page, "Send to another patient").getByRole("button", { name: "Cancel" }).click(); await putAside(page); };
    },
  },
  {
    name: "undo", title: "A reply can be undone", says: "For some seconds it has not left: undo it, or send it now.", as: "okafor", part: pane,
    way: async ({ page, scene }) => {
      const { safeguards } = await scene.apis.teo.get("/v1/settings");
      await scene.apis.teo.put("/v1/safeguards", { ...safeguards, undo_s: 60 });
      const told = page.waitForResponse((response) => response.url().endsWith("/v1/settings") && response.ok());
      await page.reload();
      await told;
      await open(page, "inbox", scene.iron, "Can you tell me the results here?");
      await page.getByRole("button", { name: "More ways to send" }).waitFor();
      await send(page, "They are fine. Keep taking the tablets, please.");
      const row = page.locator("#conversation article[data-row]").filter({ hasText: "They are fine" });
      await row.getByText(/^Goes to Maria Garcia in \d+ s$/).waitFor();
      return async () => {
        await row.getByRole("button", { name: "Undo" }).click();
        await row.waitFor({ state: "detached" });
        await box(page).fill("");
        await scene.apis.teo.put("/v1/safeguards", { ...safeguards, undo_s: 0 });
      };
    },
  },
  {
    name: "move", title: "Written to the wrong patient", says: "Taken back here and written there; who may have seen it is said.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await onMessage(page, "Please come today at 4:20", "Written to the wrong patient…");
      const asked = dialog(page, "Written to the wrong patient");
      await asked.getByRole("combobox", { name: "Patient" }).fill("novak");
      await asked.getByRole("option").filter({ hasText: "Petra Novak" }).first().click();
      await asked.getByText("Record number").waitFor();
    },
  },
  {
    name: "anew", title: "Retract and write anew", says: "What a patient may have read is not edited: it is taken back, and its words are in the box again.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await onMessage(page, "Please come today at 4:20", "Retract and write anew…");
      await page.getByRole("alertdialog", { name: "Retract and write anew?" }).getByLabel("Reason").fill("wrong time");
    },
  },
  {
    name: "label", title: "Protecting a conversation", says: "Which label, what it does, and who leaves by it.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await inHeader(page, "Protect as…");
      await dialog(page, "Protect this conversation").getByLabel("Part 2").check();
    },
  },
  {
    name: "labelled", title: "A protected conversation", says: "The chip says what it is, and on a touch or with the keys what that means.", as: "okafor", part: pane,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.labelled, "the letter of the other clinic");
      await page.locator("#conversation header [data-chip]").first().focus();
      await page.getByRole("tooltip").first().waitFor();
    },
  },
  {
    name: "confidential", title: "Keeping from caregivers", says: "Who leaves now, and that what was read is known.", as: "raman", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.fever);
      await inHeader(page, "Keep from caregivers…");
      await page.getByRole("alertdialog", { name: "Keep this from caregivers?" }).getByText("Leaves now", { exact: false }).waitFor();
    },
  },
  {
    name: "identity-ask", title: "Asking who is writing", says: "Before a result is told, whoever writes types their own password once more.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await inHeader(page, "Ask who is writing…");
      await page.getByRole("alertdialog", { name: "Ask who is writing?" }).waitFor();
    },
  },
  {
    name: "identity-asked", title: "It was asked who is writing", says: "The header says that nobody has answered yet.", as: "okafor", part: pane,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.iron, "Can you tell me the results here?");
      await page.locator('#conversation header [data-identity="asked"]').waitFor();
    },
  },
  {
    name: "glass", title: "Reading in an emergency", says: "With a reason, for a time, on the record.", as: "adeyemi", part: over,
    way: async ({ page, scene }) => {
      await page.evaluate((id) => { location.hash = `#/team/${id}`; }, scene.unread_direct);
      await page.getByRole("button", { name: "Request access…" }).click();
      await dialog(page, "Read in an emergency?").getByLabel("Reason").fill("A patient's daughter says that she was told the wrong dose.");
    },
  },
  {
    name: "glass-bar", title: "By emergency access", says: "Read-only, under a bar that says until when.", as: "adeyemi",
    way: async ({ page, scene }) => {
      await page.evaluate((id) => { location.hash = `#/team/${id}`; }, scene.direct);
      const request = page.getByRole("button", { name: "Request access…" });
      const bar = page.locator("[data-glass]");
      await request.or(bar).first().waitFor();
      if (await request.isVisible()) {
        await request.click();
        await dialog(page, "Read in an emergency?").getByLabel("Reason").fill("A patient's daughter says that she was told the wrong dose.");
        await page.getByRole("button", { name: "Open and put it on the record" }).click();
      }
      await bar.waitFor();
      await message(page, "Is it not 250?").waitFor();
    },
  },
  {
    name: "retracted", title: "What was retracted", says: "For compliance officers by emergency access: the words, and the reason that was given.", as: "adeyemi", part: over,
    way: async ({ page, scene }) => {
      await page.evaluate((id) => { location.hash = `#/team/${id}`; }, scene.direct);
      await page.getByRole("button", { name: "Show the words" }).click();
      await dialog(page, "What was retracted").getByText(MORE.wrong).waitFor();
    },
  },
  {
    name: "timeline", title: "Everything with one patient", says: "All conversations in one, the newest last; notes apart, what was taken back without its words.", as: "okafor", part: beside,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await details(page);
      await page.getByRole("button", { name: "All conversations" }).click();
      await page.locator("[data-timeline] [data-item]").filter({ hasText: "Can you tell me the results here?" }).waitFor();
    },
  },
  {
    name: "mention-outside", title: "Naming somebody who is not there", says: "Asked before it goes.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "team", scene.group, MORE.nights);
      await box(page).pressSequentially("Ask @Rosa");
      await page.getByRole("listbox", { name: "People to mention" }).getByRole("option").filter({ hasText: "Rosa Delgado" }).click();
      await page.locator("#composer").getByRole("button", { name: "Send", exact: true }).click();
      await page.getByRole("alertdialog", { name: "Rosa Delgado is not in this conversation" }).waitFor();
      return () => putAside(page);
    },
  },
];

/** Nothing of it stays in the box. */
async function putAside(page) {
  // with nothing over the page this key would leave the conversation
  if ((await page.locator("dialog[open]").count()) > 0) await page.keyboard.press("Escape");
  const rows = page.locator("#conversation article[data-row]");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  for (let left = await rows.count(); left > 0; left -= 1) {
    await rows.first().getByRole("button", { name: /^(Delete|Go back and edit|Edit)$/ }).last().click();
    await rows.nth(left - 1).waitFor({ state: "detached" });
    await box(page).fill(""); // or the next one has no room
  }
  await box(page).fill("");
}
