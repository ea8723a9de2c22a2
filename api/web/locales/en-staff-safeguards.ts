// English: what a clinic does against words that reach the wrong reader, in its settings. Stands beside the fields; refuses to know their logic.
export const safeguards_words = {
  title: "Against words that reach the wrong reader",
  hint: "What keeps a conversation, or a reply, from somebody who should not read it.",
  years: "Conversations can be kept from caregivers",
  off: "At no age",
  from: (years: number) => `From the age of ${years} on`,
  yearsOff: "Whoever acts for a patient reads all of the patient's conversations. What is confidential now stays so.",
  yearsOn: "From this age on a patient, or the care team, can keep a conversation from those who act for the patient.",
  undo: "Seconds in which a reply can be undone",
  undoHint: "A reply to a patient waits so long before it goes, 60 at most. 0: it goes at once.",
  undoFault: "Write a whole number from 0 to 60.",
};
