// Stands at the border, beside wire.ts: what is found of another patient, how long a reply can be undone, a message that is moved, templates, and
// all that was said with a patient, as docs/protocol.md has them. Refuses to know how anything is sent, kept or shown.
import type { ConversationEvent } from "./wire";

/** Something in a message that is another patient's, as it was written. */
export interface Found {
  what: "record_number" | "birth_date" | "name";
  text: string;
}

export interface Moved {
  conversation_id: string;
  seq: number;
  number: number;
  revision: number;
  at_ms: number;
}

/** Words that are used again: the clinic's (`shared`), or one's own. */
export interface Template {
  id: string;
  shared: boolean;
  name: string;
  body: string;
}

export type TimelineItem = ConversationEvent & { topic: string };

export interface TimelinePage {
  items: TimelineItem[];
  next_before?: number | null;
}
