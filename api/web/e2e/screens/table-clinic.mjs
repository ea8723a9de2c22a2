// Stands for the screens of those who keep the clinic: entries of people, sites, what the clinic sets, hand-overs that nobody took. Refuses to know
// how a picture is taken.
import { dialog, go, inStatus, over, sheetOf } from "./ways.mjs";

async function settings(page) {
  await inStatus(page, "Clinic settings…");
  await dialog(page, "Clinic settings").locator("textarea").first().waitFor();
  return dialog(page, "Clinic settings");
}
const show = (locator, block = "center") => locator.evaluate((one, where) => { one.scrollIntoView({ block: where }); }, block);

export const CLINIC = [
  {
    name: "person-staff", title: "An entry: staff", says: "Roles, sites, how they answer, how they sign in; each saved by itself.", as: "teo", part: over,
    way: async ({ page }) => sheetOf(page, "People", "delgado", "Rosa Delgado").then(() => {}),
  },
  {
    name: "person-partner", title: "An entry: somebody of another organization", says: "What of them can be changed here.", as: "teo", part: over,
    way: async ({ page }) => sheetOf(page, "People", "haas", "Miriam Haas").then(() => {}),
  },
  {
    name: "person-patient", title: "An entry: a patient", says: "Care team, sites, account.", as: "teo", part: over,
    way: async ({ page }) => {
      const sheet = await sheetOf(page, "Patients", "MRN-10240", "Maria Garcia");
      await sheet.getByRole("button", { name: "Remove Chidi Okafor" }).waitFor();
    },
  },
  {
    name: "person-caregiver", title: "An entry: who acts for a patient", says: "For whom, by name.", as: "teo", part: over,
    way: async ({ page }) => {
      const sheet = await sheetOf(page, "Caregivers", "hanh", "Hanh Tran");
      await sheet.getByRole("button", { name: "Remove Leo Tran" }).waitFor();
    },
  },
  {
    name: "invite", title: "An invitation", says: "A link to copy, and its code for paper or telephone; shown until it is closed.", as: "teo", part: over,
    way: async ({ page }) => {
      const sheet = await sheetOf(page, "Patients", "noemi", "Noemi Garcia");
      await sheet.getByRole("button", { name: "Invite Noemi Garcia" }).click();
      await show(sheet.getByRole("group", { name: "Invitation for Noemi Garcia" }));
    },
  },
  {
    name: "announcement", title: "A new announcement", says: "Everybody who works here is in it from the start; only its owner and administrators write.", as: "teo", part: over,
    way: async ({ page }) => {
      await page.getByRole("button", { name: "New message" }).click();
      const asked = dialog(page, "New message");
      await asked.getByRole("button", { name: "Channel" }).click();
      await asked.getByLabel("Name", { exact: true }).fill("code-events");
      await asked.getByLabel("Who can find and join it").selectOption("announcement");
      await asked.getByRole("checkbox", { name: /^Everybody who works here is in it from the start \(/ }).waitFor();
    },
  },
  {
    name: "corrections", title: "A correction", says: "Name, number, birth date, sites; what is wrong is said at its field, and nothing typed is lost.", as: "teo", part: over,
    way: async ({ page }) => {
      const sheet = await sheetOf(page, "Patients", "MRN-10240", "Maria Garcia");
      await sheet.getByLabel("Full name").fill("Maria Garcia Lopez");
      await sheet.getByLabel("Date of birth").fill("");
      await sheet.locator("form").filter({ has: page.getByLabel("Date of birth") }).getByRole("button", { name: /^Save/ }).click();
      await sheet.getByRole("alert").first().waitFor();
      await show(sheet.getByLabel("Full name"));
    },
  },
  {
    name: "caregivers", title: "Caregivers", says: "Who acts for patients, and for how many.", as: "teo", devices: ["desktop", "phone"],
    way: async ({ page }) => {
      await go(page, "#/people");
      await page.getByRole("group", { name: "People and sites: which" }).getByRole("button", { name: "Caregivers", exact: true }).click();
      await page.locator("[data-person]").first().waitFor();
    },
  },
  {
    name: "sites", title: "Sites", says: "The places of the clinic, how many work there, another name for one.", as: "teo",
    way: async ({ page }) => {
      await go(page, "#/people");
      await page.getByRole("group", { name: "People and sites: which" }).getByRole("button", { name: "Sites", exact: true }).click();
      await page.locator("[data-site]").first().waitFor();
      await page.getByRole("button", { name: "Add site" }).click();
      await page.getByText("Write the name of the site.").waitFor();
    },
  },
  {
    name: "leave-unsaved", title: "Leaving without saving", says: "Asked first, wherever one goes.", as: "teo", part: over, devices: ["desktop", "phone"],
    way: async ({ page }) => {
      const sheet = await sheetOf(page, "People", "nakamura", "Tess Nakamura");
      await sheet.getByRole("checkbox", { name: "Billing" }).check();
      await page.keyboard.press("Escape");
      await page.getByRole("alertdialog", { name: "Leave without saving?" }).waitFor();
    },
  },
  {
    name: "safeguards", title: "Clinic settings: against words that reach the wrong reader", says: "Seconds to undo, and from which age something can be kept from caregivers.", as: "teo", part: over,
    way: async ({ page }) => show((await settings(page)).getByRole("group", { name: "Against words that reach the wrong reader" })),
  },
  {
    name: "reason-sites", title: "Clinic settings: who answers where", says: "A reason goes to another role at one site.", as: "teo", part: over,
    way: async ({ page }) => {
      const asked = await settings(page);
      const reason = asked.locator("[data-reason]").first();
      await reason.getByRole("button", { name: /^Another role at a site/ }).click();
      await reason.locator("[data-site]").last().locator("select").last().selectOption({ index: 1 });
      await show(reason, "start");
    },
  },
  {
    name: "late", title: "Hand-overs that nobody took", says: "Whose patient, from whom to whom, since when.", as: "teo",
    way: async ({ page }) => {
      await go(page, "#/overview");
      const late = page.locator("[data-late]").first();
      await late.waitFor({ timeout: 90_000 });
      await show(late);
    },
  },
];
