// Two people write to each other while the plugs of three machines are pulled, one after the other. They see at most a short
// "Reconnecting"; every line is there once and in its place.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Cluster } from "./cluster.mjs";
import { at, conversationId, message, online, openTeam, say, writeTo } from "./harness.mjs";

/** What a clinic would call short. */
const SHORT_MS = 15_000;

let cluster;
let chrome;

before(async () => {
  cluster = await Cluster.start();
  chrome = await cluster.browser();
});

after(async () => {
  await chrome?.close();
  await cluster?.stop();
});

const lines = (page) =>
  page.locator("#conversation article[data-message]").evaluateAll((articles) => articles.map((one) => one.textContent.match(/Line (\d+)\./)?.[1]).filter(Boolean).map(Number));

/** The node that holds a socket. */
async function holder() {
  for (const node of cluster.nodes) {
    if (node.child.exitCode === null && node.child.signalCode === null && (await node.sockets()) > 0) return node;
  }
  throw new Error("nobody holds a socket");
}

test("whichever plug is pulled, the chat goes on", { timeout: 240_000 }, async () => {
  const wen = await cluster.add({ kind: "staff", name: "Wen Li", login: "wen", password: "five unrelated words of wen", roles: ["nurse"] });
  const one = await at(chrome, cluster, cluster.administrator());
  const other = await at(chrome, cluster, wen);
  await online(one.page);
  await writeTo(one.page, wen.name, "Line 1.");
  await message(one.page, "Line 1.").waitFor();
  await openTeam(other.page, conversationId(one.page));
  await message(other.page, "Line 1.").waitFor();
  let count = 1;
  const chat = async (what) => {
    const began_ms = Date.now();
    for (const [from, to] of [[one, other], [other, one]]) {
      count += 1;
      await say(from.page, `Line ${count}.`);
      await message(to.page, `Line ${count}.`).waitFor({ timeout: SHORT_MS });
    }
    console.log(`${what}: both wrote and read within ${Date.now() - began_ms} ms`);
  };
  await chat("undisturbed");
  for (const round of [1, 2, 3]) {
    // The one that both are at; the first of those left takes them.
    const pulled = await holder();
    await pulled.kill();
    await chat(`round ${round}, node ${pulled.number} killed`);
    await pulled.start();
  }
  if (process.getuid() === 0) {
    const pulled = await holder();
    await pulled.pull();
    await chat(`the machine of node ${pulled.number} without power`);
    pulled.plug();
    await pulled.start();
  } else console.log("not root: no machine lost its power");
  const wanted = Array.from({ length: count }, (_, index) => index + 1);
  for (const { page, violations } of [one, other]) {
    assert.deepEqual(await lines(page), wanted);
    assert.deepEqual(violations, []);
  }
});
