// Stands between whom a link names and what is opened for them: looks where this person may look, once, and for nobody else.
// Refuses to tell a patient who does not exist from one whom this person may not see, and to know how the answer looks.
import { query, Refusal } from "../core/http";
import type { Conversation, ConversationPatient, Person } from "../core/wire";
import { fits, meant, names, OPEN_PATH, type Found, type PatientLink } from "./patient-link";
import { hrefOf, router, type Section } from "./route.svelte";
import { session } from "./session.svelte";

const PATIENTS_MAX = 500;
const NONE: Found = { open: [], past: [] };

export class Opening {
  state = $state<"looking" | "choose" | "new" | "unknown" | "failed">("looking");
  found = $state.raw<Found>(NONE);
  /** As far as they are known. */
  person = $state.raw<Person>();
  failure: unknown;
  private turn = 0;

  /** `may_begin`: a conversation with a patient. `queue`: has a queue, where what is not one's own stands. */
  constructor(private readonly link: PatientLink, private readonly may: { begin: boolean; queue: boolean }, known?: Person) {
    this.person = known;
  }

  async look(): Promise<void> {
    const turn = (this.turn += 1);
    this.state = "looking";
    try {
      const named = names(this.link) && session.me?.person.kind === "staff";
      const found = named ? await this.find() : NONE;
      if (turn !== this.turn) return;
      const [first, second] = found.open;
      if (first !== undefined && second === undefined) return this.open(first);
      this.found = found;
      const shown = first ?? found.past[0];
      if (shown?.patient) this.person ??= personOf(shown.patient);
      if (shown === undefined && named && this.may.begin) this.person ??= await this.look_up();
      if (turn !== this.turn) return;
      this.state = shown !== undefined ? "choose" : this.person !== undefined && this.may.begin ? "new" : "unknown";
      this.arrive();
    } catch (error) {
      if (turn !== this.turn) return;
      this.failure = error;
      this.state = "failed";
    }
  }

  open(conversation: Conversation): void {
    this.turn += 1;
    this.arrive(!conversation.my.member && this.may.queue ? "queue" : "inbox", conversation.id);
  }

  begin(): void {
    this.state = "new";
  }

  /** The link has done its work: the way back does not lead to it, and no number stays in the address. */
  arrive(section: Section = "inbox", id?: string): void {
    if (location.pathname === OPEN_PATH) history.replaceState(null, "", `/${hrefOf(section, id)}`);
    else if (id === undefined) return; // whoever is in the client already stays where they are
    router.go(section, id);
  }

  /** One's own, and by the record number those that one may read on other grounds: asked for so, no other patient's words are looked at. */
  private async find(): Promise<Found> {
    const own = session.conversations;
    const mrn = this.link.mrn ?? this.person?.patient?.mrn ?? own.find((one) => fits(one.patient, this.link))?.patient?.mrn ?? (await this.mrn());
    if (mrn === undefined) return meant(this.link, own);
    const { conversations } = await session.http.ask<{ conversations: Conversation[] }>(query("/v1/conversations", { scope: "organization", q: mrn }));
    return meant(this.link, own, conversations);
  }

  /** Of somebody with whom one has nothing oneself: from the newest of their conversations that one may read. */
  private async mrn(): Promise<string | undefined> {
    const { items } = await asked<{ items: { conversation_id: string }[] }>(query(`/v1/patients/${this.link.patient_id}/timeline`, { limit: 1 }), { items: [] });
    const id = items[0]?.conversation_id;
    return id === undefined ? undefined : (await asked<Partial<Conversation>>(`/v1/conversations/${id}`, {})).patient?.mrn;
  }

  /** The node finds patients by what they are called, not by their id. */
  private async look_up(): Promise<Person | undefined> {
    const { patients } = await asked<{ patients: Person[] }>(query("/v1/patients", { q: this.link.mrn, limit: PATIENTS_MAX }), { patients: [] });
    return patients.find((one) => fits({ id: one.id, mrn: one.patient?.mrn ?? "" }, this.link));
  }
}

/** What one may not see is not there. */
async function asked<T>(path: string, nothing: T): Promise<T> {
  try {
    return await session.http.ask<T>(path);
  } catch (error) {
    if (error instanceof Refusal && (error.problem.status === 403 || error.problem.status === 404)) return nothing;
    throw error;
  }
}

function personOf({ id, name, mrn, birth_date, state }: ConversationPatient): Person {
  return { id, kind: "patient", name, state: state as NonNullable<Person["state"]>, patient: { mrn, birth_date, care_team: [] } };
}
