// Stands between a list that grows at both ends and a reader: what is being read stays where it is.
// Refuses to know messages; it sees rows with a `data-seq` in one scrolling pane.
export const NEAR_END_PX = 48;

export type Place = "end" | { seq: number; offset: number };

const places = new Map<string, Place>();

export function placeOf(id: string): Place | undefined {
  return places.get(id);
}

export function keepPlace(id: string, place: Place): void {
  places.set(id, place);
}

export function atEnd(pane: HTMLElement): boolean {
  return pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_END_PX;
}

export function toEnd(pane: HTMLElement): void {
  pane.scrollTop = pane.scrollHeight;
}

/** The first row that is visible, and how far it stands from the top of the pane. */
export function anchorOf(pane: HTMLElement): Place {
  if (atEnd(pane)) return "end";
  const top = pane.getBoundingClientRect().top;
  for (const row of pane.querySelectorAll<HTMLElement>("[data-seq]")) {
    const box = row.getBoundingClientRect();
    if (box.bottom > top) return { seq: Number(row.dataset["seq"]), offset: box.top - top };
  }
  return "end";
}

/** The newest row of which anything can be seen. */
export function lastVisible(pane: HTMLElement): number {
  const bottom = pane.getBoundingClientRect().bottom;
  const rows = [...pane.querySelectorAll<HTMLElement>("[data-seq]")];
  return Number(rows.findLast((row) => row.getBoundingClientRect().top < bottom)?.dataset["seq"] ?? 0);
}

export function returnTo(pane: HTMLElement, place: Place): boolean {
  if (place === "end") {
    toEnd(pane);
    return true;
  }
  const row = pane.querySelector<HTMLElement>(`[data-seq="${place.seq}"]`);
  if (row === null) return false;
  pane.scrollTop += row.getBoundingClientRect().top - pane.getBoundingClientRect().top - place.offset;
  return true;
}
