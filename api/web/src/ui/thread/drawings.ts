// Stands under the icons of a conversation, on both pages: drawn as those of every page (kit/icons.ts), and fetched with it.
// Refuses to know colours and sizes.
export const drawings = {
  check: "m4.5 12.5 5 5 10-11",
  checks: "M2 12.5 6.5 17 15 7.5M11.5 16l1 1L22 7.5",
  send: "M4 4.5 20.5 12 4 19.5 7 12zM7 12h13.5",
};
