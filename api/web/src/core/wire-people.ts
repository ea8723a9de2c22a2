// Stands at the border beside wire.ts: one patient with who acts for them, the rooms beside a patient's conversation, and reading in an
// emergency, as docs/protocol.md has them. Refuses to know how anything is asked for and shown.
import type { Person } from "./wire";

export interface PatientPage {
  patient: Person;
  /** Who acts for them; their relation is the title. */
  proxies: Person[];
}

/** A code by which somebody signs in for the first time, once. */
export interface Invitation {
  code: string;
  expires_at_ms: number;
}

/** Beside a patient's conversation, for whoever may read it. */
export interface CareRoom {
  id: string;
  topic: string;
  state: "open" | "archived";
}

/** Absent where there is none. From GET /v1/conversations/{id} only. */
export interface WithRooms { care_rooms?: CareRoom[] }

export interface GlassBroken {
  revision: number;
  expires_at_ms: number;
}
