// Stands at the border beside wire.ts: the shapes of tasks and of messages that must be read by a time, as api/protocol/src/tasks.rs has them.
// Refuses to know how anything is sent, kept or shown.
import type { Author, ConversationPatient, Party } from "./wire";

/** One person, who belongs to the conversation or cares for its patient; or whoever has the role. */
export type Assignee = { person_id: string } | { role: string };

export interface CreateTask {
  title: string;
  assignee: Assignee;
  due_at_ms?: number;
  /** The message it comes from. */
  seq?: number;
}

/** `due` without a time: at none. */
export type TaskStep =
  | { step: "assign"; assignee: Assignee }
  | { step: "due"; due_at_ms?: number }
  | { step: "complete" | "cancel" | "reopen" };

export interface Task {
  id: string;
  conversation_id: string;
  topic: string;
  patient?: ConversationPatient | null;
  seq?: number | null;
  /** Empty where the patient has not read in time. */
  title: string;
  cause: "asked" | "unread";
  /** Of `unread` whose message it is. */
  created_by: Author;
  created_at_ms: number;
  assignee: Party;
  due_at_ms?: number | null;
  overdue: boolean;
  state: "open" | "done" | "cancelled";
  closed_by?: Author | null;
  closed_at_ms?: number | null;
}

export interface TaskCreated { task_id: string; revision: number }

/** A message that a patient must read by a time, and has not yet. */
export interface Unread {
  conversation_id: string;
  patient?: ConversationPatient | null;
  seq: number;
  author: Author;
  by_ms: number;
  /** That time has passed: there is a task for it. */
  missed: boolean;
}

export interface TaskList { tasks: Task[]; more: boolean }
export interface ConversationTasks { tasks: Task[]; unread: Unread[] }
export interface UnreadList { unread: Unread[]; more: boolean }

/** To whom a task concerns: it is another one now. */
export interface TaskFrame { type: "task_changed"; task_id: string; conversation_id: string }

/** In a conversation, towards the staff; the assignee where it was given to somebody. */
export interface TaskEvent {
  type: "task_changed";
  task_id: string;
  what: "created" | "assigned" | "rescheduled" | "completed" | "cancelled" | "reopened" | "not_read";
  assignee?: Party | null;
}
