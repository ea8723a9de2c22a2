// English: the page for who signs in for the first time, which comes with its screen. Stands beside it; refuses to know its logic.
// Patients read it as well: short sentences, common words.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const activate = {
  title: "Sign in for the first time",
  intro: "Your clinic gave you an invitation. Choose your password here, and you are signed in.",
  code: "Invitation code",
  codeHint: "As the clinic gave it to you. Spaces do not matter, and you can paste the whole link.",
  login: "Username (optional)",
  loginHint: "Leave this empty if the clinic gave you a username: it stays. If it gave you none, choose one, for example your email address. You need it to sign in next time.",
  password: "New password",
  rule: "At least 15 characters. Spaces are fine. Four or five words that do not belong together are easy to remember.",
  left: (count: number) => `${count} more ${many(count, "character", "characters")} needed.`,
  submit: "Set password and sign in",
  working: "Signing you in…",
  known: "I have signed in before",
  wrong: "This invitation does not work. It was used already, it is older than seven days, a newer one took its place, or the code is not complete. Ask the clinic for a new one.",
  doubt: "It may have worked the time before: try to sign in with your new password.",
  faults: {
    code: "Write the invitation code that the clinic gave you.",
    spaces: "A username has no spaces.",
    long_login: "This username is too long.",
    missing: "Choose a password.",
    short: "Your password is too short. It needs at least 15 characters.",
    long: "Your password is too long. It may have 1,024 characters at most, fewer with accents and emoji.",
  },
  taken: "Somebody has this username already. Choose another one.",
  needsLogin: "The clinic gave you no username yet. Choose one.",
  invalid: "The clinic's server did not accept this username or password. Try another one.",
  offline: "You are offline. Signing in needs the network. What you typed stays here.",
  unreachable: "The clinic's server does not answer. What you typed stays here; try again in a moment.",
  failed: (code: string) => `This did not work. Try again. If it stays, tell the clinic this code: ${code}.`,
  looking: "Opening…",
  other: {
    title: "Somebody is signed in here",
    body: (name: string) => `${name} is signed in in this browser. Your invitation is for one person. Sign out first, so that nothing gets mixed up.`,
    unsent: (count: number) => `${count} ${many(count, "message", "messages")} on this device ${many(count, "was", "were")} not sent yet. Signing out erases ${many(count, "it", "them")}.`,
    leave: (name: string) => `Sign ${name} out and go on`,
    leaving: "Signing out…",
    stay: (name: string) => `Stay signed in as ${name}`,
    failed: "Signing out did not work. Try again when you are online.",
  },
};
