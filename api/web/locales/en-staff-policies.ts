// Words of what a clinic allows its people to do with words that were written. Loaded with the clinic's settings.
export const policies_words = {
  title: "Changing words, and writing in another's name",
  minutes: "Minutes in which a message can be edited",
  minutesHint: "By whoever wrote it, among staff and in team notes. 0: not at all. What a patient can read is never edited: it is retracted and written anew. Earlier wordings stay on the record.",
  minutesFault: "Write a number of minutes from 0 to 1440.",
  behalf: "Replies on behalf of others also where a label stands",
  behalfOn: "Whoever may read a conversation with a label may also reply on behalf of who answers for it.",
  behalfOff: "In a conversation with a label everybody replies in their own name.",
};
