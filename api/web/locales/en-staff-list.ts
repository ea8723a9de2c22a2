// English: the lists of conversations, their rows and the figures above them, which come with them. Stands beside them; refuses to know
// their logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const list = {
  newMessage: "New message",
  search: "Topic, patient or ID",
  searchTeam: "Channel, group or person",
  searchLabel: "Search conversations",
  filter: "Show",
  all: "All",
  unread: "Unread",
  read: "Read",
  putAway: "Archived",
  calledOnly: "Mentions",
  calls: "Calls you: a mention or an answer",
  options: (title: string) => `Options for ${title}`,
  muted: "Muted",
  markedUnread: "Marked as unread",
  reminder: (when: string) => `Reminder ${when}`,
  openOnly: "Open only",
  conversations: "Conversations",
  teamConversations: "Team conversations",
  drafts: (count: number) => `Drafts ${count}`,
  draft: "Draft:",
  drafted: "Draft",
  messages: (count: number) => `${count} ${many(count, "message", "messages")}`,
  results: (count: number) => `${count} ${many(count, "conversation", "conversations")}`,
  browse: "Browse channels",
  failed: "Could not refresh.",
  channels: "Channels",
  careRooms: "Care rooms",
  groups: "Groups",
  directs: "Direct messages",
  youSaid: "You:",
  teamNote: "Team note:",
  retracted: "Message retracted",
  nothing: "No messages yet",
  archived: "Archived",
  noAccount: "No account",
  /** The name, and what it does. */
  restricted: {
    part_2: ["Part 2", "Not in the organization queue; not opened by usual coverage"],
    state_law: ["State law", "Not in the organization queue; not opened by usual coverage"],
    confidential: ["Confidential", "Kept from those who act for the patient"],
  } as const,
  loading: "Loading conversations",
};

export const metrics = {
  title: "Overview",
  conversations: "Total conversations",
  unread: "Unread messages",
  patients: "Unique patients",
  messages: "Total messages",
};
