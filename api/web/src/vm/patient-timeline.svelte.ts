// Stands between all that was said with a patient, in every conversation that one may read, and the place where it is shown: the newest page, and
// those before it. Refuses to ask without a reason, for each look is on the record: when it opens, when one asks, after a break.
import { query, Refusal } from "../core/http";
import type { TimelineItem, TimelinePage } from "../core/wire-guard";
import { session } from "./session.svelte";

const PAGE_COUNT = 50;

export class PatientTimeline {
  items = $state.raw<readonly TimelineItem[]>([]);
  state = $state<"loading" | "ready" | "failed" | "forbidden">("loading");
  before = $state<number>();
  earlier_under_way = $state(false);
  /** Something was written since it was asked for. */
  stale = $state(false);
  private turn = 0;
  private asked_at_revision = 0;

  constructor(private readonly patient_id: string) {}

  /** It is on the screen, until what this answers is called. */
  show(): () => void {
    void this.look();
    const stop = session.store.subscribe(() => { this.stale = this.state === "ready" && this.newest() > this.asked_at_revision; });
    const unlink = session.sync?.onLink((link) => { if (link.state === "live" && this.state !== "forbidden") void this.look(); });
    return () => { stop(); unlink?.(); this.turn += 1; };
  }

  async look(): Promise<void> {
    const turn = (this.turn += 1);
    const newest = this.newest();
    try {
      const page = await this.page();
      if (turn !== this.turn) return;
      const first = page.items[0]?.revision ?? 0;
      const joins = this.items.some((one) => one.revision >= first);
      if (this.items.length === 0 || !joins) [this.items, this.before] = [page.items, page.next_before ?? undefined];
      else this.items = [...this.items.filter((one) => one.revision < first), ...page.items];
      this.asked_at_revision = Math.max(newest, page.items.at(-1)?.revision ?? 0);
      this.stale = false;
      this.state = "ready";
    } catch (error) {
      if (turn !== this.turn) return;
      const code = error instanceof Refusal ? error.code : "";
      this.state = code === "forbidden" || code === "not_found" ? "forbidden" : "failed";
      if (this.state === "forbidden") this.items = [];
    }
  }

  async earlier(): Promise<void> {
    if (this.before === undefined || this.earlier_under_way) return;
    this.earlier_under_way = true;
    try {
      const page = await this.page(this.before);
      const first = this.items[0]?.revision ?? Infinity;
      this.items = [...page.items.filter((one) => one.revision < first), ...this.items];
      this.before = page.next_before ?? undefined;
    } catch {
      // the button stays, the person can ask again
    } finally {
      this.earlier_under_way = false;
    }
  }

  private page(before?: number): Promise<TimelinePage> {
    return session.http.ask<TimelinePage>(query(`/v1/patients/${this.patient_id}/timeline`, { before, limit: PAGE_COUNT }));
  }

  /** Of what is held of this patient. */
  private newest(): number {
    let newest = 0;
    for (const one of session.store.conversations.values()) if (one.patient?.id === this.patient_id && one.kind === "patient") newest = Math.max(newest, this.lastMessage(one.id, one.revision));
    return newest;
  }

  /** Marks and members are no news here. */
  private lastMessage(id: string, otherwise: number): number {
    const held = session.store.conversations.get(id);
    const shown = this.items.findLast((one) => one.conversation_id === id);
    return held?.last_message && shown && shown.seq >= held.last_message.seq ? shown.revision : otherwise;
  }
}
