// Stands between whoever wants a message to be seen and the pane that shows its conversation. Refuses to load it: it is here by then.
export interface Goal {
  id: string;
  seq: number;
  /** It was seen: from now on the reader decides. */
  done?: boolean;
}

class Aim {
  now = $state.raw<Goal>();
}

export const aim = new Aim();
