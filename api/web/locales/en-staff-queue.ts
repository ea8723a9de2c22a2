// English: the words of the organization's queue, which come with its pane. Stands beside it; refuses to know its logic.
const many = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const queue = {
  stage: "Stage",
  who: "Who answers",
  anyone: "Anyone",
  nobody: "Nobody yet",
  me: "Me",
  late: "Not accepted",
  site: "Site",
  allSites: "All sites",
  search: "Topic, patient or ID",
  total: (count: number) => `${count} ${many(count, "conversation", "conversations")}`,
  waits: (minutes: number) =>
    minutes < 1 ? "waits under 1 min" : minutes < 60 ? `waits ${minutes} min` : minutes < 48 * 60 ? `waits ${Math.floor(minutes / 60)} h` : `waits ${Math.floor(minutes / 1440)} days`,
  newer: (count: number) => `${count} newer ${many(count, "message", "messages")}`,
  take: "Take",
  takeOver: "Take over…",
  taking: "Taking…",
  of: (patient: string, topic: string) => `${patient}, ${topic}`,
  clear: "The queue is clear.",
  none: "Nothing here with this filter.",
  changed: (count: number) => `${count} changed`,
  showChanged: "Show what changed",
  more: "Load more",
  loadingMore: "Loading more…",
  loading: "Loading the queue",
  failed: "Could not refresh. What you see stays as it was.",
  offline: "Offline: nothing can be taken until the connection is back. Others go on.",
  forbidden: "The organization's queue needs a permission that your role does not have.",
  forbiddenMore: "Your own patient conversations are in Inbox. Ask your administrator for the organization queue.",
};
