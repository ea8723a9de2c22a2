// Stands at the border beside wire.ts: the shapes of what is pinned to a patient's chart, as api/protocol/src/pins.rs has them.
// Refuses to know how anything is sent, kept or shown.
import type { Audience, Author, ConversationPatient, Priority } from "./wire";

/** The patient is named three times over: a pin to a namesake cannot be taken back. */
export interface CreatePin {
  patient_id: string;
  mrn: string;
  birth_date: string;
  /** Ascending, at most 100; with a summary there may be none. */
  seqs: number[];
  summary: string;
}

export interface PinCreated { pin_id: string; revision: number }

/** A message as it stood when it was pinned. */
export interface PinnedMessage {
  seq: number;
  at_ms: number;
  author: Author;
  on_behalf_of?: Author | null;
  audience: Audience;
  priority: Priority;
  version: number;
  body: string;
}

export interface Pin {
  id: string;
  patient: ConversationPatient;
  /** Absent where one may not read it. */
  conversation_id?: string | null;
  by: Author;
  at_ms: number;
  summary?: string;
  messages: PinnedMessage[];
  /** Of the record as it is kept: the same for ever. */
  sha256: string;
}

/** The last first. */
export interface PinList { pins: Pin[]; more: boolean; /** Where it goes on, if it does. */ next_before?: string | number | null }

/** In a conversation, towards the staff. */
/** The patient only in that patient's conversations: elsewhere there may be people who must not know of them. */
export interface PinEvent { type: "pinned"; pin_id: string; patient?: Author }
