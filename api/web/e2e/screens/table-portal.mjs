// Stands for the screens of patients, and of those who act for them, beside writing: taking back, who can read, who is writing, what is closed or
// switched off or does not come. Refuses to know how a picture is taken.
import { WORDS } from "./scene.mjs";
import { MORE } from "./scene-more.mjs";
import { go, offline, over } from "./ways.mjs";

const said = (page, words) => page.locator("article[data-message]").filter({ hasText: words });
const write = (page) => page.getByRole("textbox", { name: "Your message" });

async function opened(page, id, words) {
  await go(page, `#/inbox/${id}`);
  await said(page, words).first().waitFor();
}

/** The clinic's settings as they are but for this, until what this answers is called. */
async function set(scene, more) {
  const { settings } = await scene.apis.teo.get("/v1/settings");
  await scene.apis.teo.put("/v1/settings", { ...settings, ...more });
  return () => scene.apis.teo.put("/v1/settings", settings);
}

export const PORTAL = [
  {
    name: "activate", title: "The first sign-in", says: "With the code of an invitation one chooses a password.",
    way: async ({ page }) => {
      await page.getByRole("link", { name: "I have an invitation code" }).click();
      await page.getByRole("heading", { name: "Sign in for the first time" }).waitFor();
    },
  },
  {
    name: "portal-take-back", title: "Portal: taking back a message", says: "What it does, and why if they want to say it.", as: "garcia", part: over,
    way: async ({ page, scene }) => {
      await opened(page, scene.knee, WORDS.unread);
      await said(page, WORDS.unread).getByRole("button", { name: /^Take back/ }).click();
      await page.getByRole("alertdialog", { name: "Take back this message?" }).waitFor();
    },
  },
  {
    name: "portal-identity", title: "Portal: show that it is you", says: "Their own password once more, before a result is told. It can wait.", as: "garcia",
    way: async ({ page, scene }) => {
      await opened(page, scene.iron, "Can you tell me the results here?");
      await page.getByRole("region", { name: "Show that it is you" }).getByLabel("Your password").waitFor();
    },
  },
  {
    name: "portal-who-reads", title: "Portal: who can read this", says: "A young patient keeps a conversation from those who act for them.", as: "leo.tran", part: over,
    way: async ({ page, scene }) => {
      await go(page, `#/inbox/${scene.fever}`);
      await page.getByRole("button", { name: "Who can read this" }).click();
      await over(page).getByLabel("Keep this from people who act for me").check();
    },
  },
  {
    name: "portal-kept", title: "Portal: only you and the clinic", says: "A conversation that is kept, in the list.", as: "leo.tran", devices: ["phone"],
    way: async ({ page, scene }) => page.locator(`a[data-conversation="${scene.kept}"]`).getByText("Only you and the clinic").waitFor(),
  },
  {
    name: "portal-proxy", title: "Portal: writing for somebody", says: "For whom stands above every conversation.", as: "hanh.tran", devices: ["phone"],
    way: async ({ page, scene }) => {
      await go(page, `#/inbox/${scene.fever}`);
      await page.getByText("You are writing for: Leo Tran").waitFor();
      await page.locator("article[data-message]").first().waitFor();
    },
  },
  {
    name: "portal-closed-until", title: "Portal: outside the hours", says: "Until when it is closed, before anything is sent.", as: "garcia", devices: ["desktop", "phone"],
    way: async ({ page, scene }) => {
      const back = await set(scene, { hours: [{ day: (new Date().getUTCDay() + 6 + 2) % 7, from_minute: 480, until_minute: 1020 }], zone: "UTC" });
      await opened(page, scene.dressing, MORE.asked);
      await page.getByText(/^We are closed until /).waitFor();
      return back;
    },
  },
  {
    name: "portal-off", title: "Portal: messages are switched off", says: "Said in words, with whom to call.", as: "garcia", devices: ["desktop", "phone"],
    way: async ({ page, scene }) => {
      const back = await set(scene, { patients: false });
      await opened(page, scene.dressing, MORE.asked);
      await page.locator("[data-switched-off]").waitFor();
      return back;
    },
  },
  {
    name: "off", title: "Messages with patients are switched off", says: "What the staff reads: notes go on.", as: "okafor", devices: ["desktop", "phone"],
    way: async ({ page, scene }) => {
      const back = await set(scene, { patients: false });
      await go(page, `#/inbox/${scene.dressing}`);
      await page.locator("#composer").getByText("Messages with patients are switched off for this clinic.").waitFor();
      return back;
    },
  },
  {
    name: "portal-offline", title: "Portal: no internet", says: "What is written waits for it.", as: "garcia", devices: ["desktop", "phone"],
    way: async ({ page, scene }) => {
      await opened(page, scene.dressing, MORE.asked);
      await offline(page);
      await write(page).fill("It has come off.");
      await page.getByText("No internet.", { exact: false }).first().waitFor({ timeout: 60_000 });
      return () => write(page).fill("");
    },
  },
  {
    name: "portal-failed", title: "Portal: the messages did not come", says: "Said where they would stand, with a way to try again.", as: "garcia", devices: ["desktop", "phone"],
    way: async ({ page, scene }) => {
      await page.route(/\/events/, (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ status: 500, code: "internal" }) }));
      await go(page, `#/inbox/${scene.dressing}`);
      await page.getByRole("alert").first().waitFor({ timeout: 60_000 });
    },
  },
  {
    name: "portal-unreachable", title: "Portal: the clinic's server does not answer", says: "Whom to call stands first all the same.", as: "garcia", devices: ["phone"],
    way: async ({ page }) => {
      await page.route(/\/v1\//, (route) => route.abort());
      await page.reload();
      await page.getByRole("button", { name: "Try now" }).waitFor({ timeout: 60_000 });
    },
  },
  {
    name: "portal-empty", title: "Portal: nothing yet", says: "What to do in an emergency, and how to begin.", as: "flora", devices: ["desktop", "phone"],
    way: async ({ page }) => page.getByRole("button", { name: "New message" }).waitFor(),
  },
  {
    name: "sign-in-wrong", title: "A wrong password", says: "Neither name nor password is said to be the wrong one.", devices: ["phone"],
    way: async ({ page }) => {
      await page.getByLabel("Password", { exact: true }).waitFor();
      await page.fill("#login", "garcia");
      await page.fill("#password", "not this one");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("alert").first().waitFor();
    },
  },
];
