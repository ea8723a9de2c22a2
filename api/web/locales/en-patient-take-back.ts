// English: taking back a message of one's own, for reading level grade 6. Stands beside it; refuses to know its logic.
export const take_back = {
  offer: "Take back",
  of: (time: string) => `your message of ${time}`,
  title: "Take back this message?",
  effect: "Everybody in this conversation sees that you took it back, and why if you write it. They may have read it already. The clinic's record keeps the words.",
  reason: "Why? You can leave this empty.",
  do: "Take it back",
  keep: "Keep it",
  done: "You took the message back.",
};
