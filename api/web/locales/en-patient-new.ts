// English: a patient's new message, for reading level grade 6. Stands beside it; refuses to know its logic.
export const fresh = {
  about: "What is it about?",
  aboutHint: "For example: my medicine",
  aboutMissing: "Write in a few words what it is about.",
  writeMissing: "Write your message.",
  for: "You are writing for:",
  forNobody: "You may not write for anybody yet. Please call the clinic.",
  sending: "Sending…",
  choose: "Choose",
  other: "Something else",
  reasonMissing: "Choose what it is about.",
  few: "In a few words",
  to: "To",
  team: "Your care team",
  notAvailable: "This person takes no new messages now. You can write to your care team.",
};
