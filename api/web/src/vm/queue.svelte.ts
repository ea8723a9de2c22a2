// Stands between the organization's queue on the node and its pane: the filter, the pages, and what changes while somebody looks.
// Refuses to move what is being looked at: what is not among the rows is counted until the person asks for it.
import { systemClock } from "../core/clock";
import { query, Refusal } from "../core/http";
import { appended, fits, inPlace, merged, withHeld, type QueueFilter } from "../core/queue";
import type { Care, Conversation, QueueChange, QueuePage } from "../core/wire";
import { session } from "./session.svelte";

const PAGE = 50;
const TOGETHER_MS = 300;
const TYPING_PAUSE_MS = 250;

export class Queue {
  filter = $state.raw<QueueFilter>({ stage: "open", party: "any" });
  site_id = $state("");
  words = $state("");
  sites = $state.raw<readonly { id: string; name: string }[]>([]);
  rows = $state.raw<readonly Conversation[]>([]);
  total = $state(0);
  state = $state<"loading" | "ready" | "failed" | "forbidden">("loading");
  /** Conversations that changed and are not among the rows. */
  changed = $state.raw<ReadonlySet<string>>(new Set());
  more_under_way = $state(false);
  next_after = $state<string>();
  private turn = 0;
  private typing = 0;
  private readonly due = new Set<string>();
  /** What was told while a page was under way is newer than the page. */
  private readonly told = new Map<string, Care>();

  /** Looks and listens until what this answers is called. */
  begin(): () => void {
    const stops = [
      session.sync?.watchQueue({ changed: (change) => this.hear(change), closed: () => this.close() }),
      session.sync?.onLink((link) => { if (link.state === "live") void this.catchUp(); }),
      session.store.subscribe((changes) => {
        for (const { id } of this.rows) if (changes.conversations.has(id)) this.hold(id);
      }),
    ];
    void this.load();
    session.http.ask<{ sites: { id: string; name: string }[] }>("/v1/sites").then((answer) => { this.sites = answer.sites; }, () => {});
    return () => {
      this.turn += 1;
      systemClock.cancel(this.typing);
      for (const stop of stops) stop?.();
      this.rows = [];
    };
  }

  choose(filter: Partial<QueueFilter>): void {
    this.filter = { ...this.filter, ...filter };
    this.anew();
  }

  /** Who was chosen is nobody's to choose any more. */
  forget(): void {
    if (this.rows.length > 0) this.choose({ party: "any" });
    else this.filter = { ...this.filter, party: "any" };
  }

  chooseSite(id: string): void {
    this.site_id = id;
    this.anew();
  }

  search(words: string): void {
    this.words = words;
    systemClock.cancel(this.typing);
    this.typing = systemClock.after(TYPING_PAUSE_MS, () => void this.load());
  }

  /** The first page in the node's order. Rows that are there stay until it has come, and if it does not. */
  async load(): Promise<void> {
    const turn = (this.turn += 1);
    if (this.rows.length === 0) this.state = "loading";
    try {
      const page = await this.page();
      if (turn !== this.turn) return;
      this.rows = this.upToDate(page);
      this.total = page.total;
      this.next_after = page.next_after ?? undefined;
      this.changed = new Set();
      this.state = "ready";
    } catch (error) {
      if (turn === this.turn) this.state = error instanceof Refusal && error.problem.status === 403 ? "forbidden" : "failed";
    }
  }

  async more(): Promise<void> {
    if (this.more_under_way || this.next_after === undefined) return;
    const turn = this.turn;
    this.more_under_way = true;
    try {
      const page = await this.page(this.next_after);
      if (turn !== this.turn) return;
      this.rows = appended(this.rows, this.upToDate(page));
      this.changed = new Set([...this.changed].filter((id) => !this.rows.some((row) => row.id === id)));
      this.total = page.total;
      this.next_after = page.next_after ?? undefined;
    } catch {
      // the button stays, the person can ask again
    } finally {
      this.more_under_way = false;
    }
  }

  private anew(): void {
    this.rows = [];
    void this.load();
  }

  /** After a break nobody says what was missed: one look puts right what is there, and counts what is not. */
  private async catchUp(): Promise<void> {
    if (this.state !== "ready") return this.load();
    const turn = this.turn;
    try {
      const page = await this.page();
      if (turn !== this.turn) return;
      const { rows, unknown } = merged(this.rows, this.upToDate(page));
      this.rows = rows;
      this.total = page.total;
      this.changed = new Set([...this.changed, ...unknown]);
    } catch {
      if (turn === this.turn) this.state = "failed";
    }
  }

  private page(after?: string): Promise<QueuePage> {
    this.told.clear();
    const { stage } = this.filter;
    const asked = this.filter.party === "late" ? { hand_over: "late" } : { party: this.filter.party };
    return session.http.ask<QueuePage>(query("/v1/queue", { stage, ...asked, site_id: this.site_id, q: this.words.trim(), after, limit: PAGE }));
  }

  private upToDate({ conversations }: QueuePage): readonly Conversation[] {
    return conversations.map((one) => { const care = this.told.get(one.id); return care === undefined ? one : { ...one, care }; });
  }

  private hear({ conversation_id: id, care }: QueueChange): void {
    this.told.set(id, care);
    if (this.rows.some((row) => row.id === id)) {
      this.rows = inPlace(this.rows, id, (row) => ({ ...row, care }));
      this.renew(id);
    } else if (this.state === "ready" && this.words.trim() === "" && fits(care, this.filter, session.me?.person.id ?? "")) {
      this.changed = new Set([...this.changed, id]);
    }
  }

  private close(): void {
    this.turn += 1;
    this.rows = [];
    this.changed = new Set();
    this.next_after = undefined;
    // whoever may not look at all is told so by the page
    void this.load();
  }

  private hold(id: string): void {
    const held = session.store.conversations.get(id);
    if (held !== undefined) this.rows = inPlace(this.rows, id, (row) => withHeld(row, held));
  }

  /** What one may do with it has changed as well, and is not in the change. Those held are renewed by themselves. */
  private renew(id: string): void {
    if (session.store.conversations.has(id)) return;
    if (this.due.size === 0) systemClock.after(TOGETHER_MS, () => void this.renewAll());
    this.due.add(id);
  }

  private async renewAll(): Promise<void> {
    const ids = [...this.due];
    this.due.clear();
    for (const id of ids) {
      try {
        const fresh = await session.http.ask<Conversation>(`/v1/conversations/${id}`);
        this.rows = inPlace(this.rows, id, (row) => withHeld(row, fresh));
      } catch {
        // it stays as it was until the next look
      }
    }
  }
}
