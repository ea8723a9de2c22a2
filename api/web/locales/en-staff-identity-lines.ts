// English: asking who is writing, one short line each, as the staff reads it. Stands beside the lines; refuses to know their logic.
export const identity_lines = {
  identity_asked: (actor: string) => `${actor} asked who is writing`,
  identity_confirmed: (actor: string) => `${actor} showed who is writing, with their password`,
};
