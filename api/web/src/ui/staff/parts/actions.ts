// Stands between the staff page and what its keys and menus do, and whom a message means: one piece, fetched right behind the first screen. Refuses to know any of it.
import "../refusals";

export { default as MenuList } from "../../kit/MenuList.svelte";
export { default as ListNone } from "../ListNone.svelte";
export { default as More } from "../FurtherPlaces.svelte";
export { hear } from "../calls";
export { hearKeys } from "../keyboard";
export { default as ScopeSwitch } from "../ScopeSwitch.svelte";
export { ownItems } from "../own-menu";
export { changeOf, conversationItems, messageItems, sendItems, statusItems } from "../menus";
