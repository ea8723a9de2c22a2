// Stands between the staff page and what its keys and menus do, and whom a message means: one piece, fetched right behind the first screen. Refuses to know any of it.
export { default as MenuList } from "../../kit/MenuList.svelte";
export { default as More } from "../FurtherPlaces.svelte";
export { hear } from "../calls";
export { hearKeys } from "../keyboard";
export { ownItems } from "../own-menu";
export { conversationItems, messageItems, sendItems, statusItems } from "../menus";
