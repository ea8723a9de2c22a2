// English: what seldom happens to who answers in a conversation, one short line each, as the staff reads it. Stands beside the lines; refuses to know
// their logic.
export const care_lines = {
  declined: (person: string) => `${person} declined to take over`,
  withdrawn: (actor: string, person: string) => `${actor} withdrew the hand-over to ${person}`,
  coverageOf: (person: string, covered: string) => `${person}'s coverage for ${covered} ended`,
  coverageOfYours: (covered: string) => `Your coverage for ${covered} ended`,
  coverage: (person: string) => `${person}'s coverage ended`,
  coverageYours: "Your coverage ended",
  answersAgain: (ended: string, person: string) => `${ended}. ${person} answers again`,
  youAnswerAgain: (ended: string) => `${ended}. You answer again`,
  poolAnswers: (ended: string, pool: string) => `${ended}. It is back with ${pool}`,
  leftWithIt: (ended: string) => `${ended}, and they left`,
  onBehalfAllowed: (actor: string) => `${actor} allowed others to reply on behalf here`,
  onBehalfRefused: (actor: string) => `${actor} allowed nobody to reply on behalf here`,
  /** In the middle of a sentence. */
  pools: {
    front_desk: "the front desk", physician: "the physicians", nurse: "the nurses", medical_assistant: "the medical assistants", billing: "billing",
  } as Readonly<Record<string, string>>,
};
