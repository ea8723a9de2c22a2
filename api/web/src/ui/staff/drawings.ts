// Stands under the icons of what opens beside a conversation: drawn as those of every page (kit/icons.ts), and fetched with it.
// Refuses to know colours and sizes.
const BOX = "M3.5 4.5h17v4h-17zM5 8.5v11h";

export const drawings = {
  addPerson: "M9 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM2.5 20a6.5 6.5 0 0 1 13 0M19 7.5v6M16 10.5h6",
  archive: `${BOX}14v-11M10 12.5h4`,
  pencil: "m4 20 1-4.2L16.2 4.6l3.2 3.2L8.2 19zM14 6.8l3.2 3.2",
  reopen: `${BOX}4m6 0h4v-11M12 20v-7.5m-2.8 2.7 2.8-2.7 2.8 2.7`,
};
