// English: a reply that can still be undone, and a message that names another patient. Stands beside them; refuses to know their logic.
import type { Found } from "../src/core/wire-guard";

const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const undo = {
  /** Counts down. */
  goes: (name: string, seconds: number) => `Goes to ${name} in ${seconds} s`,
  goesNote: (seconds: number) => `Goes to the team in ${seconds} s`,
  soon: (name: string) => `Goes to ${name} in a moment`,
  soonNote: "Goes to the team in a moment",
  undo: "Undo",
  now: "Send now",
  /** Said once. */
  held: (name: string, seconds: number) => `Goes to ${name} in ${seconds} seconds. Control Z in the empty box: undo. Enter: send now.`,
  undone: "Undone. Nothing was sent; your words are in the message box.",
  aside: "Undone. Nothing was sent; your words are kept beside the box, as there are others in it.",
  why: "You undid it, so nobody has it. Your words are kept here.",
  send: "Send",
  sentNow: "Sent now.",
  /** Where the conversation is not on the screen. */
  elsewhere: (name: string) => `A message to ${name} was not sent.`,
  elsewhereOther: "A message was not sent.",
};

export const guard = {
  title: "Is this about another patient?",
  notSent: "Nothing was sent.",
  whats: { record_number: "Record number", birth_date: "Birth date", name: "Name" } as Readonly<Record<Found["what"], string>>,
  found: (count: number) => many(count, "In your message this belongs to another patient:", "In your message these belong to other patients:"),
  foundNone: "Something in your message belongs to another patient.",
  here: "This conversation is with",
  hereRoom: "This care room is about",
  born: (date: string) => `born ${date}`,
  number: (mrn: string) => `number ${mrn}`,
  message: "Your message",
  back: "Go back and edit",
  saveAnyway: "Save anyway",
  /** Said where an edit is refused, above what was found. */
  problems: {
    another_patient: "Not saved: this may be about another patient.",
    names_a_patient: "Not saved: this channel is not for patient information.",
  },
  /** A channel in which no patient is to be named. */
  channel: {
    title: "This channel is not for patient information",
    found: "Found:",
    foundNone: "Something in your message belongs to a patient.",
    here: "Everybody in this channel would read it.",
    back: "Change the text",
    said: (found: string) => `Not sent. This channel is not for patient information. Found: ${found}.`,
    elsewhere: (name: string) => `A message to ${name} was not sent: it names a patient, and the channel is not for patient information.`,
    meant: "Send it here all the same",
  },
  anyway: "Send anyway",
  other: "Send to another patient…",
  said: (found: string, name: string) => `Not sent. Your message has ${found}, which belongs to another patient. This conversation is with ${name}.`,
  elsewhere: (name: string) => `A message to ${name} was not sent: it may be about another patient.`,
  meant: (name: string) => `It is meant for ${name}`,
  meantHint: "Tick this to send it all the same, or close this and change the text.",
  onBehalfAnyway: "Go on anyway",
  summary: "Nothing was done: your summary may be about another patient. Change it, or press the button once more if it is meant.",
  another: {
    title: "Send to another patient",
    effect: "Your words go into the message box of that conversation. Nothing is sent by itself.",
    choose: "Patient",
    find: "Name, record number, birth date or topic",
    do: "Put it there",
    missing: "Choose a patient first.",
    taken: "There are words in that message box already. Send or clear them first.",
    none: "Only conversations in which you may write are listed. Is it not there? Begin one with New message.",
    gone: "The message is not here any more.",
    moved: (name: string) => `Your words are in the message box to ${name}. Nothing was sent.`,
  },
};
