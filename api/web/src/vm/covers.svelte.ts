// Stands for the coverages by which the person here covers for somebody now: what opens doors on the page. Refuses to fetch them.
import type { Coverage } from "../core/wire";

class Covers {
  now = $state.raw<readonly Coverage[]>([]);
}

export const covers = new Covers();
