// English: a reply in another one's name, as it is shown before it goes. Stands beside its dialog; refuses to know its logic.
export const behalf = {
  title: (name: string) => `Send on behalf of ${name}?`,
  sentence: (me: string, name: string) => `You reply as ${me} on behalf of ${name}. The patient sees both names.`,
  to: (name: string, mrn: string) => `To ${name}, ${mrn}`,
  preview: "What the patient will see",
  send: "Send",
  sending: "Sending…",
  back: "Back to the text",
  late: "That took too long, so nothing was sent. Look once more, then send.",
  sent: (name: string) => `Sent on behalf of ${name}.`,
  problems: {
    moved_on: () => "Somebody has written to the patient meanwhile. Look again.",
    on_behalf_refused: (name: string) => `Nobody replies for ${name} here. Your text is kept.`,
    not_responsible: (name: string) => `${name} does not answer for this patient any more. Your text is kept.`,
    cannot_hold: (name: string) => `Nobody can reply for ${name}. Your text is kept.`,
  } as Readonly<Record<string, (name: string) => string>>,
};

/** What is asked before a text gets other readers, or goes to a conversation that has just been opened. */
export const composer = {
  switchTitle: "Change who will see this text?",
  switchToReply: (name: string) => `You wrote this as a team note. After the change, ${name} will see it.`,
  switchToNote: "You wrote this as a reply. After the change only the care team will see it.",
  switchKeep: "Keep as it is",
  switchToReplyDo: "Show it to the patient",
  switchToNoteDo: "Make it a team note",
  changedTitle: "Is this the right patient?",
  changedBody: (name: string, mrn: string) => `The conversation changed just before you sent. This goes to ${name}, ${mrn}.`,
  changedSend: "Send it here",
  changedKeep: "Keep editing",
};
