// English: refusals that only the staff meet, by the node's codes. Stands beside refusals.ts; refuses to know when they come.
export const refusals: Readonly<Record<string, string>> = {
  already_member: "This person is already in the conversation.",
  patient_account_inactive: "The patient's account is not active, so the message cannot reach them.",
  edit_window_closed: "The time for changing this message is over. You can retract it and write anew.",
  already_retracted: "The message was already retracted.",
  team_chat_off: "Chat among staff is switched off for this clinic.",
  owner_must_hand_over: "This room is yours. Hand it over to somebody first, then leave.",
};
