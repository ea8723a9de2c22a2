// English: an open conversation as the patient sees it, for reading level grade 6. Stands beside it; refuses to know its logic.
export const opened = {
  seen: "Seen by your care team",
  writeTo: "Write to your care team",
  offline: "No internet. Your message will be sent when you are back. Keep this page open.",
  replying: "Answer to:",
  team: "care team",
  /** To somebody who acted for the patient in it. */
  privateNow: (name: string) => `This conversation is now private between ${name} and the clinic.`,
  gone: "This conversation is not here any more.",
  lines: {
    closed: "Your care team closed this conversation",
    opened: "Your care team opened this conversation again",
    gone: (names: string, many: boolean) => `${names} ${many ? "are" : "is"} no longer part of this conversation`,
    madePrivate: (actor: string) => `${actor} made this conversation private`,
    madeShared: (actor: string) => `${actor} made this conversation no longer private`,
    coverageEnded: (name: string) => `${name} is not covering for your care team any more`,
  },
};
