// English: every word that both pages show. Stands beside the screens; refuses to know any of their logic.
// The staff page's and the patient page's own words stand in their own files, so that neither carries the other's.

export const en = {
  product: "Corridor",
  close: "Close",
  cancel: "Cancel",
  retry: "Retry",
  edit: "Edit",
  delete: "Delete",
  save: "Save",
  saving: "Saving…",
  notLoaded: "This part of the page could not be loaded.",
  reload: "Load the page again",
  you: "You",
  boot: {
    loading: "Opening…",
    unreachable: "The clinic's server cannot be reached.",
    offline: "You are offline.",
    kept: "Nothing you wrote is lost. We keep trying.",
    retry: "Try now",
  },
  connection: {
    wordLive: "Online",
    wordDown: "Offline",
  },
  message: {
    sent: "Sent",
    sending: "Sending",
    waiting: "Waiting to send",
    delivered: "Delivered",
    read: "Read",
    notSent: "Not sent",
    edited: "edited",
    retractedByYou: "You retracted this message.",
    retractedBy: (name: string) => `${name} retracted this message.`,
    retracted: "This message was retracted.",
    retractReason: (reason: string) => `Reason: ${reason}`,
    patient: "patient",
    proxy: "for the patient",
    partner: "partner",
    service: "automatic",
    teamOnly: "Team only",
    onBehalf: (name: string, other: string) => `${name} on behalf of ${other}`,
    urgent: "Urgent",
    stat: "STAT",
    routine: "Routine",
    linkOpens: "opens in a new tab",
  },
  thread: {
    arrived: "New message in this conversation",
    arrivedElsewhere: "New message",
  },
  composer: {
    tooLong: (count: number) => `${count} characters too many`,
    left: (count: number) => `${count} characters left`,
  },
  problems: {
    patient_messages_off: "Messages with patients are switched off for this clinic.",
    not_found: "This is not here, or you may not see it.",
    not_signed_in: "Your session has ended. Sign in again.",
    unreachable: "No answer from the clinic's server. Nothing is lost; try again.",
  } as Readonly<Record<string, string>>,
  problem: (code: string) => `This did not work. Code for support: ${code}.`,
  count: {
    unread: (count: number) => `${count} unread`,
  },
  conversation: {
    untitled: "Conversation",
    withPatient: "Conversation with your clinic",
  },
};

export type Catalogue = typeof en;
