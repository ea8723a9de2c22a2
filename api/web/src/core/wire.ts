// Stands at the border: the names and shapes of docs/protocol.md, version 1, and nothing else.
// Refuses to know how anything is sent, kept or shown.
import type { Found } from "./wire-guard";
import type { IdentityChecked, IdentityEvent } from "./wire-identity";
import type { Attention } from "./wire-own";
import type { WithRooms } from "./wire-people";
import type { PinEvent } from "./wire-pins";
import type { OfLabelled, Restricted, RestrictionAbility, RestrictionEvent, Safeguards } from "./wire-restriction";
import type { TaskEvent, TaskFrame } from "./wire-tasks";

export type { Attention, AttentionStep, InboxFilter } from "./wire-own";

export type PersonKind = "staff" | "patient" | "proxy" | "partner" | "service";
export type Presence = "available" | "busy" | "off_duty" | "offline";
export type Audience = "everyone" | "team";
export type Priority = "routine" | "urgent" | "stat";
export type ConversationKind = "direct" | "group" | "channel" | "patient" | "care_room";
export type ChannelVisibility = "public" | "private" | "site" | "announcement" | "partner";
export type Role =
  | "physician" | "nurse" | "medical_assistant" | "front_desk" | "billing" | "administrator" | "compliance_officer"
  | "organization_queue";
export type Ability =
  | "send" | "note" | "rename" | "archive" | "reopen" | "add_member" | "remove_member" | "leave" | "join" | "acknowledge" | "ask_identity" | "confirm_identity"
  | "take" | "assign" | "return" | "hand_over" | "accept" | "decline" | "withdraw" | "resolve" | "close" | "open" | RestrictionAbility;
export type History = "full" | "from_now" | { since_ms: number };

export interface PatientFacts {
  mrn: string;
  birth_date: string;
  care_team: string[];
}

export interface Person {
  id: string;
  kind: PersonKind;
  name: string;
  title?: string | null;
  roles?: Role[];
  state?: "active" | "invited" | "suspended";
  site_ids?: string[];
  patient?: PatientFacts | null;
  proxy_for?: string[];
  /** False: takes no new conversations of patients. */
  available?: boolean;
  organization?: string | null;
  presence?: Presence | null;
}

export interface Author {
  id: string;
  name: string;
  kind: PersonKind;
  title?: string | null;
}

export type Mention = { person_id: string } | { role: string };

export interface Member {
  person_id: string;
  name: string;
  kind: PersonKind;
  title?: string | null;
  owner?: boolean;
  added_at_ms?: number;
  history?: History;
  delivered_seq?: number;
  read_seq?: number;
  read_number?: number;
}

export interface LastMessage {
  seq: number;
  number: number;
  at_ms: number;
  author: Author;
  on_behalf_of?: Author | null;
  audience: Audience;
  priority: Priority;
  preview: string;
  retracted?: boolean;
}

export interface My {
  member: boolean;
  owner?: boolean;
  basis?: string;
  /** Of a broken glass. */
  basis_until_ms?: number;
  first_seq: number;
  read_seq: number;
  read_number: number;
  unread: number;
  /** The last message that means one: it mentions one or one's role, or answers in a thread that one follows. It counts until it is read. */
  called_seq?: number | undefined;
  may: Ability[];
  /** Absent where nothing was changed. */
  attention?: Attention | null;
}

export interface ConversationPatient {
  id: string;
  name: string;
  mrn: string;
  birth_date: string;
  state: string;
}

export type Stage = "open" | "resolved" | "closed";
/** Who answers: one person, or whoever has a role. */
export type Party = { person: Author } | { role: string };

export interface HandOver {
  to: Author;
  by: Author;
  at_ms: number;
  expires_at_ms: number;
}

export interface Covering {
  person: Author;
  covered: Author;
  until_ms: number;
}

/** For a time one works in the patient conversations of another. */
export interface Coverage extends OfLabelled {
  id: string;
  covered: Author;
  covering: Author;
  from_ms: number;
  /** Not with it. */
  until_ms: number;
  reason: string;
  state: "planned" | "running" | "over";
  by: Author;
  /** Before its time. */
  ended_by?: Author | null;
}

export interface GrantCoverage extends OfLabelled {
  /** Absent: oneself. */
  covered_id?: string;
  covering_id: string;
  /** Absent: from now on. */
  from_ms?: number;
  until_ms: number;
  reason: string;
}

/** Towards patients the stage, never `resolved`, and who covers for whom. */
export interface Care {
  stage: Stage;
  party?: Party | null;
  since_ms?: number | null;
  /** Asked for, not accepted; stays when its time ran out. */
  hand_over?: HandOver | null;
  /** For whom one may reply here, if for anybody. */
  on_behalf_of?: Author | null;
  /** Nobody may here, whatever their role. */
  refuses_on_behalf?: boolean | null;
  /** Whoever answers covers for somebody; patients see it, too. */
  covering?: Covering | null;
  /** In the queue: when the patient wrote what nobody has answered yet. */
  waiting_since_ms?: number | null;
}

export type CareStep =
  | { step: "take"; from_id?: string }
  | { step: "assign"; to_id: string }
  | { step: "return"; role?: string }
  | { step: "hand_over"; to_id: string; minutes: number }
  | { step: "allow_on_behalf"; allowed: boolean }
  | { step: "accept" | "decline" | "withdraw" | "resolve" | "close" | "open" };

export interface Conversation extends Restricted, IdentityChecked, WithRooms {
  id: string;
  kind: ConversationKind;
  topic?: string | null;
  state: "open" | "archived";
  channel?: { visibility: ChannelVisibility; site_id?: string | null; phi_allowed?: boolean } | null;
  patient?: ConversationPatient | null;
  owner_id?: string | null;
  beside_id?: string | null;
  created_at_ms: number;
  member_count: number;
  first_names?: string[];
  last_seq: number;
  last_number: number;
  revision: number;
  my: My;
  /** Patient conversations only. */
  care?: Care | null;
  last_message?: LastMessage | null;
  members?: Member[];
}

export interface Counts {
  total_conversations: number;
  unread_conversations: number;
  unread_messages: number;
  unique_patients: number;
  total_messages: number;
}

export interface QueuePage {
  revision: number;
  conversations: Conversation[];
  total: number;
  next_after?: string | null;
}

export interface Retraction {
  at_ms: number;
  person?: Author | null;
  reason?: string | null;
}

export type EventBody =
  | { type: "conversation_created"; kind: ConversationKind; topic?: string | null }
  | {
      type: "message_sent"; number: number; audience: Audience; priority: Priority; body?: string | null;
      reply_to?: number | null; mentions?: Mention[]; version?: number; edited_at_ms?: number | null;
      retracted?: Retraction | null; acknowledged_by?: Author[];
    }
  | { type: "message_edited"; target_seq: number; version: number; body?: string | null; mentions?: Mention[] }
  | { type: "message_retracted"; target_seq: number; reason?: string | null }
  | { type: "member_added"; person: Author; history?: History }
  | { type: "member_removed"; person: Author; left?: boolean }
  | { type: "renamed"; topic: string }
  | { type: "archived" }
  | { type: "reopened" }
  | { type: "owner_changed"; person: Author }
  | { type: "delivered"; person?: Author | null; up_to_seq: number }
  | { type: "read"; person?: Author | null; up_to_seq: number; up_to_number: number }
  | { type: "acknowledged"; target_seq: number; person?: Author | null }
  | { type: "responsibility_moved"; party: Party }
  | { type: "hand_over_offered"; to: Author; expires_at_ms: number }
  | { type: "hand_over_ended"; to: Author; how: "declined" | "withdrawn" }
  | { type: "on_behalf_changed"; allowed: boolean }
  | { type: "coverage_ended"; person: Author; left: boolean; party?: Party | null }
  | { type: "stage_changed"; stage: Stage }
  | PinEvent | TaskEvent | RestrictionEvent | IdentityEvent;

export interface ConversationEvent {
  revision: number;
  conversation_id: string;
  seq: number;
  at_ms: number;
  actor: Author;
  on_behalf_of?: Author | null;
  event: EventBody;
}

export interface EventPage {
  events: ConversationEvent[];
  first_seq: number;
  last_seq: number;
  has_more: boolean;
}

export interface SendMessage {
  body: string;
  audience: Audience;
  priority: Priority;
  reply_to?: number;
  mentions: Mention[];
  on_behalf?: { person_id: string; token: string };
  /** By the staff to a patient: the last event its author saw. `another_replied`: somebody else wrote to them just now, and after it. */
  seen_seq?: number;
  /** By the staff to a patient: when they must have read it. */
  read_by_ms?: number;
  /** By the staff: `another_patient`, if it names one. */ check_patient?: boolean;
}

/** A message for a time ahead: judged then as if it were sent then. */
export interface Scheduled {
  id: string;
  conversation_id: string;
  at_ms: number;
  state: "waiting" | "refused" | "sent" | "removed";
  /** Why it was refused. */
  code?: string | null;
  seq?: number | null;
  /** Absent in a frame. */
  message?: SendMessage | null;
}

/** What one is about to send for somebody else, and how it will be signed. */
export interface OnBehalfConfirmed {
  token: string;
  expires_at_ms: number;
  author: Author;
  on_behalf_of: Author;
}

export type Command =
  | ({ type: "send_message"; conversation_id: string } & SendMessage)
  | { type: "edit_message"; conversation_id: string; seq: number; body: string; mentions: Mention[]; check_patient?: true }
  | { type: "retract_message"; conversation_id: string; seq: number; reason: string }
  | { type: "mark_read"; conversation_id: string; seq: number }
  | { type: "confirm_delivery"; conversation_id: string; seq: number }
  | { type: "acknowledge"; conversation_id: string; seq: number }
  | ({ type: "care"; conversation_id: string } & CareStep);

export interface Problem {
  type?: string;
  title?: string;
  status: number;
  detail?: string;
  code: string;
  retry_after_ms?: number; found?: Found[];
}

export interface Accepted {
  type: "result"; id: string; ok: true; revision?: number; conversation_id?: string; seq?: number; number?: number;
  at_ms?: number;
}
export interface Refused { type: "result"; id: string; ok: false; problem: Problem }
export type Result = Accepted | Refused;

export interface QueueChange {
  conversation_id: string;
  /** Of its newest message that the patient may see. */
  revision: number;
  care: Care;
}

/** To one's own devices alone. */
export type OwnFrame =
  | { type: "attention_changed"; conversation_id: string; attention: Attention; /** Its time has come. */ reminded: boolean }
  | { type: "scheduled_changed"; scheduled: Scheduled };

/** A stretch of the week; day 0 is Monday. */
export interface Hours { day: number; from_minute: number; until_minute: number }
/** Why a patient writes, and who answers first: the latter is not told to patients. */
export interface Reason { number: number; name: string; role?: string; of_sites?: { site_id: string; role: string }[] }
export interface Settings { guidance: string; hours: Hours[]; zone: string; patients: boolean; team: boolean; reasons: Reason[] }
/** `reachable`: whom of their care team patients can ask for. */
/** What a clinic allows its people to do with words that were written. */
export interface Policies { edit_window_s: number; on_behalf_of_labelled: boolean }
export interface SettingsPage { settings: Settings; safeguards?: Safeguards; policies?: Policies; reachable?: Author[]; /** For the staff. */ chart_url?: string | null }

export type ServerFrame =
  | { type: "welcome"; version: number; person: Person; session_id: string; revision: number; heartbeat_ms: number; heartbeat_answered?: boolean }
  | { type: "caught_up"; revision: number }
  | Result
  | ({ type: "event" } & ConversationEvent)
  | { type: "typing"; conversation_id: string; person_id: string; name: string; active: boolean }
  | { type: "presence"; people: { person_id: string; status: Presence }[] }
  | ({ type: "queue_changed" } & QueueChange)
  | { type: "queue_closed" }
  | { type: "coverage_changed"; coverage: Coverage }
  | OwnFrame
  | TaskFrame
  | { type: "settings_changed" }
  | { type: "reset"; reason: string }
  | { type: "goodbye"; reason: string; retry_after_ms?: number }
  | { type: "heartbeat" };

export type ClientFrame =
  | { type: "hello"; version: 1; since?: number }
  | { type: "command"; id: string; command: Command }
  | { type: "typing"; conversation_id: string; active: boolean }
  | { type: "presence"; status: Exclude<Presence, "offline"> }
  | { type: "heartbeat" }
  | { type: "watch_queue"; active: boolean };

export interface Me {
  person: Person;
  session_id: string;
  device_name?: string;
  expires_at_ms: number;
  workspace: { name: string };
  permissions: string[];
  refuses_on_behalf?: boolean;
}

export interface Receipt {
  person_id: string;
  name: string;
  delivered_at_ms?: number | null;
  read_at_ms?: number | null;
  acknowledged_at_ms?: number | null;
}

export interface Version { version: number; at_ms: number; actor: Author; body: string }

export type CreateConversation =
  | { kind: "direct"; person_id: string }
  | { kind: "group"; topic: string; member_ids: string[] }
  | { kind: "channel"; topic: string; visibility: ChannelVisibility; site_id: string | null; phi_allowed: boolean; member_ids: string[] }
  | { kind: "patient"; patient_id: string; topic: string; reason?: number; to_id?: string; confidential?: boolean }
  | { kind: "care_room"; beside_id: string; topic: string };
