// Stands between the width of the window and the page's outline: on a phone one pane at a time carries the landmark and the heading.
// Refuses to style: widths in CSS stay in CSS.
class Narrow {
  now = $state(false);

  constructor() {
    const query = globalThis.matchMedia?.("(max-width: 759px)");
    if (query === undefined) return;
    this.now = query.matches;
    query.addEventListener("change", () => { this.now = query.matches; });
  }
}

export const narrow = new Narrow();
