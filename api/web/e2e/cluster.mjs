// Stands between the browser tests and three real nodes behind one name with three addresses, as a clinic's name server has it.
// Refuses to know what is shown. The browser finds the name in a hosts file of its own, in a mount namespace of its own.
import { spawn, execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { BINARY, CHROMIUM, FLAGS, freePort } from "./harness.mjs";

const START_MS = 60_000;
const LOOK_AGAIN_MS = 50;
const NAME = "clinic.test";
const PASSWORD = "five unrelated words of amara";

/** Looks again and again until there is an answer; the poll of a state, not a guess. */
async function until(what, look) {
  const deadline_ms = Date.now() + START_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline_ms) throw new Error(`waited ${START_MS} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

class Member {
  constructor(cluster, number, ports) {
    // Not 127.0.0.1: whatever asks one of the others comes from that address, and would lose its power with this one.
    Object.assign(this, { cluster, number, ...ports, address: `127.0.0.${number + 1}` });
    this.config = join(cluster.folder, `${number}.toml`);
  }

  places() {
    return ["--config", this.config, "--data", join(this.cluster.folder, `node-${this.number}`), "--listen", `${this.address}:${this.port}`, "--operations", `127.0.0.1:${this.operations}`, "--peer-listen", `${this.address}:${this.peers}`];
  }

  async start() {
    this.output = "";
    this.child = spawn(BINARY, ["start", "--config", this.config], { stdio: ["ignore", "pipe", "pipe"] });
    const keep = (chunk) => { this.output = (this.output + chunk).slice(-8000); };
    this.child.stdout.on("data", keep);
    this.child.stderr.on("data", keep);
    await until(`node ${this.number} is ready`, async () => {
      if (this.child.exitCode !== null) throw new Error(`node ${this.number} ended:\n${this.output}`);
      return fetch(`http://127.0.0.1:${this.operations}/readyz`).then((answer) => answer.ok, () => false);
    });
  }

  signal(name) {
    this.child.kill(name);
  }

  async kill() {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await gone;
  }

  /**
   * Its machine loses its power: nothing comes from its address any more, not even that a connection ended, and after it the system
   * says of new ones that there is no way, as where nobody answers for an address. Needs root.
   */
  async pull() {
    this.table = `corridor_${process.pid}_${this.number}`;
    const rules = [`ip daddr ${this.address} tcp flags & (syn | ack) == syn reject with icmp type host-unreachable`, `ip daddr ${this.address} drop`, `ip saddr ${this.address} drop`];
    const table = `table inet ${this.table} {\nchain out {\ntype filter hook output priority 0;\n${rules.join("\n")}\n}\n}\n`;
    execFileSync("nft", ["-f", "-"], { input: table });
    await this.kill();
  }

  plug() {
    if (this.table !== undefined) execFileSync("nft", ["delete", "table", "inet", this.table]);
    this.table = undefined;
  }

  /** Sockets that are signed in at it. */
  async sockets() {
    const status = await fetch(`http://127.0.0.1:${this.operations}/status`);
    return (await status.json()).sockets;
  }
}

export class Cluster {
  /** Three nodes that vote, each at an address of its own and all at one port. */
  static async start() {
    const cluster = new Cluster();
    cluster.folder = mkdtempSync(join(tmpdir(), "corridor-three-"));
    const port = await freePort();
    cluster.nodes = [];
    for (const each of [1, 2, 3]) {
      const member = new Member(cluster, each, { port, operations: await freePort(), peers: await freePort() });
      if (each === 1) {
        const founding = ["--name", "Hillside Practice", "--administrator-name", "Amara Bello", "--administrator-login", "amara"];
        cluster.run(["init", ...member.places(), ...founding]);
      } else {
        const said = cluster.run(["cluster", "invite", "--config", cluster.nodes[0].config]);
        const command = said.split("\n").find((line) => line.trim().startsWith("corridor join"));
        cluster.run([...command.trim().split(/\s+/).slice(1), ...member.places()]);
      }
      await member.start();
      cluster.nodes.push(member);
    }
    cluster.url = `http://${NAME}:${port}`;
    await until("all three vote", () => {
      const { nodes } = cluster.status();
      return nodes.length === 3 && nodes.every((node) => node.role !== "learner" && node.is_reachable);
    });
    return cluster;
  }

  run(words) {
    return execFileSync(BINARY, words, { encoding: "utf8", env: { ...process.env, CORRIDOR_ADMIN_PASSWORD: PASSWORD } });
  }

  status() {
    return JSON.parse(this.run(["cluster", "status", "--json", "--config", this.nodes[0].config]));
  }

  administrator() {
    return { login: "amara", name: "Amara Bello", password: PASSWORD };
  }

  /** A program's way to the first node. */
  async add(person) {
    const node = `http://${this.nodes[0].address}:${this.nodes[0].port}`;
    const headers = { "content-type": "application/json", origin: node };
    const { login, password } = this.administrator();
    const signed = await (await fetch(`${node}/v1/sign-in`, { method: "POST", headers, body: JSON.stringify({ login, password }) })).json();
    const allowed = { ...headers, authorization: `Bearer ${signed.token}`, "idempotency-key": crypto.randomUUID() };
    const added = await fetch(`${node}/v1/people`, { method: "POST", headers: allowed, body: JSON.stringify(person) });
    if (!added.ok) throw new Error(await added.text());
    return person;
  }

  /** A browser that knows the name. */
  async browser() {
    const hosts = join(this.folder, "hosts");
    const names = this.nodes.map((node) => `${node.address} ${NAME}\n`).join("");
    writeFileSync(hosts, readFileSync("/etc/hosts", "utf8") + names);
    const launcher = join(this.folder, "browser");
    writeFileSync(launcher, `#!/bin/sh\nexec unshare ${process.getuid() === 0 ? "" : "--user --map-root-user "}--mount sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' ${hosts} ${CHROMIUM} "$@"\n`);
    chmodSync(launcher, 0o755);
    // By itself the browser takes one address of a name in a hosts file; the system's resolver gives all, as of a name server.
    // The keys of the outbox are made in secure places only, and there is no certificate for a name that nobody owns.
    return chromium.launch({ executablePath: launcher, args: [...FLAGS, "--disable-features=AsyncDns", `--unsafely-treat-insecure-origin-as-secure=${this.url}`] });
  }

  async stop() {
    for (const node of this.nodes ?? []) {
      node.plug();
      if (node.child?.exitCode === null && node.child.signalCode === null) await node.kill();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
