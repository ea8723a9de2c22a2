// English: a message that was written to the wrong patient, and everything that was said with one patient. Stands beside them; refuses to know
// their logic.
export const move = {
  title: "Written to the wrong patient",
  effect: (name: string) => `It is taken back here, where it stands in the conversation with ${name}, and is written in the conversation that you choose. Both are on the record, with your name. Here nothing says where it went.`,
  message: "The message",
  seen: {
    note: "A team note: the patient has not seen it.",
    read: (names: string) => `${names} has read it already. That cannot be undone.`,
    delivered: (names: string) => `It has reached ${names}, who may have seen it.`,
    sent: (name: string) => `Nothing says yet that it reached ${name}. They may have seen it all the same.`,
  },
  right: "The right patient",
  do: "Take it back and write it there",
  doing: "Moving…",
  offline: "Offline: this needs a connection.",
  done: (name: string) => `It was taken back here, and is now in the conversation with ${name}.`,
  open: (name: string) => `Open the conversation with ${name}`,
  half: "It was taken back here. Try once more, or write it there by hand: your words are above.",
  problems: {
    forbidden: "Only your own messages, written in your own name, can be moved.",
    already_retracted: "It was taken back already.",
    closed: "You cannot write in that conversation now.",
    not_a_member: "You cannot write in that conversation now.",
    patient_account_inactive: "A message cannot reach that patient: the account is not active.",
    invalid: "It can only be moved to another patient's conversation.",
  } as Readonly<Record<string, string>>,
};

export const timeline = {
  show: "All conversations",
  title: (name: string) => `Everything with ${name}`,
  back: "Back to the details",
  loading: "Loading the messages…",
  none: "Nothing was written with this patient yet, as far as you may read it.",
  failed: "Could not refresh. What you see stays as it was.",
  offline: "Offline: what you see stays as it was.",
  forbidden: "You may not see this patient's conversations.",
  earlier: "Show earlier",
  loadingEarlier: "Loading earlier messages…",
  start: "This is the beginning.",
  recorded: "That you look is recorded, for each conversation.",
  messages: "Messages of all conversations",
  open: (topic: string) => `Open ${topic}`,
  untitled: "Conversation",
  fresh: "Show new messages",
  note: "Team note",
};
