// One's own words in a long conversation: the row is painted soon after Enter, in view, also with 10,000 conversations in the list. How fast exactly
// is measured by `npm run enter-time`; here the bound is generous, for machines that do much else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, Node } from "./harness.mjs";
import { measureBoth } from "./enter.mjs";

const P50_MS_MAX = 250;
const TIMES = 12;
const HELD = 90;

let node;
let chrome;

before(async () => {
  node = await Node.start();
  chrome = await browser();
});

after(async () => {
  await chrome?.close();
  await node?.stop();
});

test("from Enter until the new row is painted, with a patient and in a channel", async (context) => {
  const { figures, violations } = await measureBoth(chrome, node, TIMES, HELD);
  context.diagnostic(JSON.stringify(figures));
  for (const [where, one] of Object.entries(figures)) {
    assert.ok(one.mounted >= HELD, `${where}: ${one.mounted} messages are on the page`);
    assert.equal(one.times, TIMES);
    assert.ok(one.p50_ms <= P50_MS_MAX, `${where}: ${one.p50_ms} ms`);
  }
  assert.deepEqual(violations, []);
});
