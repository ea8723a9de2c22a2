// Stands between a conversation's timeline and the node: its newest page, older ones, and what is missing between those held and the last one.
// Refuses to know why it is asked, and to fetch conversations.
import type { Clock } from "./clock";
import { query, type Http } from "./http";
import type { Store } from "./store";
import type { Conversation, ConversationEvent, EventPage } from "./wire";

const PAGE = 100;
const MESSAGES_WANTED = 30;

/** A patient is told that the care team has read, not who: such an event has no actor. */
export function whole(event: Omit<ConversationEvent, "actor"> & Partial<Pick<ConversationEvent, "actor">>): ConversationEvent {
  return { ...event, actor: event.actor ?? { id: "", name: "", kind: "staff" } };
}

export class Pages {
  private readonly filling = new Set<string>();

  constructor(private readonly http: Http, private readonly store: Store, private readonly clock: Clock, private readonly stopped: () => boolean) {}

  /** The newest page, and more until there is something to read. */
  async newest({ id, last_seq, my }: Conversation): Promise<void> {
    const { store } = this;
    const timeline = store.timeline(id);
    if (timeline.last_held === 0) {
      const page = await this.page(id, { before: last_seq + 1 });
      const first = page.events[0]?.seq ?? last_seq + 1;
      const last = page.events.at(-1)?.seq ?? last_seq;
      timeline.applyPage(page.events, first, Math.max(last, 1), page.has_more ? my.first_seq : first);
      for (let pages = 1; pages < 4 && !timeline.reached_start && this.messages(id) < MESSAGES_WANTED; pages += 1) {
        this.takeOlder(id, await this.page(id, { before: timeline.first_held }));
      }
      if ((store.conversations.get(id)?.last_seq ?? 0) > timeline.last_held) this.fill(id, 0);
    }
    store.touch(id);
  }

  /** One older page in front. Answers false when the start is reached. */
  async earlier(id: string): Promise<boolean> {
    const timeline = this.store.timeline(id);
    if (timeline.last_held === 0 || timeline.reached_start) return false;
    this.takeOlder(id, await this.page(id, { before: timeline.first_held }));
    this.store.touch(id);
    return true;
  }

  /** Asks for what lies between the last event held and the next one known. */
  fill(id: string, delay_ms: number, attempt = 0): void {
    if (this.filling.has(id)) return;
    this.filling.add(id);
    this.clock.after(delay_ms, () => void this.fillNow(id, attempt));
  }

  private async fillNow(id: string, attempt: number): Promise<void> {
    const { store } = this;
    const behind = (): boolean => {
      const timeline = store.timelines.get(id);
      return timeline !== undefined && timeline.last_held > 0 && (timeline.gap || timeline.last_held < (store.conversations.get(id)?.last_seq ?? 0));
    };
    let failed = false;
    try {
      while (behind()) {
        const timeline = store.timeline(id);
        const page = await this.page(id, { after: timeline.last_held });
        const last = page.events.at(-1)?.seq;
        const first = page.events[0]?.seq;
        if (first === undefined || last === undefined) break;
        timeline.applyPage(page.events, first, last, timeline.first_seq);
        store.touch(id);
        if (!page.has_more) break;
      }
    } catch {
      failed = true;
    }
    this.filling.delete(id);
    if (!this.stopped() && (failed || behind()) && attempt < 20) this.fill(id, Math.min(500 * 2 ** attempt, 15_000), attempt + 1);
  }

  private messages(id: string): number {
    return this.store.timeline(id).list().filter((item) => item.kind === "message").length;
  }

  private takeOlder(id: string, page: EventPage): void {
    const timeline = this.store.timeline(id);
    const first = page.events[0]?.seq;
    const last = page.events.at(-1)?.seq;
    if (first === undefined || last === undefined) {
      timeline.first_seq = timeline.first_held;
      return;
    }
    timeline.applyPage(page.events, first, last, page.has_more ? timeline.first_seq : first);
  }

  private async page(id: string, where: { after?: number; before?: number }): Promise<EventPage> {
    const page = await this.http.ask<EventPage>(query(`/v1/conversations/${id}/events`, { ...where, limit: PAGE }));
    return { ...page, events: page.events.map(whole) };
  }
}
