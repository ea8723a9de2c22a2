// English: what is shown for a link from the chart or an appointment. Stands beside it; refuses to know its logic.
export const open_words = {
  looking: "Looking for the conversation…",
  title: (name: string) => `Conversations with ${name}`,
  several: "More than one is open. Choose one.",
  past: "None is open now. You can read an earlier one or begin a new one.",
  list: "Conversations",
  earlier: "Earlier ones",
  archived: "Archived",
  nothingSaid: "No messages yet",
  begin: "New conversation",
  unknownTitle: "Nothing to open",
  unknown: "This link leads to nothing that you can open. Either there is no such patient here, or you may not see them.",
  unknownMore: "Check the link where you found it. If you should see this patient, ask your administrator.",
  search: "Search patients",
  toInbox: "Go to the inbox",
  failedTitle: "The link could not be opened",
};
