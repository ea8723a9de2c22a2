// English: what waits in a conversation for the person here. Stands beside its mark in the lists; refuses to know its logic.
export const pressing = {
  waits: "not acknowledged by you",
};
