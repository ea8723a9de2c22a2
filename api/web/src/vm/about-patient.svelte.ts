// Stands between the node and what is told of a patient beside a conversation: care team, sites, who acts for them, their other conversations,
// the rooms beside this one. Refuses to ask without a reason, for the node records each look: when it is shown, and after a break.
import { query } from "../core/http";
import type { Conversation, ConversationPatient, Person } from "../core/wire";
import type { CareRoom, PatientPage } from "../core/wire-people";
import { People } from "./directory.svelte";
import { meant, type Found } from "./patient-link";
import { session } from "./session.svelte";
import { Look, todo } from "./tasks.svelte";

export class AboutPatient {
  readonly page: Look<PatientPage>;
  /** Who works here, for the names of the care team. */
  readonly people = new People();
  private readonly here: Look<Conversation>;
  private readonly others: Look<{ conversations: Conversation[] }>;

  constructor(private readonly conversation_id: string, private readonly patient: ConversationPatient) {
    // nothing but a change of what one may read concerns them
    const about = `about ${patient.id}`;
    this.page = new Look(`/v1/patients/${patient.id}`, about);
    this.here = new Look(`/v1/conversations/${conversation_id}`, about);
    // by the record number no other patient's words are looked at
    this.others = new Look(query("/v1/conversations", { scope: "organization", q: patient.mrn }), about);
  }

  /** It is on the screen, until what this answers is called. */
  show(): () => void {
    const stops = [todo.show(this.page), todo.show(this.here), todo.show(this.others)];
    this.people.begin();
    return () => { this.people.stop(); for (const stop of stops) stop(); };
  }

  get rooms(): readonly CareRoom[] {
    return this.here.held?.care_rooms ?? [];
  }

  get conversations(): Found {
    const { open, past } = meant({ patient_id: this.patient.id }, session.conversations, this.others.held?.conversations ?? []);
    const without = (some: readonly Conversation[]): Conversation[] => some.filter(({ id }) => id !== this.conversation_id);
    return { open: without(open), past: without(past) };
  }

  /** By name as far as they are known; `members`: whom the conversation itself tells. */
  team(members: readonly Person[]): readonly Person[] {
    const ids = this.page.held?.patient.patient?.care_team ?? [];
    return ids.flatMap((id) => this.people.held.find((one) => one.id === id) ?? members.find((one) => one.id === id) ?? []);
  }

  /** Of whom not even the name is known. */
  unnamed(members: readonly Person[]): number {
    return (this.page.held?.patient.patient?.care_team ?? []).length - this.team(members).length;
  }
}
