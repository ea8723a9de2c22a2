// English: what is told and offered around the box: that one only looks on, another one's reply, by when it must be read, more ways to send.
// Stands beside it; refuses to know its logic.
export const reply = {
  replied: (name: string | undefined) => `${name ?? "A colleague"} has just replied. Read that first; your words are kept here.`,
  notMember: "You are not in this conversation. That you look at it is recorded.",
  inactive: (name: string, invited: boolean) => `${name} has no active account, so a reply cannot reach them. Team notes work.${invited ? " Invite them in the details." : ""}`,
  stays: (name: string) => `${name} has no active account yet. What you write here stays a draft on this device, for a day; nothing is sent by itself. Team notes work.`,
  reachable: (name: string) => `${name} has an account now. This was written before: read it again, then send it yourself.`,
  keptHere: "You cannot send here now. What you began is kept on this device, for a day:",
  more: "More ways to send",
  later: "Send later…",
  anyway: "Send anyway",
  fullBox: "There are words in the message box already. Send or clear them first.",
  noBox: "There is no message box to edit this in now. Your words are kept here.",
  mustReadBy: (when: string) => `Must be read by ${when}`,
  remove: "Need not be read by a set time",
  removed: "It need not be read by a set time.",
  mustRead: {
    invalid: "The time by which it must be read has passed, or is more than a year ahead. Edit it and choose another.",
    too_many: "The patient has as many messages as can be that must be read by a set time. Edit it and send it without one.",
  } as Readonly<Record<string, string>>,
};
