// English: what happened in a conversation, one short line each, as the staff reads it. Stands beside the lines; refuses to know their logic.
export const lines = {
  created: (actor: string) => `${actor} started this conversation`,
  added: (actor: string, person: string) => `${actor} added ${person}`,
  joined: (person: string) => `${person} joined`,
  left: (person: string) => `${person} left`,
  removed: (actor: string, person: string) => `${actor} removed ${person}`,
  renamed: (actor: string, topic: string) => `${actor} changed the topic to “${topic}”`,
  archived: (actor: string) => `${actor} archived this conversation`,
  reopened: (actor: string) => `${actor} opened this conversation again`,
  owner: (actor: string, person: string) => `${actor} made ${person} the owner`,
  withHistory: " (can read everything before)",
  fromNow: " (reads from here on)",
  since: (day: string) => ` (reads from ${day} on)`,
  took: (actor: string) => `${actor} took it`,
  tookOver: (actor: string, from: string) => `${actor} took it over from ${from}`,
  assigned: (actor: string, person: string) => `${actor} assigned it to ${person}`,
  returned: (actor: string, pool: string) => `${actor} gave it back to ${pool}`,
  moved: (actor: string, pool: string) => `${actor} moved it to ${pool}`,
  offered: (actor: string, person: string) => `${actor} asked ${person} to take over`,
  stages: {
    open: (actor: string) => `${actor} opened it again`,
    resolved: (actor: string) => `${actor} marked it as resolved`,
    closed: (actor: string) => `${actor} closed it for the patient`,
  },
  /** In the middle of a sentence. */
  pools: {
    front_desk: "the front desk", physician: "the physicians", nurse: "the nurses", medical_assistant: "the medical assistants", billing: "billing",
  } as Readonly<Record<string, string>>,
};
