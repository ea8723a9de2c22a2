// English: an open conversation as the patient sees it, for reading level grade 6. Stands beside it; refuses to know its logic.
export const opened = {
  seen: "Seen by your care team",
  writeTo: "Write to your care team",
  archived: "This conversation is closed. Start a new message if you need us.",
  closed: "Your care team has closed this conversation.",
  covering: (name: string, covered: string, until: string) => `${name} is covering for ${covered} until ${until}.`,
  closedKept: "Your message is not sent. It is kept for you.",
  offline: "No internet. Your message will be sent when you are back. Keep this page open.",
  replying: "Answer to:",
  team: "care team",
  /** To somebody who acted for the patient in it. */
  privateNow: (name: string) => `This conversation is now private between ${name} and the clinic.`,
  gone: "This conversation is not here any more.",
  lines: {
    archived: (actor: string) => `${actor} archived this conversation`,
    reopened: (actor: string) => `${actor} opened this conversation again`,
    renamed: (actor: string, topic: string) => `${actor} changed the topic to “${topic}”`,
    closed: "Your care team closed this conversation",
    opened: "Your care team opened this conversation again",
    gone: (names: string, many: boolean) => `${names} ${many ? "are" : "is"} no longer part of this conversation`,
    madePrivate: (actor: string) => `${actor} made this conversation private`,
    madeShared: (actor: string) => `${actor} made this conversation no longer private`,
    coverageEnded: (name: string) => `${name} is not covering for your care team any more`,
  },
};
