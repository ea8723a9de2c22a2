// Stands before somebody leaves a screen with words that are not saved: by another address, by Back, by closing the page.
// Refuses to know what is not saved, and to decide: it asks.

/** `ask` gets what to do if they leave all the same. Answers how to end it. */
export function guardLeaving(dirty: () => boolean, ask: (leave: () => void) => void): () => void {
  const here = location.href;
  const closing = (event: BeforeUnloadEvent): void => { if (dirty()) event.preventDefault(); };
  // comes before `hashchange`: who shows places by that finds the address as it was
  const going = (): void => {
    if (location.href === here || !dirty()) return;
    const { hash } = location;
    history.pushState(null, "", here);
    ask(() => { location.hash = hash; });
  };
  addEventListener("beforeunload", closing);
  addEventListener("popstate", going);
  return () => {
    removeEventListener("beforeunload", closing);
    removeEventListener("popstate", going);
  };
}
