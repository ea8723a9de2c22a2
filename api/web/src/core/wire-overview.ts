// Stands at the border beside wire.ts: the queue in figures, as docs/protocol.md has it. Refuses to know how it is asked for and shown.
import type { Author, ConversationPatient, Party } from "./wire";

export interface Load {
  open: number;
  /** Of these, where the patient wrote last. */
  waiting: number;
  /** Since when the longest waits. */
  oldest_ms?: number | null;
}

export interface Age {
  /** Absent: whatever is older. */
  below_ms?: number | null;
  waiting: number;
}

export interface PartyLoad extends Load {
  party: Party;
}

/** A hand-over that nobody accepted in time. */
export interface LateHandOver {
  conversation_id: string;
  patient: ConversationPatient;
  to: Author;
  by: Author;
  at_ms: number;
  expires_at_ms: number;
}

export interface Overview extends Load {
  at_ms: number;
  ages: Age[];
  parties: PartyLoad[];
  late_hand_overs: number;
  /** The oldest first, a hundred at most; for administrators those of the whole clinic. */
  late?: LateHandOver[];
  /** Of the last seven days. */
  first_replies: { count: number; p50_ms?: number | null; p90_ms?: number | null };
}
