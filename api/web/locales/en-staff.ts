// English: the staff page's own words. Stands beside its screens; refuses to know any of their logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const staff = {
  nav: {
    main: "Main",
    inbox: "Inbox",
    team: "Team",
    queue: "Queue",
    tasks: "Tasks",
    overview: "Overview",
    directory: "Directory",
    people: "People and sites",
    help: "Help",
    signOut: "Sign out",
    skipList: "Skip to the list",
    skipComposer: "Skip to the message box",
  },
  arrivedStat: "New STAT message",
  toDo: (count: number) => `${count} to do`,
  presence: { available: "Available", busy: "Busy", off_duty: "Off duty", offline: "Offline" },
  status: "Your status",
  stages: { open: "Open", resolved: "Resolved", closed: "Closed" },
  answers: {
    you: "You answer", person: (name: string) => `${name} answers`,
    covering: (who: string, name: string) => `${who}, covering for ${name}`,
  },
  /** Who answers together where nobody has taken a conversation: the name, and as a sentence. */
  pools: {
    front_desk: ["Front desk", "Front desk answers"], physician: ["Physicians", "Physicians answer"], nurse: ["Nurses", "Nurses answer"],
    medical_assistant: ["Medical assistants", "Medical assistants answer"], billing: ["Billing", "Billing answers"],
  } as Readonly<Record<string, readonly [string, string]>>,
  kinds: { direct: "Direct message", group: "Group", channel: "Channel", patient: "Patient conversation", care_room: "Care room" },
  visibility: {
    public: "Public channel", private: "Private channel", site: "Site channel", announcement: "Announcements", partner: "Partner channel",
  },
  rooms: {
    members: (count: number) => `${count} ${many(count, "member", "members")}`,
    noPhi: "No patient information in this channel",
    none: "Choose a conversation",
    noneMore: "Patient conversations are in Inbox. Channels, groups and direct messages are in Team.",
  },
};
