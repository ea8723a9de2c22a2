// English: the words of the messages of a conversation that both pages show, which come with the first one that is opened. Stands beside their
// screens; refuses to know any of their logic.
export const thread = {
  newSince: (time: string) => `New since ${time}`,
  latest: "Jump to latest",
  newMessages: (count: number) => `${count} new`,
  earlier: "Load earlier messages",
  loadingEarlier: "Loading earlier messages…",
  loading: "Loading messages…",
  failed: "The messages could not be loaded. What you see stays as it was.",
  messages: "Messages",
  typing: (names: string[]) => (names.length === 1 ? `${names[0]} is typing…` : names.length === 2 ? `${names[0]} and ${names[1]} are typing…` : "Several people are typing…"),
  askStat: (minutes: number) => `This STAT message has waited ${minutes} min. Is it still needed?`,
  askStatMaybe: (minutes: number) => `This STAT message may not have arrived ${minutes} min ago. Send it again?`,
  sendNow: "Send now",
};
