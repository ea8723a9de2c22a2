// Stands between the patient page and a conversation that somebody may not read any more: what they began to write in it goes from this
// device, and an open page can say why. Refuses to know the words for it, and to keep more than whose it is.
import type { Lost as Reach, Sync } from "../../core/sync";
import { keepDraft } from "../../vm/drafts";
import { session } from "../../vm/session.svelte";

class Lost {
  /** Kept from whoever is here, who acts for the patient of that first name. */
  private_now = $state.raw<{ conversation_id: string; name: string }>();
  private sync: Sync | undefined;
  private listening = false;

  /** Listens from now on. Safe to call again and again. */
  follow(): void {
    const { sync } = session;
    if (sync === undefined || sync === this.sync) return;
    this.sync = sync;
    this.private_now = undefined;
    sync.onReach = (lost) => this.lose(lost);
    if (!this.listening) session.store.subscribe(() => this.dropRefused());
    this.listening = true;
  }

  private lose(lost: Reach): void {
    if (typeof lost === "string") return;
    const { conversation_id, by } = lost;
    keepDraft(conversation_id, undefined, { text: "", audience: "everyone", behalf: false, priority: "routine", chosen: [] });
    const { name } = session.conversations.find((one) => one.id === conversation_id)?.patient ?? {};
    if (by === "confidential_changed" && name !== undefined) this.private_now = { conversation_id, name: name.split(" ")[0] ?? name };
  }

  /** What was on its way into it the node refuses: it would stay on this device, and no screen shows it. */
  private dropRefused(): void {
    if (session.me?.person.kind !== "proxy") return;
    for (const row of session.waiting) if (row.state === "failed" && row.problem?.code === "not_found") session.outbox?.drop(row);
  }
}

export const lost = new Lost();
