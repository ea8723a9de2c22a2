// Stands between a message that something refers to and the conversation in which it is: loads older pages until it is here, then lets it be seen.
// Refuses to look without end, and to say nothing when it did not come to it.
import { router } from "./route.svelte";
import { session } from "./session.svelte";
import { aim } from "./aim.svelte";

/** Of a hundred events each, with one try. */
export const PAGES_MAX = 20;

export interface Lost {
  id: string;
  seq: number;
  /** Older than was looked at; not here, or not for this person; nobody answered. */
  why: "far" | "gone" | "failed";
}

class Reach {
  lost = $state.raw<Lost>();
  private turn = 0;

  /** In the section that is open. Resolves when it can be seen, or when it is known why not. */
  async to(id: string, seq: number): Promise<void> {
    const turn = (this.turn += 1);
    this.lost = aim.now = undefined;
    router.go(router.now.section, id);
    const why = await this.load(id, seq, () => turn === this.turn && router.now.conversation === id).catch(() => "failed" as const);
    if (why !== undefined && turn === this.turn) this.lost = { id, seq, why };
  }

  private async load(id: string, seq: number, wanted: () => boolean): Promise<Lost["why"] | undefined> {
    await session.sync?.open(id);
    for (let pages = 0; wanted(); pages += 1) {
      const timeline = session.store.timelines.get(id);
      if (timeline === undefined) return "failed";
      const message = timeline.message(seq);
      if (message !== undefined) {
        // an answer stands beside the conversation too, with what it answers
        if (message.reply_to !== null) router.go(router.now.section, id, message.reply_to);
        aim.now = { id, seq };
        return undefined;
      }
      if (timeline.reached_start || timeline.first_held <= seq) return "gone";
      if (pages === PAGES_MAX) return "far";
      await session.sync?.pages.earlier(id);
    }
    return undefined;
  }
}

export const reach = new Reach();
