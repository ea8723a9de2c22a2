// English: inviting somebody to sign in for the first time. Stands beside the screens; refuses to know their logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const invite = {
  invite: "Invite",
  making: "Making an invitation…",
  hint: "Makes a link and a code by which they choose a password and sign in. One that was given out before does not work any more then.",
  offline: "Offline: an invitation can be made when the connection is back.",
  title: (name: string) => `Invitation for ${name}`,
  only: (name: string) => `Give this to ${name} only, after checking who they are: whoever has it can read and write as ${name}.`,
  link: "Link",
  copy: "Copy link",
  copied: "Copied.",
  notCopied: "This browser does not allow copying. The link is selected: press Ctrl or ⌘ and C, or hold it and choose Copy.",
  code: "Code",
  codeHint: "Where a link cannot be opened: on the sign-in page choose “I have an invitation code” and write this there.",
  until: (when: string) => `Works once, until ${when}. It is shown only until you close this.`,
  anew: "Make a new one",
  anewHint: "The one above does not work any more then.",
  problems: {
    nothing_to_do: "No invitation is needed: this account is not waiting for one any more. Search for the person again to see how it stands.",
    forbidden: "Your role does not allow this. Staff who work with patients invite patients and caregivers, administrators everybody.",
    not_found: "This person is not here any more, or you may not see them.",
  } as Readonly<Record<string, string>>,
  throttled: (seconds: number) => `Too much at once. Try again in ${seconds} ${many(seconds, "second", "seconds")}.`,
};
