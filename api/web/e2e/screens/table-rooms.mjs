// Stands for the screens around conversations: what is beside one, what is asked about it, who is in it, where one is found; and what is there when
// there is nothing, or no connection. Refuses to know how a picture is taken.
import { message } from "../harness.mjs";
import { WORDS } from "./scene.mjs";
import { MORE } from "./scene-more.mjs";
import { answers, beside, box, details, dialog, go, inHeader, offline, onMessage, open, over, pane, pick, sendMore } from "./ways.mjs";

/** A socket notices late that the network is gone. */
const OFFLINE_MS = 60_000;
const filters = (page) => page.getByRole("group", { name: "Show" });

export const ROOMS = [
  {
    name: "patient-panel", title: "The patient beside a conversation", says: "Chart, care team by name, sites, who acts for them, their other conversations.", as: "okafor", part: beside,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.dressing, "Thank you! I found it.");
      await details(page);
      await beside(page).locator("[data-team]").getByRole("button").first().waitFor();
      await beside(page).getByRole("link", { name: /^Open chart/ }).waitFor();
    },
  },
  {
    name: "care-rooms", title: "Care rooms beside a patient", says: "Rooms for the team alone, beside the conversation with the patient.", as: "okafor", part: beside,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.dressing, "Thank you! I found it.");
      await details(page);
      const rooms = beside(page).locator("[data-rooms]");
      await rooms.getByRole("link", { name: MORE.room }).waitFor();
      await rooms.evaluate((one) => one.scrollIntoView({ block: "center" }));
    },
  },
  {
    name: "care-room", title: "A care room", says: "Whose patient it is about, and the way back to their conversation.", as: "okafor", part: pane,
    way: async ({ page, scene }) => {
      await open(page, "team", scene.room, "No locking so far.");
      await page.locator("#conversation header").getByRole("link", { name: "Patient conversation" }).waitFor();
    },
  },
  {
    name: "older-pins", title: "A chart with many pins", says: "The latest first; older ones when they are asked for.", as: "okafor", part: beside,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.many_pins);
      await details(page);
      const older = page.getByRole("button", { name: "Older pins" });
      await older.waitFor();
      await older.evaluate((one) => one.scrollIntoView({ block: "center" }));
    },
  },
  {
    name: "thread", title: "A whole thread", says: "All answers to one message wherever they stand, who sees each, and whether one follows it.", as: "okafor",
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.dressing, "Thank you! I found it.");
      await go(page, `#/inbox/${scene.dressing}/${scene.root}`);
      await beside(page).getByText("She is allergic to the white one", { exact: false }).waitFor();
      await beside(page).getByRole("button", { name: /^Follow/ }).waitFor();
    },
  },
  {
    name: "mentions", title: "What calls one", says: "Mentions, and new answers in threads that one follows.", as: "okafor", devices: ["desktop", "phone"],
    way: async ({ page, scene }) => {
      await scene.calls(); // what stood there was read for another picture
      await go(page, "#/team");
      await filters(page).getByRole("button", { name: "Mentions" }).click();
      await page.locator(`.list a[data-conversation="${scene.group}"]`).waitFor();
    },
  },
  {
    name: "drafts", title: "What was begun", says: "Kept on the device, sealed, until it is sent; all of it in one list.", as: "okafor",
    way: async ({ page, scene }) => {
      for (const [id, words] of [[scene.knee, "Please bring the pictures of"], [scene.iron, "Your iron is"]]) {
        await go(page, `#/inbox/${id}`);
        await box(page).fill(words);
      }
      await go(page, "#/inbox");
      await page.getByRole("button", { name: "Drafts 2" }).click();
      await page.locator(".list").getByText("Your iron is").waitFor();
    },
  },
  {
    name: "channels", title: "Public channels", says: "What there is, how many are in it, and joining.", as: "wen", part: over,
    way: async ({ page }) => {
      await go(page, "#/team");
      await page.getByRole("button", { name: "Browse channels" }).click();
      await dialog(page, "Browse channels").getByText("lunch").first().waitFor();
    },
  },
  {
    name: "open", title: "A link from the chart", says: "Where a patient has several conversations one chooses, and sees what each is about.", as: "okafor", part: over,
    way: async ({ page, url }) => {
      await page.goto(`${url}/open?mrn=MRN-10240`);
      await dialog(page, "Conversations with Maria Garcia").getByRole("list", { name: "Conversations" }).getByRole("button").first().waitFor();
    },
  },
  {
    name: "open-nothing", title: "A link that leads to nothing", says: "Whom nobody knows and whom one may not see look the same.", as: "okafor", part: over,
    way: async ({ page, url }) => {
      await page.goto(`${url}/open?mrn=MRN-99999`);
      await page.getByRole("alertdialog", { name: "Nothing to open" }).waitFor();
    },
  },
  {
    name: "owner", title: "A room changes hands", says: "Its owner gives it to somebody else of the staff.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "team", scene.group, MORE.nights);
      await inHeader(page, "Hand over this room…");
      await pick(dialog(page, "Hand over this room"), /./, "wen", "Wen Zhao");
    },
  },
  {
    name: "add-member", title: "Adding somebody", says: "Who, and from when on they can read.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "team", scene.group, MORE.nights);
      await inHeader(page, "Add member");
      await dialog(page, "Add a member").getByRole("combobox").fill("tess");
      await dialog(page, "Add a member").getByRole("option").first().click();
    },
  },
  {
    name: "receipts", title: "Who has read it", says: "Of each member: when it reached them, when they read it.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await onMessage(page, WORDS.note, "Who has read it…");
      await over(page).getByText("Wen Zhao").first().waitFor();
    },
  },
  {
    name: "assign", title: "Who answers", says: "What can be done about who answers for a patient.", as: "okafor", part: pane, devices: ["desktop", "phone"],
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await page.locator("#conversation header .care button").click();
      await page.getByRole("menuitem").nth(3).waitFor();
    },
  },
  {
    name: "return", title: "Giving it back", says: "To the pool of a role, with a reason.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await answers(page, "Give back to a pool…");
      await over(page).getByRole("button").nth(2).waitFor();
    },
  },
  {
    name: "close", title: "Closing for the patient", says: "What the patient then sees, before it is done.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await answers(page, "Close for the patient…");
      await page.getByRole("alertdialog").getByRole("button").nth(1).waitFor();
    },
  },
  {
    name: "send-later", title: "Sending later", says: "When, and that it is sent once, if one may still write then.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.knee, WORDS.unread);
      await box(page).fill("How was the night?");
      await sendMore(page, "Send later…");
      await over(page).getByRole("button", { name: "In 1 hour" }).click();
      return async () => { await page.keyboard.press("Escape"); await page.locator("dialog[open]").waitFor({ state: "detached" }); await box(page).fill(""); };
    },
  },
  {
    name: "template-list", title: "Templates over the box", says: "After a slash, or behind their button: the clinic's and one's own.", as: "okafor", part: pane,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.dressing, "Thank you! I found it.");
      await page.getByRole("button", { name: "Templates", exact: true }).click();
      await page.getByRole("listbox", { name: "Templates" }).getByRole("option").filter({ hasText: "Where we are" }).waitFor();
      return () => box(page).fill("");
    },
  },
  {
    name: "template-fill", title: "Something is left to fill in", says: "Tab goes through it; nothing is sent with it.", as: "okafor", part: (page) => page.locator("#composer"),
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.dressing, "Thank you! I found it.");
      await page.getByRole("button", { name: "Templates", exact: true }).click();
      await page.getByRole("listbox", { name: "Templates" }).getByRole("option").filter({ hasText: "Lab results are in" }).click();
      await page.getByText("Still to fill in:").waitFor();
      return () => box(page).fill("");
    },
  },
  {
    name: "templates", title: "Keeping templates", says: "One's own are changed here, the clinic's by administrators.", as: "okafor", part: over,
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.dressing, "Thank you! I found it.");
      await page.getByRole("button", { name: "Templates", exact: true }).click();
      await page.getByRole("listbox", { name: "Templates" }).getByRole("option").filter({ hasText: "Manage templates…" }).click();
      await dialog(page, "Templates").getByText("Where we are").waitFor();
      return () => box(page).fill("");
    },
  },
  {
    name: "covers", title: "Covering for somebody", says: "Above the conversation: for whom, until when.", as: "lindqvist", part: pane,
    way: async ({ page, scene }) => {
      await go(page, `#/queue/${scene.covered}`);
      await page.locator("#conversation .covers").first().waitFor();
      await message(page, "").first().waitFor();
    },
  },
  {
    name: "profile", title: "A colleague's profile", says: "From the directory or a care team: who they are, whether they are there, and a way to write.", as: "okafor", part: over,
    way: async ({ page }) => {
      await go(page, "#/directory");
      await page.locator("[data-person]").filter({ hasText: "Priya Raman" }).click();
      await dialog(page, "Priya Raman").getByRole("button", { name: "Message", exact: true }).waitFor();
    },
  },
  {
    name: "directory-patients", title: "Directory: patients", says: "Looked up only for what was typed; each look is on the record.", as: "okafor",
    way: async ({ page }) => {
      await go(page, "#/directory");
      await page.getByRole("button", { name: "Patients", exact: true }).click();
      await page.getByRole("searchbox").fill("garcia");
      await page.getByText("3 patients", { exact: true }).waitFor();
    },
  },
  {
    name: "task-menu", title: "What is done with a task", says: "Begun, finished, given to somebody else, another time.", as: "okafor", devices: ["phone"],
    way: async ({ page }) => {
      await go(page, "#/tasks");
      const task = page.locator(".list [data-task]").filter({ hasText: WORDS.task });
      await task.getByRole("button", { name: /^Options for/ }).click();
      await page.getByRole("menuitem").first().waitFor();
    },
  },
  {
    name: "inbox-empty", title: "Nothing yet", says: "Somebody's first day.", as: "imani",
    way: async ({ page }) => page.getByText("No patient conversations yet.").waitFor(),
  },
  {
    name: "tasks-empty", title: "No tasks", says: "And what comes here.", as: "imani", devices: ["phone"],
    way: async ({ page }) => {
      await go(page, "#/tasks");
      await page.locator(".list .empty, .empty").first().waitFor();
    },
  },
  {
    name: "inbox-none", title: "No match", says: "Nothing fits what is looked for, and the way back.", as: "okafor", devices: ["phone"],
    way: async ({ page }) => {
      await page.getByRole("searchbox").fill("toothache");
      await page.getByText("No conversation matches “toothache”.").waitFor();
    },
  },
  {
    name: "inbox-offline", title: "Without a connection", says: "What is here stays; what is written waits, and says so.", as: "okafor",
    way: async ({ page, scene }) => {
      await open(page, "inbox", scene.dressing, "Thank you! I found it.");
      await offline(page);
      await page.locator('[data-link="waiting"]').waitFor({ state: "attached", timeout: OFFLINE_MS });
      await box(page).fill("Very good.");
      return () => box(page).fill("");
    },
  },
  {
    name: "inbox-failed", title: "Could not be refreshed", says: "What was here stays, and one can try again.", as: "okafor", devices: ["desktop", "phone"],
    way: async ({ page }) => {
      await page.route(/\/v1\/inbox/, (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ status: 500, code: "internal" }) }));
      await filters(page).getByRole("button", { name: "Read", exact: true }).click();
      await page.getByText("Could not refresh.", { exact: false }).waitFor();
    },
  },
  {
    name: "unreachable", title: "The clinic's server does not answer", says: "What was written is kept, and it is tried again.", as: "okafor", devices: ["phone"],
    way: async ({ page }) => {
      await page.route(/\/v1\//, (route) => route.abort());
      await page.reload();
      await page.getByRole("button", { name: "Try now" }).waitFor({ timeout: 60_000 });
    },
  },
  {
    name: "not-here", title: "What one may not read", says: "The same as what is not there.", as: "rosa", devices: ["desktop", "phone"],
    way: async ({ page, scene }) => {
      await go(page, `#/team/${scene.direct}`);
      await page.getByText("This is not here, or you may not see it.", { exact: false }).first().waitFor();
    },
  },
  {
    name: "no-permission", title: "What a role does not show", says: "Said in words, with whom to ask.", as: "wen", devices: ["desktop", "phone"],
    way: async ({ page }) => {
      await go(page, "#/people");
      await page.getByText("People and sites are kept by the clinic's administrators.").waitFor();
    },
  },
  {
    name: "status", title: "One's own status and settings", says: "Whether one is there, takes new conversations, and may be answered for.", as: "okafor", devices: ["desktop"],
    way: async ({ page }) => {
      await page.getByRole("button", { name: /^Your status/ }).click();
      await page.getByRole("menuitem").first().waitFor();
    },
  },
];
