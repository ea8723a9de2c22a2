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
