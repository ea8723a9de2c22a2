// English: what is told of a patient beside a conversation, and the rooms beside it. Stands beside them; refuses to know their logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const about = {
  chart: "Open chart",
  chartHint: "opens in a new tab",
  loading: "Loading what is known of the patient",
  failed: "Could not refresh. What you see stays as it was.",
  sites: "Sites",
  everywhere: "All sites",
  team: "Care team",
  noTeam: "Nobody is in the care team.",
  unnamed: (count: number) => `${count} more, whose ${many(count, "name is", "names are")} not shown here.`,
  profileOf: (name: string) => `${name}: profile`,
  caregivers: "Caregivers",
  noCaregivers: "Nobody acts for this patient.",
  signsIn: { active: "can sign in", invited: "cannot sign in yet", suspended: "suspended, cannot sign in" } as Readonly<Record<string, string>>,
  others: "Other conversations",
  noOthers: "No other conversation that you may read.",
  earlier: "Earlier ones",
  rooms: "Care rooms",
  noRooms: "None yet. A care room is for the team alone, beside this conversation.",
  newRoom: "New care room",
  archived: "Archived",
  beside: "This room stands beside a conversation with the patient.",
  back: "Back to the patient conversation",
};
