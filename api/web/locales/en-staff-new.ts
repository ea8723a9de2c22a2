// English: what opens over the whole staff page: a new conversation, the channels, the keys, before signing out. Stands beside the dialogs;
// refuses to know their logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const compose = {
  title: "New message",
  to: "To",
  patient: "Patient",
  teammate: "Teammate",
  group: "Group",
  channel: "Channel",
  findPatient: "Name or ID of the patient",
  topic: "Topic",
  topicHint: "For example: Post-surgery follow-up",
  topicMissing: "Write a topic. It tells patient and team what this is about.",
  name: "Name",
  nameHint: "For example: front-desk",
  nameMissing: "Write a name.",
  kind: "Who can find and join it",
  message: "First message",
  messageOptional: "First message (optional)",
  inactive: "No active account. Messages cannot reach them; ask the front desk to invite them.",
  suspended: "Account suspended. Messages cannot reach them.",
  choosePatient: "Choose a patient.",
  choosePerson: "Choose a person.",
  chooseMember: "Choose at least one person.",
  create: "Create",
  send: "Send message",
  chosen: "Chosen",
  remove: (name: string) => `Remove ${name}`,
  sees: "The patient, their proxies and their care team will see this conversation.",
  existing: (topic: string) => `There is already an open conversation with this patient: “${topic}”.`,
  openExisting: "Open it instead",
  phi: "Patient information is allowed here",
  visibility: {
    public: "Public: all staff can find and join it",
    private: "Private: by invitation",
    site: "Site: the staff of one site",
    announcement: "Announcements: only owners write",
    partner: "Partner: people from other organizations may be invited",
  },
  site: "Site",
  working: "Sending…",
};

export const browse = {
  title: "Browse channels",
  join: "Join",
  joined: "You are in this channel",
  open: "Open",
  none: "There is no public channel that you are not in already.",
  loading: "Loading channels…",
};

export const leaving = {
  title: "Sign out and lose what is not sent?",
  body: (count: number) => `${count} ${many(count, "message", "messages")} on this device ${many(count, "was", "were")} not sent yet. Signing out erases ${many(count, "it", "them")}.`,
  do: "Sign out",
};

export const help = {
  title: "Keyboard",
  note: "Single keys work when you are not writing.",
  keys: [
    ["J / K", "Next / previous conversation, person, figure"],
    ["N", "Next unread conversation, next task"],
    ["Enter", "Open the conversation, or what is known of the person"],
    ["1 / 2 / 3 / 4", "All / Unread / Read / Archived (for me); in the queue Open / Resolved / Closed; in the tasks Mine / Team / All / Not read; in the overview the four figures; in the directory People / Patients"],
    ["/", "Search"],
    ["C", "New message"],
    ["R", "Write in this conversation"],
    ["T", "Open the thread of the message in focus"],
    ["E", "Resolve for the patient; where that is done, archive (for me)"],
    ["U", "Mark as unread"],
    ["A", "Assign the patient conversation, or hand it over"],
    ["Shift A", "Take the patient conversation"],
    ["]", "Details"],
    ["Esc", "Close, cancel, back to the list"],
    ["↑", "In the empty box: edit your last message"],
    ["Enter", "In the box: send (Shift + Enter: new line)"],
    ["Ctrl/⌘ Enter", "Send"],
    ["Ctrl/⌘ Shift I", "Team note on or off"],
    ["Ctrl/⌘ Shift S", "STAT on or off"],
    ["Ctrl/⌘ K", "Search"],
    ["Ctrl F6", "Next region"],
    ["Ctrl/⌘ /", "This page"],
  ] as readonly (readonly [string, string])[],
};
