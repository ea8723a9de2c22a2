// English: what is announced of a message that means one. Stands beside it; refuses to know its logic.
export const calls = {
  mentioned: "You were mentioned in this conversation",
  mentionedElsewhere: "You were mentioned in another conversation",
  answered: "New answer in a thread you follow",
  answeredElsewhere: "New answer in a thread you follow, in another conversation",
};
