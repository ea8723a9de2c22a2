// Stands between the browser and 10,000 conversations: the real page before the real node, whose answer to "which are mine" is made that long
// on its way, as the wire has them. Measures from the key press in the search field until the list is painted. Refuses to touch the client.
//
// npm run filter-time          prints the figures; fails above the bar
import { fileURLToPath } from "node:url";
import { at, browser, DESKTOP, Node, online } from "./harness.mjs";

export const COUNT = 10_000;
export const BAR_MS = 50;
const FIRST = ["Maria", "Zoë", "Li", "Ahmed", "Priya", "João", "Chidi", "Anna", "Wei", "Fatima", "Noemi", "Curtis", "Hodan", "Erik", "Rania", "Tasha"];
const LAST = ["Garcia", "Müller", "Wei", "Okafor", "Tran", "Novák", "Singh", "Ito", "Larsen", "Price", "Quinn", "Haddad", "Stone", "Bell", "Abdi", "Fisher"];
const ABOUT = ["Lab results: iron", "Knee pain", "Medication question", "Travel vaccines", "Billing question", "Follow-up after surgery", "Blood pressure at home", "Referral"];

/** As the node would tell of them: like one that it told of, about another patient each. */
export function manyLike(one, count = COUNT) {
  return Array.from({ length: count }, (_, index) => {
    const name = `${FIRST[index % FIRST.length]} ${LAST[Math.floor(index / FIRST.length) % LAST.length]}`;
    const number = String(index).padStart(26, "0");
    return {
      ...one, id: `con_${number}`, topic: `${ABOUT[index % ABOUT.length]} ${index}`, state: "open", first_names: [name],
      patient: { ...one.patient, id: `per_${number}`, name, mrn: `MRN-${20_000 + index}` },
      my: { ...one.my, unread: index % 7 === 0 ? 1 : 0, attention: null },
      last_message: one.last_message && { ...one.last_message, at_ms: one.last_message.at_ms - index * 60_000 },
    };
  });
}

/** A physician's page with so many conversations in its list. */
export async function withMany(chrome, node, count = COUNT) {
  const account = node.people().find((one) => one.login === "okafor");
  // a service worker would not let the answer through to us
  const context_options = { ...DESKTOP, serviceWorkers: "block" };
  const many = async (page) => page.route(/\/v1\/conversations\?scope=mine$/, async (route) => {
    const response = await route.fetch();
    const { conversations, ...rest } = await response.json();
    const like = conversations.find((one) => one.kind === "patient" && one.my.member && one.last_message);
    await route.fulfill({ response, json: { ...rest, conversations: [...conversations, ...manyLike(like, count)] } });
  });
  const opened = await at(chrome, node, account, context_options, "/", many);
  await online(opened.page);
  await opened.page.locator("a[data-conversation]").nth(20).waitFor();
  return opened;
}

/** From each key that changes the words until what it changed is painted: a frame's callback runs before it is painted, what it posts after. */
export async function measureKeys(page, words, rounds) {
  await page.evaluate(() => {
    window.painted_ms = [];
    let pressed_ms = 0;
    addEventListener("keydown", (event) => { pressed_ms = event.timeStamp; }, { capture: true });
    addEventListener("input", () => {
      const from_ms = pressed_ms;
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => window.painted_ms.push(performance.now() - from_ms);
        port2.postMessage(undefined);
      });
    });
  });
  const search = page.getByRole("searchbox");
  await search.focus();
  for (let round = 0; round < rounds; round += 1) {
    const typed = words[round % words.length];
    for (const key of [...typed, ...Array.from(typed, () => "Backspace")]) {
      const before = await page.evaluate(() => window.painted_ms.length);
      await page.keyboard.press(key);
      await page.waitForFunction((count) => window.painted_ms.length > count, before);
    }
  }
  return page.evaluate(() => window.painted_ms);
}

export function summaryOf(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at_share = (share) => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { keys: sorted.length, first_ms: Math.round((times[0] ?? 0) * 10) / 10, p50_ms: at_share(0.5), p90_ms: at_share(0.9), max_ms: at_share(1) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const node = await Node.start();
  const chrome = await browser();
  try {
    const { page } = await withMany(chrome, node);
    const figures = summaryOf(await measureKeys(page, ["garcia", "mrn-2", "zoe"], 3));
    console.log(`${COUNT} conversations, from a key in the search field until the list is painted: ${JSON.stringify(figures)}; bar: p50 <= ${BAR_MS} ms`);
    if (figures.p50_ms > BAR_MS) process.exitCode = 1;
  } finally {
    await chrome.close();
    await node.stop();
  }
}
