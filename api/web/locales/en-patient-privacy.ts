// English: who can read a patient's conversation, and keeping it from those who act for them, for reading level grade 6. Stands beside the
// dialog; refuses to know its logic.
export const privacy = {
  title: "Who can read this",
  you: "You",
  team: "Your care team at the clinic",
  acts: (name: string) => `${name}, who acts for you`,
  keep: "Keep this from people who act for me",
  keepHint: "Only you and the clinic can then read this conversation.",
  leaves: (names: string) => `${names} can then no longer read anything here. What they have read, they know.`,
  nobodyBack: "Nobody comes back by themselves. If somebody should read this again, ask your care team to add them.",
  kept: "Only you and the clinic can read this now.",
  shared: "This is no longer kept from people who act for you.",
  tooYoung: "Your clinic allows this only when you are older.",
  from: (years: number) => `Your clinic allows this from the age of ${years} on.`,
};

export const leaving = {
  title: "Sign out and lose what is not sent?",
  body: "You have words on this device that you did not send. Signing out erases them.",
  do: "Sign out",
};
