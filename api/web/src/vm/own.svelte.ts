// Stands between one's own view of conversations and the page: what one has scheduled, the reminders whose time has come, what went wrong.
// Refuses to guess: after a break it asks anew. A message that was taken back is in the hands of whoever took it, and in no list.
import { outcomeIsOpen, Refusal } from "../core/http";
import { commandId } from "../core/ids";
import { withScheduled } from "../core/later";
import type { Conversation, Scheduled } from "../core/wire";
import { session } from "./session.svelte";

/** A line under the header until it is put away. */
export type OwnNotice = { conversation_id: string } | { trouble: string; conversation_id?: string };

class Own {
  /** Waiting and refused ones, the earliest first. */
  scheduled = $state.raw<readonly Scheduled[]>([]);
  state = $state<"loading" | "ready" | "failed">("loading");
  notices = $state.raw<readonly OwnNotice[]>([]);
  private of = "";
  private turn = 0;
  /** Sent or taken back: an answer that is older says nothing of them. */
  private readonly over = new Set<string>();
  /** Asked for and not answered: what becomes of them, the one who asked decides. */
  private readonly doubts = new Map<string, string>();

  /** Listens from now on, and asks how it stands; after a break also how the conversations do. */
  async look(after_a_break = false): Promise<void> {
    const { sync, me, store } = session;
    if (sync === undefined || me === undefined) return;
    sync.onOwn = (frame) => {
      if (frame.type === "scheduled_changed") this.hear(frame.scheduled);
      else if (frame.reminded) this.remind(frame.conversation_id);
    };
    const first = this.of !== me.person.id;
    if (first) this.forget();
    this.of = me.person.id;
    const turn = (this.turn += 1);
    try {
      const [answer, mine] = await Promise.all([
        session.http.ask<{ scheduled: Scheduled[] }>("/v1/scheduled"),
        // nobody says what was missed
        after_a_break && !first ? session.http.ask<{ conversations: Conversation[] }>("/v1/conversations?scope=mine") : undefined,
      ]);
      if (turn !== this.turn) return;
      const kept = this.scheduled.filter(({ id }) => this.doubts.has(id));
      this.scheduled = [...kept, ...answer.scheduled.filter(({ id }) => !this.over.has(id))].reduce<readonly Scheduled[]>(withScheduled, []);
      this.state = "ready";
      for (const { id, my, last_seq } of mine?.conversations ?? []) {
        const held = store.conversations.get(id);
        if (held && last_seq >= held.last_seq && my.called_seq !== held.my.called_seq) store.putConversation({ ...held, my: { ...held.my, called_seq: my.called_seq } });
        const before = store.conversations.get(id)?.my.attention;
        const after = my.attention;
        if (JSON.stringify(before ?? null) === JSON.stringify(after ?? null)) continue;
        store.setAttention(id, after ?? { muted: false, marked_unread: false });
        if (before?.remind_at_ms && before.remind_at_ms <= Date.now() && !after?.remind_at_ms && after?.marked_unread) this.remind(id);
      }
    } catch {
      if (turn === this.turn && this.state !== "ready") this.state = "failed";
    }
  }

  /** As it stands now. */
  hear(one: Scheduled): void {
    if (this.over.has(one.id) || (one.state === "removed" && this.doubts.has(one.id))) return;
    if (one.state === "sent" || one.state === "removed") this.over.add(one.id);
    this.scheduled = withScheduled(this.scheduled, one);
    // scheduled on another device: its words are still to be asked for
    if (this.scheduled.some(({ id, message }) => id === one.id && !message)) void this.look();
  }

  /** Answers false when it was not there any more: sent, or taken back elsewhere. In doubt it is asked again with the same id. */
  async takeBack(one: Scheduled): Promise<boolean> {
    const command_id = this.doubts.get(one.id) ?? commandId();
    this.doubts.set(one.id, command_id);
    try {
      await session.http.ask(`/v1/scheduled/${one.id}`, { method: "DELETE", command_id });
    } catch (error) {
      if (error instanceof Refusal && outcomeIsOpen(error.problem)) throw error;
      this.doubts.delete(one.id);
      if (error instanceof Refusal && (error.code === "not_found" || error.code === "nothing_to_do")) {
        this.hear({ ...one, state: "removed" });
        return false;
      }
      throw error;
    }
    this.doubts.delete(one.id);
    this.hear({ ...one, state: "removed" });
    return true;
  }

  /** It did not work, where nothing is open that could say so. */
  tell(trouble: string, conversation_id?: string): void {
    this.notices = [...this.notices.filter((one) => !("trouble" in one) || one.conversation_id !== conversation_id), { trouble, ...(conversation_id && { conversation_id }) }];
  }

  putAway(notice: OwnNotice): void {
    this.notices = this.notices.filter((one) => one !== notice);
  }

  /** Whoever comes next on this device sees nothing of it. */
  forget(): void {
    this.of = "";
    this.turn += 1;
    this.state = "loading";
    this.scheduled = [];
    this.notices = [];
    this.over.clear();
    this.doubts.clear();
  }

  private remind(conversation_id: string): void {
    this.notices = [...this.notices.filter((one) => "trouble" in one || one.conversation_id !== conversation_id), { conversation_id }];
  }
}

export const own = new Own();
