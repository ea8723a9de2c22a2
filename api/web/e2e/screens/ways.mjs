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
