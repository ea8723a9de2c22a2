// English: reading a conversation in an emergency, and words that were retracted. Stands beside them; refuses to know their logic.
export const glass = {
  draft: "What you began to write here is kept on this device, for a day. It cannot be sent.",
  request: "Request access",
  may: "It may be one that you cannot read. In an emergency you can request access to it for a time.",
  title: "Read in an emergency?",
  effect: "If there is such a conversation, it opens for you alone, for a time, and you can only read it. Your name, the reason and everything you look at go on the record, and compliance reviews it.",
  reason: "Reason",
  reasonHint: "At least a few words, for example: on call, patient unconscious in the emergency room.",
  faults: { short: "Write why, in a few words.", long: "This reason is too long." },
  minutes: "For how long?",
  minute: (count: number) => (count < 60 ? `${count} minutes` : count === 60 ? "1 hour" : `${count / 60} hours`),
  do: "Open and put it on the record",
  opening: "Opening…",
  offline: "Offline: access can be requested when the connection is back.",
  problems: {
    not_found: "There is no such conversation, or your role cannot open it.",
    forbidden: "Your role cannot open this conversation.",
    invalid: "The clinic's server did not accept this. Look at the reason once more.",
  } as Readonly<Record<string, string>>,
  until: (time: string) => `You read this by emergency access until ${time}; it is on the record.`,
  /** Where the node is of an older version. */
  forATime: "You read this by emergency access for a limited time; it is on the record.",
  opened: (time: string) => `Open until ${time}. It is on the record.`,
  over: "Your emergency access is over.",

  retractedTitle: "What was retracted",
  retractedNote: "This message was taken back. That you look at its words is on the record.",
  retractedReason: (reason: string) => `Reason given: ${reason}`,
  notShown: "The words of a retracted message are shown to compliance officers only.",
};
