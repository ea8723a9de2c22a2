// English: the clinic's messages in figures. Stands beside the page that shows them; refuses to know its logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const overview = {
  updated: (time: string) => `As of ${time}`,
  offline: "Offline. What you see may be old; it goes on when the connection is back.",
  notUpdated: (time: string) => `Could not refresh. These figures are as of ${time}.`,
  failed: "These figures could not be loaded.",
  offlineTile: "Comes when the connection is back.",
  loading: "Loading the figures",

  yours: "Your conversations",
  yoursNote: "Everything you are a member of.",
  tiles: {
    total_conversations: "Total conversations", unread_messages: "Unread messages", unique_patients: "Unique patients", total_messages: "Total messages",
  },
  tile: (name: string, count: string) => `${name}, ${count}`,
  parts: (patients: string, team: string) => (patients === "0" ? "All in the team" : team === "0" ? "All with patients" : `${patients} with patients, ${team} in the team`),
  nothing: "None yet.",
  allRead: "Everything is read.",
  inYours: "In your conversations",

  waits: "Patients waiting",
  waitsNote: "All open patient conversations that you may know of: as care team, by coverage, or by the organization queue.",
  ages: "What waits, by age",
  sentence: (open: string, waiting: string) => `${waiting} of ${open} open ${open === "1" ? "conversation" : "conversations"} ${waiting === "1" ? "waits" : "wait"} for an answer.`,
  nothingOpen: "No open patient conversations.",
  nothingWaits: (open: number, said: string) => (open === 1 ? "The one open conversation is answered." : `All ${said} open conversations are answered.`),
  age: "Waiting for",
  waiting: "Waiting",
  below: (hours: number) => `Under ${span(hours)}`,
  between: (from: number, until: number) => (from < 24 && until <= 24 ? `${from} to ${until} hours` : from % 24 === 0 ? `${from / 24} to ${span(until)}` : `${span(from)} to ${span(until)}`),
  above: (hours: number) => `${span(hours)} and more`,
  oldest: "Longest wait",
  oldestSince: (when: string) => `Since ${when}`,
  nobodyWaits: "Nobody waits.",

  late: "Hand-overs not accepted",
  lateSome: (count: number) => `${many(count, "It was", "They were")} asked for and not accepted in time.`,
  lateNone: "None has run out of time.",
  lateOpen: "Show in the queue",

  lateList: "Hand-overs that nobody took",
  lateListNote: "Asked for, not accepted in time, in conversations that you may know of. The oldest first.",
  lateListAll: "Asked for, not accepted in time, in the whole clinic. The oldest first.",
  lateListNone: "None. Every hand-over was taken in time, or still waits.",
  lateBorn: (date: string) => `born ${date}`,
  lateFromTo: (from: string, to: string) => `From ${from} to ${to}`,
  lateSince: (span: string) => `Late by ${span}`,
  lateAsked: (when: string) => `asked for ${when}`,

  first: "First reply",
  period: "Last 7 days",
  half: "Half within",
  nine: "9 of 10 within",
  replies: (count: number, said: string) => `Of ${said} first ${many(count, "reply", "replies")}`,
  noData: "No data in this period.",

  load: "Who has how much",
  party: "Who answers",
  open: "Open",
  longest: "Longest wait",
  none: "–",
  you: "You",
  legend: { waiting: "Waiting", open: "Answered" },
  noParties: "Nobody has an open conversation.",

  forbidden: "What waits for patients is shown to staff who work with patients, and to whoever has the organization queue.",
  forbiddenMore: "An administrator sets who has which role.",

  span: ({ days, hours, minutes }: { days: number; hours: number; minutes: number }) => {
    const parts = [days > 0 ? `${days} ${many(days, "day", "days")}` : "", hours > 0 ? `${hours} h` : "", minutes > 0 ? `${minutes} min` : ""].filter((one) => one !== "");
    return parts.length === 0 ? "under 1 min" : parts.join(" ");
  },
};

function span(hours: number): string {
  return hours >= 48 && hours % 24 === 0 ? `${hours / 24} days` : hours === 24 ? "1 day" : `${hours} ${many(hours, "hour", "hours")}`;
}
