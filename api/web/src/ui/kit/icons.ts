// Stands under every icon: one line on a grid of 24 by 24, drawn for this product, nothing copied. Refuses to know colours and sizes.
// What only a part shows that is fetched later stands beside that part: these here are in every page from the start.
const HEAD = "M9 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM2.5 20a6.5 6.5 0 0 1 13 0";

export const icons = {
  add: "M12 5v14M5 12h14",
  back: "M19.5 12h-15M11 5.5 4.5 12l6.5 6.5",
  check: "m4.5 12.5 5 5 10-11",
  close: "m6 6 12 12M18 6 6 18",
  hash: "M9.5 4l-2 16M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  help: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM9.4 9.4a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.3 1-1.3 2M12 17v.1",
  inbox: "m3.5 13 3-8h11l3 8v6h-17zM3.5 13h5l1.2 2.6h4.6l1.2-2.6h5",
  leave: "M10 4H5v16h5M14.5 7.5 19 12l-4.5 4.5M19 12H9.5",
  live: "M12 19v.1M8.6 15.5a5 5 0 0 1 6.8 0M5.5 12a9.5 9.5 0 0 1 13 0M2.5 8.6a14 14 0 0 1 19 0",
  lock: "M5.5 11h13v9h-13zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
  more: "M4.2 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0M11.2 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0M18.2 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0",
  offline: "m3 3 18 18M12 19v.1M8.6 15.5a5 5 0 0 1 6.8 0M5.5 12a9.5 9.5 0 0 1 3.6-2.2M2.5 8.6a14 14 0 0 1 2.7-1.9M13.4 9.6a9.5 9.5 0 0 1 5.1 2.4M10 5.1a14 14 0 0 1 11.5 3.5",
  people: `${HEAD}M16 5a3.4 3.4 0 0 1 0 6.2M18.5 14.5a6.5 6.5 0 0 1 3 5.5`,
  queue: "M4 6h16M4 12h10M4 18h10M18 11v8m-2.8-2.8 2.8 2.8 2.8-2.8",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.3 15.3 20 20",
  stat: "M7 17v-5a5 5 0 0 1 10 0v5M4.5 17h15v3.5h-15zM12 4V2.5M4.8 7.2 3.7 6.1M19.2 7.2l1.1-1.1",
  warning: "m12 4 9 16H3zM12 10v4.5M12 17.2v.1",
} as const;

export type IconName = keyof typeof icons;
