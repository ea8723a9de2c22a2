// English: what happens seldom in a conversation, one short line each, for reading level grade 6. Stands beside it; refuses to know its logic.
export const lines = {
  archived: (actor: string) => `${actor} archived this conversation`,
  reopened: (actor: string) => `${actor} opened this conversation again`,
  renamed: (actor: string, topic: string) => `${actor} changed the topic to “${topic}”`,
  left: (names: string, count: number) => `${names} ${count > 1 ? "are" : "is"} no longer part of this conversation`,
  identityAsked: (name: string) => `${name} asked who is writing`,
  identityShown: (name: string) => `${name} showed that it is them`,
  identityYours: "You showed that it is you",
};
