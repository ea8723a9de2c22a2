// Stands behind the box: the text, who will see it, how urgent it is, whom it mentions, and whether it is an edit.
// Refuses to send by itself when a question is open: changed audience, changed patient.
import { mentionsIn, type Candidate } from "../core/mentions";
import { sentenceOf } from "../core/problems";
import type { Message } from "../core/timeline";
import type { Audience, Priority, SendMessage } from "../core/wire";
import { draftOf, keepDraft, type Draft } from "./drafts";
import { session } from "./session.svelte";
import type { ThreadView } from "./thread.svelte";

export const LENGTH_MAX = 65_536;
const TYPING_EVERY_MS = 3000;

const boxes = new Set<Composer>();

/** Words that were on their way go back to where they were written: the box that is open for it has them at once. */
export function putBack(conversation_id: string, thread: number | undefined, draft: Draft): void {
  keepDraft(conversation_id, thread, draft);
  for (const box of boxes) if (box.view.id === conversation_id && box.thread === thread) box.take(draft);
}

export class Composer {
  text = $state("");
  audience = $state<Audience>("everyone");
  /** Written for the patient in another one's name: it is shown before it goes, and never waits in the outbox. */
  behalf = $state(false);
  priority = $state<Priority>("routine");
  chosen = $state.raw<Candidate[]>([]);
  editing = $state.raw<Message | undefined>(undefined);
  saving = $state(false);
  problem = $state("");
  private typed_at_ms = 0;
  private before_edit: { text: string; chosen: Candidate[] } | undefined;

  constructor(readonly view: ThreadView, readonly thread: number | undefined) {
    const draft = draftOf(view.id, thread);
    if (draft !== undefined) this.take(draft);
  }

  /** It is on the screen, until what this answers is called. */
  open(): () => void {
    boxes.add(this);
    return () => { boxes.delete(this); this.keep(); };
  }

  /** What was begun, or comes back. */
  take({ text, audience, behalf, priority, chosen }: Draft): void {
    this.text = text;
    this.audience = audience;
    this.behalf = behalf;
    this.priority = priority;
    this.chosen = chosen;
  }

  get size(): number {
    return new TextEncoder().encode(this.text).length;
  }

  typed(): void {
    this.keep();
    const now = Date.now();
    if (this.editing !== undefined || this.text === "" || now - this.typed_at_ms < TYPING_EVERY_MS) return;
    // a note's author must not look to the patient as if an answer were coming
    if (this.audience === "team" && this.view.conversation?.kind === "patient") return;
    this.typed_at_ms = now;
    session.sync?.transport.send({ type: "typing", conversation_id: this.view.id, active: true });
  }

  keep(): void {
    if (this.editing !== undefined) return;
    keepDraft(this.view.id, this.thread, { text: this.text, audience: this.audience, behalf: this.behalf, priority: this.priority, chosen: this.chosen });
  }

  edit(message: Message, names: readonly Candidate[]): void {
    if (this.editing === undefined) this.before_edit = { text: this.text, chosen: this.chosen };
    this.editing = message;
    this.text = message.body;
    this.chosen = names.filter((name) => message.body.includes(`@${name.name}`));
    this.problem = "";
  }

  cancelEdit(): void {
    this.editing = undefined;
    this.text = this.before_edit?.text ?? "";
    this.chosen = this.before_edit?.chosen ?? [];
    this.before_edit = undefined;
    this.problem = "";
  }

  async send(): Promise<void> {
    const body = this.text.trim();
    if (body === "" || this.size > LENGTH_MAX) return;
    if (this.editing !== undefined) return this.saveEdit(body);
    if (this.behalf) return;
    const message = this.message(body);
    this.sent();
    await session.send(this.view.id, message);
  }

  /** What would go now. */
  message(body: string): SendMessage {
    return {
      body,
      audience: this.behalf ? "everyone" : this.audience,
      priority: this.priority,
      mentions: mentionsIn(body, this.chosen),
      ...(this.thread === undefined ? {} : { reply_to: this.thread }),
    };
  }

  /** It is on its way: the box is empty for the next one. */
  sent(): void {
    this.text = "";
    this.chosen = [];
    this.priority = "routine";
    this.typed_at_ms = 0;
    this.keep();
    this.view.clearNew();
    session.sync?.transport.send({ type: "typing", conversation_id: this.view.id, active: false });
  }

  private async saveEdit(body: string): Promise<void> {
    const message = this.editing;
    if (message === undefined || this.saving) return;
    if (body === message.body) return this.cancelEdit();
    this.saving = true;
    this.problem = "";
    try {
      await session.sync?.commands.run({ type: "edit_message", conversation_id: this.view.id, seq: message.seq, body, mentions: mentionsIn(body, this.chosen) });
      this.cancelEdit();
    } catch (error) {
      this.problem = sentenceOf(error);
    } finally {
      this.saving = false;
    }
  }
}
