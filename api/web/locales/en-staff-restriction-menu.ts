// English: the entries of a conversation's menu that protect it. Stands beside the menu; refuses to know its logic.
export const restriction_menu = {
  label: "Protect as…",
  labelNote: "Part 2 or state law: out of the queue and of usual coverage.",
  unlabel: "Take the label away…",
  keep: "Keep from caregivers…",
  keepNote: (years: number) => `Only from the age of ${years} on.`,
  share: "No longer keep from caregivers…",
};
