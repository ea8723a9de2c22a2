// Stands between a click on a link and what the page does itself: a click for another tab or window is the browser's. Refuses to know links.
export function plainly(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
