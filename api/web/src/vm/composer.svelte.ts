// Stands behind the box: the text, who will see it, how urgent it is, by when it must be read, whom it mentions, and whether it is an edit.
// Refuses to send by itself when a question is open: changed audience, changed patient, a time that has passed.
import { mentionsIn, type Candidate } from "../core/mentions";
import type { Message } from "../core/timeline";
import type { Audience, Priority, SendMessage } from "../core/wire";
import { draftOf, ears, keepDraft, keyOf, type Draft } from "./drafts";
import { session } from "./session.svelte";
import type { ThreadView } from "./thread.svelte";

export const LENGTH_MAX = 65_536;
const TYPING_EVERY_MS = 3000;

const boxes = new Set<Composer>();

// in whose box nobody writes just now: they write in another tab, or the device has it from before
ears.add((key, draft, elsewhere) => { for (const box of boxes) if (elsewhere && key === keyOf(box.view.id, box.thread)) box.arrive(draft); });

/** Words that were on their way go back to where they were written: the box that is open for it has them at once. */
export function putBack(conversation_id: string, thread: number | undefined, draft: Draft): void {
  keepDraft(conversation_id, thread, draft);
  for (const box of boxes) if (box.view.id === conversation_id && box.thread === thread) box.take(draft);
}

/** Other words are there, those of a message that is being edited too: whatever was put back would take their place. */
export function isTaken(conversation_id: string, thread: number | undefined): boolean {
  return draftOf(conversation_id, thread) !== undefined || [...boxes].some((box) => box.view.id === conversation_id && box.thread === thread && box.full);
}

export class Composer {
  text = $state("");
  audience = $state<Audience>("everyone");
  /** Written for the patient in another one's name: it is shown before it goes, and never waits in the outbox. */
  behalf = $state(false);
  priority = $state<Priority>("routine");
  chosen = $state.raw<Candidate[]>([]);
  /** By when the patient must have read it. */
  read_by_ms = $state<number>();
  /** That is being asked. */
  timing = $state(false);
  /** What templates have left to be filled in: `{…}`. */
  fields = $state.raw<readonly string[]>([]);
  /** It was to be sent with such a one. */
  unfilled = $state(0);
  /** It was begun when it could not reach the patient. */
  waits = $state(false);
  editing = $state.raw<Message | undefined>(undefined);
  saving = $state(false);
  problem = $state("");
  /** Why an edit was not saved, the last time. */
  refused = $state.raw<unknown>();
  private typed_at_ms = 0;
  /** What there was when one began to write: whatever came later may not have been looked at. 0: nothing was begun. */
  private seen_seq = 0;
  /** What goes back into the box then. */
  before_edit: { text: string; chosen: Candidate[] } | undefined;

  constructor(readonly view: ThreadView, readonly thread: number | undefined) {
    const draft = draftOf(view.id, thread);
    if (draft !== undefined) this.take(draft);
  }

  /** It is on the screen, until what this answers is called. */
  open(): () => void {
    boxes.add(this);
    return () => { boxes.delete(this); this.keep(); this.pause(); };
  }

  /** What was begun, or comes back. */
  take({ text, audience, behalf, priority, chosen, read_by_ms, fields = [], waits = false }: Draft): void {
    this.text = text;
    this.waits = waits;
    this.seen_seq = this.held();
    this.audience = audience;
    this.behalf = behalf;
    this.priority = priority;
    this.chosen = chosen;
    this.read_by_ms = read_by_ms;
    this.fields = fields;
  }

  /** It is another one now, or none. An edit stays what it is. */
  arrive(draft: Draft | undefined): void {
    const { text, chosen, audience, behalf } = this;
    this.take(draft ?? { text: "", audience, behalf, priority: "routine", chosen: [] });
    if (this.editing === undefined) return;
    this.before_edit = { text: this.text, chosen: this.chosen };
    this.text = text;
    this.chosen = chosen;
  }

  get full(): boolean {
    return this.editing !== undefined || this.text !== "";
  }

  /** What is still to be filled in. Nothing is sent with it. */
  get left(): readonly string[] {
    return this.fields.filter((field) => this.text.includes(field));
  }

  get size(): number {
    return new TextEncoder().encode(this.text).length;
  }

  typed(): void {
    this.keep();
    if (this.editing !== undefined) return;
    if (this.text === "") {
      this.seen_seq = 0;
      return this.pause();
    }
    this.seen_seq ||= this.held();
    if (Date.now() - this.typed_at_ms < TYPING_EVERY_MS) return;
    // a note's author must not look to others as if an answer were coming
    if (!this.behalf && this.audience === "team" && this.view.conversation?.kind === "patient") return;
    this.typed_at_ms = Date.now();
    this.tell(true);
  }

  keep(): void {
    if (this.editing !== undefined) return;
    keepDraft(this.view.id, this.thread, { text: this.text, audience: this.audience, behalf: this.behalf, priority: this.priority, chosen: this.chosen, read_by_ms: this.read_by_ms, fields: this.fields, waits: this.waits || undefined });
  }

  async send(): Promise<void> {
    const body = this.text.trim();
    if (body === "" || this.size > LENGTH_MAX) return;
    if (this.behalf || this.editing !== undefined) return;
    const message = this.message(body);
    if (message.read_by_ms !== undefined && message.read_by_ms <= Date.now()) {
      this.timing = true;
      return;
    }
    const seen_seq = this.seen_seq || this.held();
    const to_patient = message.audience === "everyone" && message.check_patient && this.view.conversation?.kind === "patient";
    this.sent();
    await session.send(this.view.id, to_patient && seen_seq > 0 ? { ...message, seen_seq } : message);
  }

  /** Asked for by the staff where words about a patient can be in the wrong place. */
  check(): { check_patient?: true } {
    const { patient, channel } = this.view.conversation ?? {};
    return session.me?.person.kind === "staff" && (patient || channel?.phi_allowed === false) ? { check_patient: true } : {};
  }

  /** What would go now. */
  message(body: string): SendMessage {
    return {
      body,
      audience: this.behalf ? "everyone" : this.audience,
      priority: this.priority,
      mentions: mentionsIn(body, this.chosen),
      ...this.check(),
      ...(this.thread === undefined ? {} : { reply_to: this.thread }),
      ...(this.read_by_ms !== undefined && this.audience === "everyone" && !this.behalf ? { read_by_ms: this.read_by_ms } : {}),
    };
  }

  /** It is on its way: the box is empty for the next one. */
  sent(): void {
    this.text = "";
    this.chosen = [];
    this.priority = "routine";
    this.read_by_ms = undefined;
    this.fields = [];
    this.waits = false;
    this.seen_seq = 0;
    this.keep();
    this.view.clearNew();
    this.pause();
  }

  /** Others need not wait until they hear nothing more. */
  private pause(): void {
    if (this.typed_at_ms > 0) this.tell(false);
    this.typed_at_ms = 0;
  }

  private tell(active: boolean): void {
    session.sync?.transport.send({ type: "typing", conversation_id: this.view.id, active });
  }

  private held(): number {
    return session.store.timelines.get(this.view.id)?.last_held ?? 0;
  }
}
