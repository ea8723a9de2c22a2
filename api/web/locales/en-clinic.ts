// English: the clinic's hours in words, for reading level grade 6. Stands beside them; refuses to know when they are.
export const clinic_words = {
  more: "More",
  week: (week: string, zone: string | undefined) => `Hours: ${week}${zone ? ` (${zone})` : ""}.`,
  closedUntil: (when: string) => `Closed until ${when}.`,
};
