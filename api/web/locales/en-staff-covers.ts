// English: that one covers for somebody, where one works: the line on top, and what is news of it. Stands beside them; refuses to know their logic.
export const covers = {
  banner: (name: string, until: string) => `You cover for ${name} until ${until}`,
  withLabelled: (sentence: string) => `${sentence}, also in conversations with a label`,
  because: (sentence: string, reason: string) => (reason === "" ? `${sentence}.` : `${sentence}: ${reason}`),
  newsLabel: "News of your coverage",
  news: {
    planned: (name: string, from: string, until: string) => `You will cover for ${name} from ${from} until ${until}.`,
    running: (name: string, until: string) => `You now cover for ${name} until ${until}.`,
    over: (name: string) => `Your coverage for ${name} has ended.`,
    off: (name: string) => `You will not cover for ${name} after all.`,
  },
  reason: (words: string) => `Reason: ${words}`,
  openQueue: "Open the queue",
};
