// Stands between the drafts and the lists: which conversations have one, and how it begins. A moment behind whoever writes, so that no list is
// made anew with each letter. Refuses to know what is begun in dialogs.
import { systemClock } from "../core/clock";
import { plain } from "../core/md";
import { drafts, ears } from "./drafts";

const BEHIND_MS = 400;
const SHOWN_MAX = 120;
/** Of the conversation itself, or of one of its threads. */
const BOX = /^(con_[0-9a-z_]+)\/\d*$/;

class Drafted {
  private begins = $state.raw<ReadonlyMap<string, string>>(new Map());
  private due = false;

  constructor() {
    ears.add(() => this.soon());
    this.look();
  }

  /** How it begins; nothing where there is none. */
  of(conversation_id: string): string | undefined {
    return this.begins.get(conversation_id);
  }

  look(): void {
    const begins = new Map<string, string>();
    for (const [key, { text }] of drafts) {
      const id = BOX.exec(key)?.[1];
      const begin = plain(text.slice(0, 4 * SHOWN_MAX)).slice(0, SHOWN_MAX);
      if (id !== undefined && begin !== "") begins.set(id, begin);
    }
    const same = begins.size === this.begins.size && [...begins].every(([id, begin]) => this.begins.get(id) === begin);
    if (!same) this.begins = begins;
  }

  private soon(): void {
    if (this.due) return;
    this.due = true;
    systemClock.after(BEHIND_MS, () => {
      this.due = false;
      this.look();
    });
  }
}

export const drafted = new Drafted();
