// English: the switch between one's own conversations and all that one can answer for, and what the latter are. Stands beside it; refuses to know
// its logic.
export const scope = {
  label: (name: string) => `Which conversations ${name} sees`,
  mine: "Mine",
  patients: "My patients",
  organization: "Organization",
  ofOrganization: "Organization view: you can answer for others.",
  ofPatients: "Your patients: your care team and those you cover.",
};
