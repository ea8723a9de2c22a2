// Stands between the people and sites on the node and the administrator who keeps them: asked for when the screen is opened, after a break,
// and after each change. Refuses to keep a password, and to call something saved that the node has not said is.
import { systemClock } from "../core/clock";
import { outcomeIsOpen, query, Refusal } from "../core/http";
import { commandId } from "../core/ids";
import { sentenceOf } from "../core/problems";
import type { Person } from "../core/wire";
import { Patients, People, PEOPLE_MAX, type Site } from "./directory.svelte";
import { session } from "./session.svelte";

const TYPING_PAUSE_MS = 300;

export class Roster {
  readonly people = new People();
  readonly patients = new Patients();
  /** Who acts for patients: asked for when that list is opened. */
  readonly proxies = new People("proxy");
  /** Whom the node finds by these words: it knows logins, which it does not tell. */
  found = $state.raw<ReadonlySet<string>>(new Set());
  /** Added here, and not told by the node yet. */
  added = $state.raw<readonly Person[]>([]);
  /** Whether sites were told: without them nobody can be given one. */
  sites_state = $state<"loading" | "ready" | "failed">("loading");
  /** Whom somebody chose here, by name. */
  private known: readonly Person[] = [];
  private timer = 0;
  private turn = 0;

  readonly all = $derived([...this.people.held, ...this.added.filter((one) => isStaffSide(one) && !this.people.held.some(({ id }) => id === one.id))]);

  begin(): void {
    void this.people.look();
    void this.lookSites();
  }

  async lookSites(): Promise<void> {
    try {
      this.people.sites = (await session.http.ask<{ sites: Site[] }>("/v1/sites")).sites;
      this.sites_state = "ready";
    } catch {
      if (this.sites_state !== "ready") this.sites_state = "failed";
    }
  }

  stop(): void {
    this.turn += 1;
    systemClock.cancel(this.timer);
    this.people.stop();
    this.proxies.stop();
    this.patients.forget();
  }

  /** `kind`: among whom. */
  search(words: string, kind?: "proxy"): void {
    const turn = (this.turn += 1);
    (kind === "proxy" ? this.proxies : this.people).search(words);
    systemClock.cancel(this.timer);
    this.found = new Set();
    if (words.trim() === "") return;
    this.timer = systemClock.after(TYPING_PAUSE_MS, () => {
      session.http.ask<{ people: Person[] }>(query("/v1/people", { kind, q: words.trim(), limit: PEOPLE_MAX })).then(
        ({ people }) => { if (turn === this.turn) this.found = new Set(people.map(({ id }) => id)); },
        () => {}, // what is on the screen is searched as well
      );
    });
  }

  /** As it stands now, told by who changed it. */
  put(person: Person): void {
    const swap = (list: readonly Person[]): readonly Person[] => list.map((one) => (one.id === person.id ? person : one));
    this.people.held = swap(this.people.held);
    this.patients.held = swap(this.patients.held);
    this.proxies.held = swap(this.proxies.held);
    this.added = swap(this.added);
    this.lookAgain(person);
  }

  /** `chosen`: who cares for them, or for whom they act. */
  add(person: Person, chosen: readonly Person[]): void {
    this.known = [...this.known, ...chosen];
    this.added = [...this.added, person];
    this.lookAgain(person);
  }

  /** Somebody of whom only the id was known. */
  learn(person: Person): void {
    this.known = [...this.known, person];
  }

  private lookAgain(person: Person): void {
    if (person.kind === "proxy") void this.proxies.look();
    else if (isStaffSide(person)) void this.people.look();
  }

  /** Those of the ids of whom something is known here. */
  named(ids: readonly string[]): Person[] {
    return ids.map((id) => [...this.all, ...this.patients.held, ...this.added, ...this.known].find((one) => one.id === id) ?? { id, name: "", kind: "staff" });
  }
}

const isStaffSide = ({ kind }: Person): boolean => kind !== "patient" && kind !== "proxy";

/** One thing that is asked of the node, and what is said of it: one id until there is an answer, a new one for another wish. */
export class Deed {
  busy = $state(false);
  done = $state("");
  problem = $state("");
  code = $state("");
  private command_id = commandId();

  constructor(private readonly words: Readonly<Record<string, string>>) {}

  /** It is another wish now. */
  renew(): void {
    if (this.busy) return;
    this.command_id = commandId();
    this.done = this.problem = this.code = "";
  }

  /** What was answered; undefined where it was not done, and why is told. `already`: said where it was so before. */
  async run<T>(path: string, method: "POST" | "PATCH", body: unknown, done: string, already = done): Promise<T | Record<string, never> | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.done = this.problem = this.code = "";
    try {
      const answer = await session.http.ask<T>(path, { method, body, command_id: this.command_id });
      this.command_id = commandId();
      this.done = done;
      return answer;
    } catch (error) {
      const refused = error instanceof Refusal ? error : undefined;
      if (refused === undefined || !outcomeIsOpen(refused.problem)) this.command_id = commandId();
      if (refused?.code === "nothing_to_do") { this.done = already; return {}; }
      this.code = refused?.code ?? "";
      this.problem = this.words[this.code] ?? sentenceOf(error);
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}
