// English: naming somebody who is not in the conversation, or a patient. Stands beside the lists of names and the question; refuses to know their
// logic.
export const naming = {
  patients: "Patients to link",
  found: (count: number) => `${count} ${count === 1 ? "patient" : "patients"} found`,
  others: "Not in this conversation",
  title: (names: readonly string[]) => (names.length === 1 ? `${names[0]} is not in this conversation` : "They are not in this conversation"),
  body: (names: string) => `${names} cannot read it, and is told nothing of your mention.`,
  bodyMany: (names: string) => `${names} cannot read it, and are told nothing of your mention.`,
  mayAdd: "Add them first, and you choose how much of the past they may read.",
  mayNot: "You cannot add anybody here.",
  offline: "Offline: adding somebody needs a connection.",
  add: "Add them",
  anyway: "Send anyway",
};
