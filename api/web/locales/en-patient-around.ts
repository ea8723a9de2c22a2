// English: what is said around the box of a patient's conversation, for reading level grade 6. Stands beside it; refuses to know its logic.
export const around = {
  archived: "This conversation is closed. Start a new message if you need us.",
  closed: "Your care team has closed this conversation.",
  kept: "Your message is not sent. It is kept for you.",
  covering: (name: string, covered: string, until: string) => `${name} is covering for ${covered} until ${until}.`,
  off: "Messages are switched off for this clinic. You can read what was written. If you need help, call:",
  closedUntil: (when: string) => `We are closed until ${when}. You can write now. Please do not expect an answer before then.`,
};
