// English: folding what patients are told first. Stands beside the line; refuses to know its logic.
export const standing = {
  said: (said: string) => `Patients are told: ${said}`,
  fold: "Fold guidance",
  unfold: "Show all guidance",
};
