// English: what is said where a list of conversations has nothing to show. Stands beside it; refuses to know its logic.
export const none = {
  noneCalled: "Nothing new mentions you, and no thread you follow has new answers.",
  nonePutAway: "Nothing archived. What you archive for yourself is here until its next message.",
  noneOpen: "Nothing open.",
  empty: "No patient conversations yet.",
  emptyMore: "Those of your patients come here by themselves. Channels and messages with colleagues are in Team.",
  emptyTeam: "No channels, groups or direct messages yet.",
  caughtUp: "All caught up. Nothing unread.",
  noRead: "Nothing read yet.",
  noMatch: (words: string) => `No conversation matches “${words}”.`,
  showAll: "Show all",
  noDrafts: "No drafts: whatever you began was sent or cleared.",
};
