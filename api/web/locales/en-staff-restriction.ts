// English: labels, and what is kept from those who act for a patient: the chips above a conversation, and what is asked. Its
// menu has its own words. Stands beside them; refuses to know their logic.
import type { Sensitivity } from "../src/core/wire-restriction";

export const restriction = {
  labels: { part_2: "Part 2", state_law: "State law protected" } as Readonly<Record<Sensitivity, string>>,
  confidential: "Confidential",
  means: {
    part_2: "Substance use records (42 CFR Part 2). Not in the organization queue. Coverage does not open it, unless it was granted for such conversations.",
    state_law: "Protected by a law of the state. Not in the organization queue. Coverage does not open it, unless it was granted for such conversations.",
    confidential: (name: string) => `Kept from those who act for ${name}. They are not in it, and cannot be added.`,
  },
  label: {
    title: "Protect this conversation",
    as: "Protect as",
    part_2: "Substance use records, 42 CFR Part 2.",
    state_law: "What a law of your state protects, for example on HIV or mental health.",
    effect: "What it does",
    effects: [
      "It is not in the organization queue.",
      "Coverage does not open it, unless it was granted for such conversations.",
      "Whoever covers now and is in it by that coverage leaves at once.",
      "Members and the care team go on as before. The patient does not see the label.",
    ],
    who: "Every member and the care team can give a label. Only a physician can take it away.",
    missing: "Choose how to protect it.",
    do: "Protect",
    done: "This conversation is protected now.",
  },
  unlabel: {
    title: (label: string) => `Take the label “${label}” away?`,
    body: "It is in the organization queue again, and every coverage opens it. Nobody who left comes back by themselves. This is on the record.",
    do: "Take it away",
    done: "The label is taken away.",
  },
  keep: {
    title: "Keep this from caregivers?",
    body: (name: string) => `Whoever acts for ${name} leaves this conversation, and can read nothing of it any more. ${name} and the care team go on.`,
    who: (names: string) => `Leaves now: ${names}.`,
    nobody: "Nobody who acts for the patient is in it now.",
    read: "What they have read already, they know.",
    do: "Keep from caregivers",
    done: "This conversation is kept from caregivers now.",
  },
  share: {
    title: "No longer keep this from caregivers?",
    body: "Nobody comes back by themselves. Whoever should read it again is added, and you choose from when on.",
    do: "No longer keep it",
    doneTitle: "No longer kept from caregivers",
    done: "Nobody has come back by themselves.",
    again: "Who should read it again? You choose from when on.",
    add: (name: string) => `Add ${name}…`,
  },
  problems: {
    too_young: "The clinic allows this only from a set age on, and the patient is younger.",
    tooYoung: (years: number) => `The clinic allows this only from the age of ${years} on, and the patient is younger.`,
    off: "The clinic allows no confidential conversations. An administrator can set from which age on.",
  },
};
