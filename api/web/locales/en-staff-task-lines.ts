// English: what happened to tasks, one short line each in their conversation. Stands beside the lines; refuses to know their logic.
export const task_lines = {
  created: (actor: string, to: string) => `${actor} created a task for ${to}`,
  not_read: (to: string) => `The patient has not read in time: a task for ${to}`,
  assigned: (actor: string, to: string) => `${actor} gave a task to ${to}`,
  rescheduled: (actor: string) => `${actor} changed when a task is due`,
  completed: (actor: string) => `${actor} did a task`,
  cancelled: (actor: string) => `${actor} took back a task`,
  reopened: (actor: string) => `${actor} opened a task again`,
  somebody: "somebody",
  /** In the middle of a sentence. */
  pools: {
    front_desk: "the front desk", physician: "the physicians", nurse: "the nurses", medical_assistant: "the medical assistants", billing: "billing",
  } as Readonly<Record<string, string>>,
};
