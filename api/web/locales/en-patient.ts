// English: the patient page's own words before anything is opened, for reading level grade 6. Those of a conversation and of a new message
// stand in their own files and come with them. Stands beside its screens; refuses to know their logic.
export const patient = {
  title: (clinic: string) => `Messages with ${clinic}`,
  messages: "Messages",
  guidance: "Emergency? Call 911.",
  crisis: "In a crisis, call or text 988.",
  guidanceMore: "Nobody watches these messages all the time.",
  newMessage: "New message",
  list: "Your conversations",
  none: "No messages yet.",
  noneMore: "Write to your care team. They will answer here.",
  write: "Your message",
  to: "To: your care team",
  send: "Send",
  signOut: "Sign out",
  back: "Back to messages",
  youSaid: "You:",
  draft: "Draft:",
  writingFor: (name: string) => `You are writing for: ${name}`,
  private: "Only you and the clinic",
  loading: "Loading your messages…",
};
