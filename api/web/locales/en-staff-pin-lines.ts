// English: what was pinned to a chart, one short line in its conversation. Stands beside the line; refuses to know its logic.
export const pin_lines = {
  pinned: (actor: string, patient: string) => `${actor} pinned something to ${patient}'s chart`,
  /** In a room that is not about the patient: not everybody in it may know of them. */
  pinnedElsewhere: (actor: string) => `${actor} pinned something to a chart`,
};
