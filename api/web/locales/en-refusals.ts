// English: refusals that are met once something is done, on both pages, by the node's codes. What can be met before stands in en.ts.
// Stands beside refusals.ts; refuses to know when they come.
export const refusals: Readonly<Record<string, string>> = {
  forbidden: "Your role does not allow this.",
  archived: "The conversation is archived. Reopen it first.",
  not_a_member: "You are not in this conversation any more.",
  too_large: "The message is too long.",
  invalid: "The clinic's server did not accept this.",
  idempotency_conflict: "This was already sent with other words.",
  rate_limited: "Too much at once. Wait a moment.",
  disk_nearly_full: "The clinic's server has no room for anything new. Nothing is lost; tell your administrator.",
  fenced: "The clinic's server is not ready. Nothing is lost; it is tried again.",
  closed: "Your care team has closed this conversation. What you wrote is kept here; send it as a new message.",
};
