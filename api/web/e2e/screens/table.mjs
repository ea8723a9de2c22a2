// Stands for every screen and dialog that has a picture: its name, what it is, who looks, and the way there. One line of the table is one
// picture at each size. Refuses to know sizes, files and how a picture is taken.
//
// `as`: a login, or nothing before anybody signed in. `dark`: in dark as well. `devices`: these only. `way`: from the first screen of that
// person to this one; it ends when what the picture is about can be seen, and fails otherwise; what it answers is called afterwards, to put back
// what must not stay. `part`: the picture shows only that.
import { message } from "../harness.mjs";
import { WORDS } from "./scene.mjs";
import { CLINIC } from "./table-clinic.mjs";
import { PORTAL } from "./table-portal.mjs";
import { ROOMS } from "./table-rooms.mjs";
import { SAFETY } from "./table-safety.mjs";
import { answers, box, details, dialog, go, inHeader, inStatus, onMessage, open, over, pick } from "./ways.mjs";

const FIRST = [
  {
    name: "sign-in", title: "Sign in", says: "One page for everybody; patients are taken to their own.",
    way: async ({ page }) => page.getByLabel("Password", { exact: true }).waitFor(),
  },
  {
    name: "inbox", title: "Inbox", says: "A physician's patient conversations: what is unread, who answers, with two identifiers of each patient.", as: "okafor", dark: true,
    way: async ({ page, scene }) => page.locator(`a[data-conversation="${scene.knee}"] .count`).waitFor(),
  },
  {
    name: "patient-thread", title: "A patient's conversation", says: "What the patient sees and what only the team sees cannot be confused.", as: "okafor", dark: true,
    way: async ({ page, scene }) => open(page, "inbox", scene.knee, WORDS.unread),
  },
  {
    name: "team-note", title: "Writing a team note", says: "The whole box changes its face while a note for the team is being written.", as: "okafor",
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await page.getByRole("button", { name: "Team note" }).click();
      await page.locator('#composer[data-audience="team"]').waitFor();
      await box(page).fill("Ibuprofen is fine for her: no ulcer, kidneys are good. @Wen Zhao please tell her to take it with food.");
    },
  },
  {
    name: "channel-thread", title: "A channel with a thread", says: "Answers to one message stand beside the channel.", as: "wen",
    way: async ({ page, scene }) => {
      await open(page, "team", scene.clinical.id);
      await go(page, `#/team/${scene.clinical.id}/${scene.clinical.root}`);
      await page.locator("aside article[data-message]").nth(1).waitFor();
    },
  },
  {
    name: "queue", title: "The organization's queue", says: "Every open patient conversation of the front desk's sites: how long it has waited, and who answers.", as: "rosa", dark: true,
    way: async ({ page, scene }) => {
      await go(page, "#/queue");
      await page.locator(`.list a[data-conversation="${scene.knee}"]`).waitFor();
    },
  },
  {
    name: "on-behalf", title: "Replying on behalf of somebody", says: "Before it goes: in whose name, and what the patient will see.", as: "rosa", part: over,
    way: async ({ page, scene }) => {
      await open(page, "queue", scene.knee, WORDS.unread);
      await box(page).fill("Yes, with food, and not more than three a day. We see you at 4:20.");
      await page.locator("#composer").getByRole("button", { name: "Send…", exact: true }).click(); // on a touch screen Enter is a new line
      await page.getByRole("alertdialog", { name: "Send on behalf of Chidi Okafor?" }).getByRole("group", { name: "What the patient will see" }).waitFor();
    },
  },
  {
    name: "hand-over-dialog", title: "Handing over", says: "To whom, how long it may wait, and what they should know.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await answers(page, "Hand over to…");
      const asked = dialog(page, "Hand over to…");
      await pick(asked, "Member of the team here", "wen", "Wen Zhao");
      await asked.getByLabel("Summary (optional)").fill("Seen at 4:20. Call her tomorrow and ask whether the knee locks.");
    },
  },
  {
    name: "hand-over-banner", title: "A hand-over that waits", says: "Until it is accepted, who asked answers.", as: "okafor",
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.travel, "Yellow fever");
      await page.getByRole("region", { name: "Hand-over" }).getByRole("button", { name: "Accept" }).waitFor();
    },
  },
  {
    name: "coverage", title: "Coverage", says: "Somebody covers for a time; it begins and ends by itself.", as: "okafor", part: over,
    way: async ({ page }) => {
      await inStatus(page, "Coverage…");
      const asked = dialog(page, "Coverage");
      await asked.getByRole("listitem").filter({ hasText: "Anna Lindqvist will cover for you" }).waitFor();
      await pick(asked, "Who covers?", "wen", "Wen Zhao");
      await asked.getByRole("button", { name: /^Tomorrow, / }).click();
      await asked.getByText("Wen Zhao can read and answer your patient conversations", { exact: false }).waitFor();
      await asked.getByRole("heading", { name: "Coverage" }).first().scrollIntoViewIfNeeded();
    },
  },
  {
    name: "task-dialog", title: "A task from a message", says: "What is to be done, who does it, by when.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await onMessage(page, WORDS.unread, "Create task…");
      const asked = dialog(page, "Create task");
      await pick(asked, "Who does it", "jonas", "Jonas Meyer");
      await asked.getByLabel("By a set time").check();
      await asked.getByRole("button", { name: "In 1 hour" }).click();
    },
  },
  {
    name: "tasks", title: "Tasks", says: "What is late comes first; the conversation that a task is about opens beside it.", as: "okafor",
    way: async ({ page, device }) => {
      await go(page, "#/tasks");
      const task = page.locator(".list [data-task]").filter({ hasText: WORDS.task });
      await task.waitFor();
      if (device === "phone") return;
      await task.getByRole("link").click();
      await message(page, WORDS.note).waitFor();
    },
  },
  {
    name: "pin-dialog", title: "Pinning to a chart", says: "Nothing is pinned to a namesake: who is meant is said first.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await onMessage(page, WORDS.unread, "Pin to Garcia, M.…");
      const asked = dialog(page, "Pin to a chart");
      await asked.locator(".similar li").first().waitFor();
      await asked.getByLabel("Summary (optional)").fill("Asks for ibuprofen before work.");
    },
  },
  {
    name: "pins", title: "Pins, tasks and details beside a conversation", says: "Copies of messages as they stood, with a checksum; tasks; who is here.", as: "okafor",
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await details(page);
      const pin = page.locator("aside [data-pins] [data-pin]").filter({ hasText: WORDS.summary });
      await pin.waitFor();
      await pin.evaluate((one) => one.closest("[data-pins]").scrollIntoView());
    },
  },
  {
    name: "must-read", title: "Must be read by", says: "If the patient has not read it by then, a task to reach them another way is made.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await box(page).fill("Stop the tablets today, please.");
      await page.getByRole("button", { name: "More ways to send" }).click();
      await page.getByRole("menuitem", { name: "Must be read by…" }).click();
      const asked = dialog(page, "Must be read by");
      await asked.getByRole("button", { name: "In 1 hour" }).click();
      await asked.getByText(/^If Maria Garcia has not read it by /).waitFor();
    },
  },
  {
    name: "retract", title: "Retracting", says: "The reason stands in place of the message; the record keeps the words.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await onMessage(page, "Please come today at 4:20", "Retract…");
      await page.getByRole("alertdialog", { name: "Retract this message?" }).getByRole("textbox").fill("wrong time");
    },
  },
  {
    name: "new-conversation", title: "A new conversation", says: "With a patient, a teammate, a group, or a channel.", as: "okafor", part: over,
    way: async ({ page }) => {
      await page.getByRole("button", { name: "New message" }).click();
      await dialog(page, "New message").getByRole("option").first().waitFor();
    },
  },
  {
    name: "clinic-settings", title: "Clinic settings", says: "What patients are told, when the clinic answers, what they can write about.", as: "teo", part: over,
    way: async ({ page }) => {
      await inStatus(page, "Clinic settings…");
      await dialog(page, "Clinic settings").locator("textarea").waitFor();
    },
  },
  {
    name: "scheduled", title: "Scheduled messages", says: "Sent once at their time; taken back, sent at once or removed before.", as: "okafor", part: over,
    way: async ({ page }) => {
      await inStatus(page, "Scheduled messages…");
      await dialog(page, "Scheduled messages").getByText(WORDS.later).waitFor();
    },
  },
  {
    name: "reminder", title: "A reminder", says: "It comes back to the list as unread. Nobody else sees it.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.reminded);
      await inHeader(page, "Remind me…");
      await dialog(page, "Remind me").getByText("A reminder is set for", { exact: false }).waitFor();
    },
  },
  {
    name: "archived", title: "Archived for oneself", says: "Out of one's own list until the next message; for everybody else it stays as it is.", as: "okafor",
    way: async ({ page }) => {
      await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "Archived" }).click();
      await page.locator("section.list a[data-conversation], main.list a[data-conversation]").first().waitFor();
    },
  },
  {
    name: "keys", title: "Keyboard", says: "Every key that works, behind Ctrl + / and Help.", as: "okafor", part: over, devices: ["desktop", "tablet"],
    way: async ({ page }) => {
      await page.getByRole("button", { name: "Help", exact: true }).click();
      await dialog(page, "Keyboard").waitFor();
    },
  },
  {
    name: "overview", title: "Overview", says: "One's own figures and those of the queue: what waits and how long, who has how much, how soon patients hear.", as: "rosa", dark: true,
    way: async ({ page }) => {
      await go(page, "#/overview");
      await page.getByRole("table", { name: "What waits, by age" }).waitFor();
    },
  },
  {
    name: "directory", title: "Directory", says: "Who works here, in which role and where, and who is there now; patients apart.", as: "okafor",
    way: async ({ page }) => {
      await go(page, "#/directory");
      await page.getByText("Rosa Delgado").first().waitFor();
    },
  },
  {
    name: "people", title: "People and sites", says: "Administrators add people and sites, and say who may do what.", as: "teo",
    way: async ({ page }) => {
      await go(page, "#/people");
      await page.getByText("Rosa Delgado").first().waitFor();
    },
  },
  {
    name: "portal-home", title: "Portal: messages", says: "A patient's own conversations, under what to do in an emergency.", as: "garcia", dark: true,
    way: async ({ page, scene }) => page.locator(`a[data-conversation="${scene.knee}"]`).waitFor(),
  },
  {
    name: "portal-thread", title: "Portal: a conversation", says: "No team note is ever here, on the screen or on the wire.", as: "garcia", dark: true,
    way: async ({ page, scene }) => {
      await go(page, `#/inbox/${scene.knee}`);
      await page.locator("article[data-message]").filter({ hasText: WORDS.unread }).waitFor();
    },
  },
  {
    name: "portal-new", title: "Portal: a new message", says: "What it is about, to whom, and the words.", as: "garcia",
    way: async ({ page }) => {
      await page.getByRole("button", { name: "New message" }).click();
      await page.locator("select#reason").selectOption({ label: "Medication and refills" });
      await page.getByLabel("In a few words").fill("My iron tablets");
      await page.getByLabel("Your message").fill("May I take them in the evening instead of the morning?");
    },
  },
  {
    name: "portal-closed", title: "Portal: a closed conversation", says: "It can be read; the way to a new message is there.", as: "garcia",
    way: async ({ page, scene }) => {
      await go(page, `#/inbox/${scene.closed}`);
      await page.locator("footer").getByText("Your care team has closed this conversation.").waitFor();
    },
  },
];

export const SCREENS = [...FIRST, ...SAFETY, ...ROOMS, ...CLINIC, ...PORTAL];
