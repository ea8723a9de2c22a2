// English: the words of the line that tells of the connection and of a newer version. Stands beside it; refuses to know its logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const line = {
  reconnecting: "Reconnecting… Messages you send will wait.",
  offline: (time: string) => `Offline since ${time}.`,
  waiting: (count: number) => `${count} ${many(count, "message", "messages")} waiting.`,
  back: "Back online. Everything is up to date.",
  retry: "Try now",
  memory: "This browser keeps unsent messages only while this page is open.",
  loose: (count: number) => `There is no room on this device. ${many(count, "A message that you wrote is", `${count} messages that you wrote are`)} in this page only: keep it open until ${many(count, "it is", "they are")} sent.`,
  update: "A new version is ready.",
  updateNow: "Update now",
};
