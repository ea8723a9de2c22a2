// Stands between the people on the node and the directory: those who work here and with whom are asked for once, when it is opened, and
// after a break; patients only for words that somebody typed. Refuses to ask without a reason: the node records each look.
import { systemClock } from "../core/clock";
import { query, Refusal } from "../core/http";
import type { Person } from "../core/wire";
import { session } from "./session.svelte";

export type State = "loading" | "ready" | "failed" | "forbidden";
export interface Site { id: string; name: string }

/** As many as the node gives at once. */
export const PEOPLE_MAX = 500;
const PATIENTS_MAX = 50;
const TYPING_PAUSE_MS = 400;
export const LETTERS_MIN = 2;

const stateOf = (error: unknown): State => (error instanceof Refusal && error.problem.status === 403 ? "forbidden" : "failed");

export class People {
  held = $state.raw<readonly Person[]>([]);
  sites = $state.raw<readonly Site[]>([]);
  state = $state<State>("loading");
  /** There are more than are held: whoever is meant has to be named. */
  more = $state(false);
  private words = "";
  private turn = 0;
  private timer = 0;

  /** Without a kind: those who work here and with whom. Who acts for patients is a list of its own, for administrators. */
  constructor(private readonly kind?: "proxy") {}

  begin(): void {
    session.http.ask<{ sites: Site[] }>("/v1/sites").then((answer) => { this.sites = answer.sites; }, () => {});
    void this.look();
  }

  /** Where all are held nobody is asked. */
  search(words: string): void {
    this.words = words.trim();
    systemClock.cancel(this.timer);
    if (this.more) this.timer = systemClock.after(TYPING_PAUSE_MS, () => void this.look());
  }

  stop(): void {
    this.turn += 1;
    systemClock.cancel(this.timer);
  }

  async look(): Promise<void> {
    const turn = (this.turn += 1);
    try {
      const { people } = await session.http.ask<{ people: Person[] }>(query("/v1/people", { kind: this.kind, q: this.more ? this.words : "", limit: PEOPLE_MAX }));
      if (turn !== this.turn) return;
      this.held = people;
      this.more ||= people.length >= PEOPLE_MAX;
      this.state = "ready";
    } catch (error) {
      if (turn !== this.turn) return;
      this.state = stateOf(error);
      if (this.state === "forbidden") this.held = [];
    }
  }

  siteNames(person: Person): string[] {
    return (person.site_ids ?? []).flatMap((id) => this.sites.find((site) => site.id === id)?.name ?? []);
  }
}

export class Patients {
  held = $state.raw<readonly Person[]>([]);
  words = $state("");
  /** Idle: nothing was typed, nothing was asked. */
  state = $state<State | "idle">("idle");
  private turn = 0;
  private timer = 0;

  get more(): boolean {
    return this.held.length >= PATIENTS_MAX;
  }

  search(words: string): void {
    this.words = words;
    this.turn += 1;
    systemClock.cancel(this.timer);
    if (words.trim().length < LETTERS_MIN) {
      this.held = [];
      this.state = "idle";
      return;
    }
    if (this.held.length === 0) this.state = "loading";
    this.timer = systemClock.after(TYPING_PAUSE_MS, () => void this.look());
  }

  async look(): Promise<void> {
    const turn = (this.turn += 1);
    try {
      const { patients } = await session.http.ask<{ patients: Person[] }>(query("/v1/patients", { q: this.words.trim(), limit: PATIENTS_MAX }));
      if (turn !== this.turn) return;
      this.held = patients;
      this.state = "ready";
    } catch (error) {
      if (turn !== this.turn) return;
      this.held = [];
      this.state = stateOf(error);
    }
  }

  /** Nothing of it stays on the page. */
  forget(): void {
    this.search("");
  }
}
