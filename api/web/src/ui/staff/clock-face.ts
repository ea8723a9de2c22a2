// Stands for what is for later, in a list, beside Send and above the box: one drawing, as those of every page (kit/icons.ts).
// Refuses to know colours and sizes.
export const CLOCK = "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2";
