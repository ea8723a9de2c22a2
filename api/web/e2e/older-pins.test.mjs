// A chart with more pins than are shown at first: the older ones come when they are asked for, each once, down to the first.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, at, browser, Node, online } from "./harness.mjs";

const COUNT = 103;
const words = (nth) => `Pin number ${nth}.`;

let node;
let chrome;
let okafor;
let api;
let id;
let fields;

before(async () => {
  node = await Node.start();
  chrome = await browser();
  const account = (login) => node.people().find((one) => one.login === login);
  api = await node.api(account("okafor"));
  const patient = await node.api(account("garcia"));
  ({ conversation_id: id } = await patient.post("/v1/conversations", { kind: "patient", patient_id: patient.person.id, topic: "My knee" }));
  fields = { patient_id: patient.person.id, mrn: "MRN-10240", birth_date: "1984-03-12", seqs: [] };
  for (let nth = 1; nth <= COUNT; nth += 1) await api.post(`/v1/conversations/${id}/pins`, { ...fields, summary: words(nth) });
  okafor = await at(chrome, node, account("okafor"), undefined, `/#/inbox/${id}`);
  await online(okafor.page);
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

const pin = (page, nth) => page.locator("aside [data-pins] [data-pin]").filter({ hasText: words(nth) });

test("the latest are there at first, and the older ones when they are asked for; a new one pushes none away", async () => {
  const { page } = okafor;
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await pin(page, COUNT).waitFor();
  assert.equal(await pin(page, 1).count(), 0);
  const older = page.getByRole("button", { name: "Older pins" });
  await older.scrollIntoViewIfNeeded();
  await accessible(page, "more pins than are shown");
  await older.focus();
  await page.keyboard.press("Enter");
  await pin(page, 1).waitFor();
  await older.waitFor({ state: "detached" });
  await api.post(`/v1/conversations/${id}/pins`, { ...fields, summary: words(COUNT + 1) });
  await pin(page, COUNT + 1).waitFor();
  const shown = await page.locator("aside [data-pins] [data-pin] .summary").allTextContents();
  const own = shown.map((one) => Number(/^Pin number (\d+)\.$/.exec(one)?.[1])).filter((nth) => nth > 0);
  assert.deepEqual(own, Array.from({ length: COUNT + 1 }, (_, at) => COUNT + 1 - at), "each once, the last first");
});

test("nothing broke the page's policy", () => {
  assert.deepEqual(okafor.violations, []);
});
