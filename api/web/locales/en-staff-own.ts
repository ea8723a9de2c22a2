// English: one's own view of conversations, and what one has scheduled: the menus, the lines under the header and above the box. Stands
// beside them; refuses to know their logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const own = {
  putAway: "Archive (for me)",
  putAwayNote: "Leaves your list until the next message. For everybody else it stays as it is.",
  takeOut: "Take out of my archive",
  mute: "Mute",
  muteNote: "Not counted and not announced, for you alone. STAT still is, and what means you.",
  unmute: "Unmute",
  markUnread: "Mark as unread",
  remind: "Remind me…",
  reminded: (when: string) => `Set for ${when}. Nobody else sees it.`,
  offline: "Offline: this needs a connection.",
  did: {
    put_away: "Archived for you. It comes back with the next message.",
    take_out: "Taken out of your archive.",
    mute: "Muted for you.",
    unmute: "Not muted any more.",
    mark_unread: "Marked as unread.",
    resolve: "Resolved.",
  },
  problems: {
    not_a_member: "Only members of a conversation can do this.",
    invalid: "The time must be ahead, and within a year.",
  } as Readonly<Record<string, string>>,
  newsLabel: "News of your reminders",
  reminder: (title: string) => `Reminder: ${title}`,
  open: "Open",
  scheduled: (count: number, when: string) => `${count} ${many(count, "message", "messages")} will be sent${many(count, " ", ", the next ")}${when}`,
  refused: (count: number, why: string) => (count === 1 ? `A scheduled message was not sent. ${why}` : `${count} scheduled messages were not sent. ${why}`),
  show: "Show",
};
