// English: being asked to show that it is oneself, for reading level grade 6. Stands beside the card; refuses to know its logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const identity = {
  label: "Show that it is you",
  asks: (name: string) => `${name} asks you to show that it is you.`,
  why: "Type your password once more. It is not kept on this page.",
  whyProxy: (name: string) => `Type your own password once more, not that of ${name}. It is not kept on this page.`,
  password: "Your password",
  do: "Show that it is me",
  checking: "Checking…",
  notNow: "Not now",
  now: "Show it now",
  missing: "Type your password.",
  wrong: "That is not your password. Try again.",
  wait: (seconds: number) => (seconds < 90 ? `Too many tries. Wait ${seconds} ${many(seconds, "second", "seconds")}, then try again.` : `Too many tries. Wait ${Math.ceil(seconds / 60)} minutes, then try again.`),
  waiting: (seconds: number) => (seconds < 90 ? `Wait ${seconds} s` : `Wait ${Math.ceil(seconds / 60)} min`),
  done: "Thank you. Your care team sees that it is you.",
  already: "This was answered already. There is nothing more to do.",
};
