// Stands between a patient's chart on the node and whoever shows or fills it: what is pinned there while it is shown, and a new pin.
// Refuses to ask without a reason, for the node records each look: when it is shown, after a break, and for a pin that is not there yet.
import { query } from "../core/http";
import { namesakesOf, queriesFor } from "../core/pins";
import type { Person } from "../core/wire";
import type { CreatePin, Pin, PinCreated, PinList } from "../core/wire-pins";
import { session } from "./session.svelte";
import { Look, todo } from "./tasks.svelte";

const PATIENTS_COUNT_MAX = 200;
const newsOf = (patient_id: string): string => `pins ${patient_id}`;

export class Chart {
  readonly look: Look<PinList>;
  /** Those beyond what is asked for at first. They are never others, nor fewer, so what was told stays. */
  private told = $state.raw<readonly Pin[]>([]);
  private next = $state<PinList["next_before"]>();
  older_state = $state<"idle" | "loading" | "failed">("idle");
  /** For which it was asked: once each. */
  private readonly heard = new Set<string>();

  constructor(private readonly conversation_id: string, private readonly patient_id: string) {
    this.look = new Look(`/v1/conversations/${conversation_id}/pins`, newsOf(patient_id));
  }

  /** The last first, each once. Nothing where the node shows nothing any more. */
  get pins(): readonly Pin[] {
    const { held } = this.look;
    if (held === undefined) return [];
    const first = new Set(held.pins.map(({ id }) => id));
    return [...held.pins, ...this.told.filter(({ id }) => !first.has(id))];
  }

  /** Where older ones can be asked for. */
  get before(): PinList["next_before"] {
    const { held } = this.look;
    if (held === undefined || !held.more) return undefined;
    return this.told.length > 0 ? this.next : held.next_before;
  }

  async older(): Promise<void> {
    const { before } = this;
    if (before === undefined || before === null || this.older_state === "loading") return;
    this.older_state = "loading";
    try {
      const page = await session.http.ask<PinList>(query(`/v1/conversations/${this.conversation_id}/pins`, { before }));
      // a new pin may have pushed others out of what is asked for at first
      const known = this.pins;
      this.told = [...known, ...page.pins.filter(({ id }) => known.every((one) => one.id !== id))];
      this.next = page.more ? page.next_before : undefined;
      this.older_state = "idle";
    } catch {
      this.older_state = "failed";
    }
  }

  /** It is on the screen, until what this answers is called. */
  show(): () => void {
    const leave = todo.show(this.look);
    const stop = session.store.subscribe(({ conversations }) => this.hear(conversations));
    return () => { stop(); leave(); };
  }

  /** What conversations that are open here tell of this chart. */
  hear(conversations: Iterable<string> = session.store.timelines.keys()): void {
    const held = this.look.held;
    if (held === undefined) return;
    for (const id of conversations) {
      for (const item of session.store.timelines.get(id)?.list() ?? []) {
        if (item.kind !== "line" || item.event.type !== "pinned" || item.event.patient?.id !== this.patient_id) continue;
        const { pin_id } = item.event;
        const known = this.heard.has(pin_id) || held.pins.some((pin) => pin.id === pin_id);
        this.heard.add(pin_id);
        // where there are more than are listed, what is older than those is among them
        if (!known && !(held.more && item.at_ms < (held.pins.at(-1)?.at_ms ?? 0))) void todo.changed(newsOf(this.patient_id));
      }
    }
  }
}

export async function createPin(conversation_id: string, pin: CreatePin, command_id: string): Promise<void> {
  await session.http.ask<PinCreated>(`/v1/conversations/${conversation_id}/pins`, { method: "POST", body: pin, command_id });
  void todo.changed(newsOf(pin.patient_id));
}

export async function findPatients(words: string, limit = 20): Promise<Person[]> {
  // nothing is looked up for nothing
  return words === "" ? [] : (await session.http.ask<{ patients: Person[] }>(query("/v1/patients", { q: words, limit }))).patients;
}

/** Who is easily taken for this patient. Not `all` where an answer is as long as it may be: there may be more. */
export async function namesakes(patient: { id: string; name: string }): Promise<{ found: Person[]; all: boolean }> {
  const answers = await Promise.all(queriesFor(patient.name).map((words) => findPatients(words, PATIENTS_COUNT_MAX)));
  return { found: namesakesOf(patient, answers.flat()), all: answers.every(({ length }) => length < PATIENTS_COUNT_MAX) };
}
