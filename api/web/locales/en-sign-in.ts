// English: the words of sign-in, which come with its screen. Stands beside it; refuses to know its logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const sign_in = {
  title: "Sign in",
  workspace: (name: string) => `Clinic: ${name}`,
  noWorkspace: (name: string) => `There is no clinic called ${name} at this address. Ask for the right link.`,
  login: "Work email or username",
  password: "Password",
  show: "Show",
  hide: "Hide",
  showPassword: "Show password",
  submit: "Continue",
  checking: "Checking…",
  wrong: "The username or the password is not right.",
  throttled: (seconds: number) => `Too many tries. Wait ${seconds} ${many(seconds, "second", "seconds")}, then try again.`,
  offline: "You are offline. Sign-in needs the network.",
  unreachable: "The clinic's server does not answer. Your password is fine; try again in a moment.",
  failed: (code: string) => `Sign-in did not work. Try again. If it stays, tell support this code: ${code}.`,
  missing: "Write your username and your password.",
  ended: "Your session has ended. Sign in again; what you wrote is kept on this page.",
  footer: (host: string) => `${host} · Corridor`,
  privacy: "Use of this system is recorded. Sign out on shared computers.",
  invited: "I have an invitation code",
  help: "Need help? Ask the front desk or your administrator.",
};
