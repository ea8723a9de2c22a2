// Stands between the coverages on the node and the page: those that the person here is part of, on either side, and what has become of
// those by which they cover. Refuses to guess: after a break it asks anew.
import { coveredBy, phaseOf, withCoverage } from "../core/coverage";
import type { Coverage } from "../core/wire";
import { covers } from "./covers.svelte";
import { session } from "./session.svelte";

/** What became of a coverage by which one covers, not put away yet. `off`: it was ended before it began. */
export interface Notice {
  coverage: Coverage;
  what: "planned" | "running" | "over" | "off";
}

class Coverages {
  list = $state.raw<readonly Coverage[]>([]);
  state = $state<"loading" | "ready" | "failed">("loading");
  notices = $state.raw<readonly Notice[]>([]);
  private of = "";
  private turn = 0;
  /** What was told while the list was under way is newer than the list. */
  private told: Coverage[] = [];

  /** Listens from now on, and asks how it stands. The first time nothing of it is news. */
  async look(): Promise<void> {
    const { sync, me } = session;
    if (sync === undefined || me === undefined) return;
    sync.onCoverage = (coverage) => { this.told.push(coverage); this.hear(coverage); };
    if (this.of !== me.person.id) this.forget();
    this.of = me.person.id;
    const turn = (this.turn += 1);
    const first = this.state !== "ready";
    this.told = [];
    try {
      const { coverages } = await session.http.ask<{ coverages: Coverage[] }>("/v1/coverage");
      if (turn !== this.turn) return;
      const known = [...coverages, ...this.list.filter((held) => !coverages.some(({ id }) => id === held.id)).map((held): Coverage => ({ ...held, state: "over" }))];
      const now = known.filter(({ id }) => !this.told.some((one) => one.id === id));
      if (first) this.set([...now, ...this.told].reduce(withCoverage, []));
      else for (const one of now) this.hear(one);
      this.state = "ready";
    } catch {
      if (turn === this.turn && first) this.state = "failed";
    }
  }

  /** As it stands now. */
  hear(coverage: Coverage): void {
    const before = this.list.find(({ id }) => id === coverage.id);
    const [was, is] = [before && phaseOf(before), phaseOf(coverage)];
    this.set(withCoverage(this.list, coverage));
    if (coverage.covering.id !== this.of || was === is || (is === "over" && was === undefined)) return;
    const others = this.notices.filter((one) => one.coverage.id !== coverage.id);
    this.notices = [...others, { coverage, what: is === "over" && was === "planned" ? "off" : is }];
  }

  /** Whoever comes next on this device sees nothing of it. */
  forget(): void {
    this.of = "";
    this.turn += 1;
    this.state = "loading";
    this.notices = [];
    this.set([]);
  }

  putAway(notice: Notice): void {
    this.notices = this.notices.filter((one) => one !== notice);
  }

  private set(list: readonly Coverage[]): void {
    this.list = list;
    covers.now = coveredBy(list, this.of);
  }
}

export const coverages = new Coverages();
