// Stands between a long conversation and whoever waits for their own words: the real page before the real node, hundreds of messages loaded and
// mounted, 10,000 conversations in the list. Measures from the press of Enter until the new row is painted. Refuses to touch the client.
//
// npm run enter-time           prints the figures; fails above the bar
import { fileURLToPath } from "node:url";
import { browser, message, Node } from "./harness.mjs";
import { BAR_MS, COUNT, summaryOf, withMany } from "./many.mjs";

export const HELD = 300;
export const TIMES = 40;
const plain = (body) => ({ body, audience: "everyone", priority: "routine", mentions: [] });
const LINES = ["Still a little stiff in the morning.", "The second dose went down well, no fever since.", "Please bring the form, and the card of the insurance.", "**Fine**, then on Thursday at 4:20.\n- fasting\n- with the list of tablets"];

const unique = () => `Noted ${crypto.randomUUID().slice(0, 8)}`;

/** Several write in turn, as many at a time: the clinic lets nobody write too fast. */
async function fill(writers, id, held) {
  await Promise.all(writers.map(async (api, nth) => {
    for (let count = nth; count < held; count += writers.length) await api.post(`/v1/conversations/${id}/messages`, plain(`${LINES[count % LINES.length]} (${count})`));
  }));
}

/** A conversation of a patient and a channel, each with hundreds of messages. */
export async function longOnes(node, held) {
  const [okafor, wen, jonas, garcia] = await Promise.all(["okafor", "wen", "jonas", "garcia"].map((login) => node.api(node.people().find((one) => one.login === login))));
  const { conversation_id: patient } = await garcia.post("/v1/conversations", { kind: "patient", patient_id: garcia.person.id, topic: "Knee pain on the stairs" });
  await okafor.post(`/v1/conversations/${patient}/care`, { step: "take" });
  const { conversation_id: channel } = await okafor.post("/v1/conversations", { kind: "channel", topic: "late-round", visibility: "public", site_id: null, phi_allowed: true, member_ids: [wen.person.id, jonas.person.id] });
  await fill([okafor, wen, jonas, garcia], patient, held);
  await fill([okafor, wen, jonas], channel, held);
  return { patient, channel };
}

/** Opened, and gone up in it until its first message is here: all of them are mounted from then on. */
export async function openWhole(page, section, id, held) {
  await page.evaluate((to) => { location.hash = to; }, `#/${section}/${id}`);
  await message(page, `(${held - 1})`).waitFor();
  while ((await message(page, "(0)").count()) === 0) {
    const before = await page.locator("#conversation article[data-message]").count();
    await page.evaluate(() => { document.querySelector("#conversation .pane").scrollTop = 0; });
    await page.waitForFunction((count) => document.querySelectorAll("#conversation article[data-message]").length > count, before);
  }
  await page.evaluate(() => { const pane = document.querySelector("#conversation .pane"); pane.scrollTop = pane.scrollHeight; });
  await message(page, `(${held - 1})`).first().waitFor();
  return page.locator("#conversation article[data-message]").count();
}

/** From each press of Enter until the row with these words is painted: a frame's callbacks, and what they change, come before it is painted, what
 * they post after. Infinity: it is not in view. */
export async function measureEnter(page, times = TIMES) {
  await page.evaluate(() => {
    if (window.rows_ms) {
      window.rows_ms.length = 0;
      return;
    }
    window.rows_ms = [];
    let [from_ms, words, is_there, in_frame] = [0, "", false, false];
    const { port1, port2 } = new MessageChannel();
    const find = () => [...document.querySelectorAll("#conversation article[data-row], #conversation article[data-message]")].findLast((one) => one.textContent.includes(words));
    const frame = () => {
      in_frame = true;
      requestAnimationFrame(frame);
      port2.postMessage(undefined);
    };
    port1.onmessage = () => {
      in_frame = false;
      if (!is_there) return;
      const painted_ms = performance.now() - from_ms;
      const now = find(); // it may be a message by now
      const [box, pane] = [now, now?.closest(".pane")].map((one) => one?.getBoundingClientRect());
      window.rows_ms.push(box && pane && box.top >= pane.top && box.bottom <= pane.bottom + 1 ? painted_ms : Infinity);
      [is_there, words] = [false, ""];
    };
    requestAnimationFrame(frame);
    addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.value) [from_ms, words, is_there] = [event.timeStamp, event.target.value, false]; }, { capture: true });
    new MutationObserver(() => {
      if (words === "" || is_there || find() === undefined) return;
      if (in_frame) is_there = true;
      else requestAnimationFrame(() => { is_there = true; });
    }).observe(document.body, { childList: true, subtree: true });
  });
  const box = page.locator("#conversation textarea[data-composer]");
  for (let nth = 0; nth < times; nth += 1) {
    const words = unique();
    await box.fill(words);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.keyboard.press("Enter");
    // no locator waits meanwhile: it would look through all of the page at the very moment that is measured
    await page.waitForFunction((count) => window.rows_ms.length > count, nth);
    await message(page, words).waitFor();
  }
  return page.evaluate(() => window.rows_ms);
}

/** What is loaded for the first one is there afterwards, and the question about a conversation that was opened a moment ago is answered. */
export async function sendOne(page) {
  const words = unique();
  const sure = page.getByRole("alertdialog", { name: "Is this the right patient?" });
  await page.locator("#conversation textarea[data-composer]").fill(words);
  await page.keyboard.press("Enter");
  await message(page, words).or(sure).first().waitFor();
  if (await sure.isVisible()) await sure.getByRole("button", { name: "Send it here" }).click();
  await message(page, words).waitFor();
}

/** A physician's page, and in it first the patient's conversation, then the channel. */
export async function measureBoth(chrome, node, times = TIMES, held = HELD) {
  const ids = await longOnes(node, held);
  const { page, violations } = await withMany(chrome, node, COUNT);
  const figures = {};
  for (const [where, section] of [["patient", "inbox"], ["channel", "team"]]) {
    const mounted = await openWhole(page, section, ids[where], held);
    await sendOne(page);
    const { keys, first_ms, ...summary } = summaryOf(await measureEnter(page, times));
    figures[where] = { mounted, times: keys, ...summary };
  }
  return { figures, violations };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const node = await Node.start();
  const chrome = await browser();
  try {
    const { figures } = await measureBoth(chrome, node);
    for (const [where, one] of Object.entries(figures)) {
      console.log(`${where}, ${COUNT} conversations in the list, from Enter until the row is painted: ${JSON.stringify(one)}; bar: p50 <= ${BAR_MS} ms`);
      if (!(one.p50_ms <= BAR_MS)) process.exitCode = 1;
    }
  } finally {
    await chrome.close();
    await node.stop();
  }
}
