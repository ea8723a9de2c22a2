// English: that somebody asked who is writing, and what came of it, in a conversation's header. Stands beside it; refuses to know its logic.
export const identity = {
  asked: (time: string) => `Identity asked · ${time}`,
  confirmed: (name: string, time: string) => `Identity confirmed · ${name} · ${time}`,
  askedMore: (by: string, time: string) => `${by} asked at ${time} who is writing. Nobody has answered yet.`,
  confirmedMore: (name: string, time: string, by: string, asked: string) => `${name} typed their password at ${time}. ${by} had asked at ${asked}.`,
};
