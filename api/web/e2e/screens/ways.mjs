// Stands between the table of screens and the page: the ways that several of them begin with. Refuses to take a picture.
import { message, online } from "../harness.mjs";

/** Another place of the page, by its address. */
export async function go(page, hash) {
  await page.evaluate((to) => { location.hash = to; }, hash);
}

export async function open(page, section, id, words) {
  await go(page, `#/${section}/${id}`);
  await page.locator("main#conversation").waitFor();
  if (words !== undefined) await message(page, words).first().waitFor();
  await online(page);
  // who answers stands in the header of a patient's conversation, and comes a moment later
  if (section !== "team") await page.locator("#conversation header .care").getByText(/answer/).first().waitFor();
}

/** In the header, or in its menu where there is no room. */
export async function details(page) {
  const button = page.locator("#conversation header").getByRole("button", { name: "Details", exact: true });
  if (await button.isVisible()) await button.click();
  else await inHeader(page, "Details");
  await page.getByRole("complementary", { name: "Conversation details" }).waitFor();
}

export async function inHeader(page, item) {
  await page.locator("#conversation header").getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

export async function inStatus(page, item) {
  await page.getByRole("button", { name: /^Your status/ }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

export async function onMessage(page, words, item) {
  const one = message(page, words).first();
  await one.hover();
  await one.getByRole("button", { name: "Message actions" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

export async function answers(page, item) {
  await page.locator("#conversation header .care button").click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

export const dialog = (page, name) => page.getByRole("dialog", { name, exact: true });
export const box = (page) => page.locator("#conversation textarea[data-composer]");

export async function pick(asked, label, typed, name) {
  await asked.getByRole("combobox", { name: label }).fill(typed);
  await asked.getByRole("option").filter({ hasText: name }).first().click();
}

/** Whatever lies over the page, the topmost. */
export const over = (page) => page.locator("dialog[open]").last();
export const pane = (page) => page.locator("main#conversation");
export const beside = (page) => page.getByRole("complementary").last();

/** By the button: on a touch screen Enter is a new line. Asked about a conversation that was opened a moment ago, it is meant. */
export async function send(page, words, name = "Send") {
  await box(page).fill(words);
  await page.locator("#composer").getByRole("button", { name, exact: true }).click();
  const sure = page.getByRole("alertdialog", { name: "Is this the right patient?" });
  const said = page.locator("#conversation article").filter({ hasText: words });
  await said.or(page.getByRole("alertdialog")).first().waitFor();
  if (await sure.isVisible()) await sure.getByRole("button", { name: "Send it here" }).click();
}

/** One's own entries, from the menu beside Send. */
export async function sendMore(page, item) {
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

/** The network of this page is gone until its picture is taken. */
export const offline = (page) => page.context().setOffline(true);

export async function sheetOf(page, tab, words, name) {
  await go(page, "#/people");
  await page.getByRole("group", { name: "People and sites: which" }).getByRole("button", { name: tab, exact: true }).click();
  await page.getByRole("searchbox").fill(words);
  await page.locator("[data-person]").filter({ hasText: name }).first().click();
  await dialog(page, name).locator("[data-sheet]").waitFor();
  return dialog(page, name);
}
