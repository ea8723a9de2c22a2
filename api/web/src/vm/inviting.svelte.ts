// Stands between whoever invites somebody and the node: one code at a time, asked for again under the same id until there is an answer.
// Refuses to keep a code: it goes with what shows it.
import { outcomeIsOpen, Refusal } from "../core/http";
import { commandId } from "../core/ids";
import { sentenceOf } from "../core/problems";
import type { Invitation } from "../core/wire-people";
import { invite as words } from "../../locales/en-staff-invite";
import { session } from "./session.svelte";

export class Inviting {
  given = $state.raw<Invitation>();
  busy = $state(false);
  problem = $state("");
  private command_id = commandId();

  constructor(private readonly person_id: string) {}

  /** Whether there is a new one. */
  async go(): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = "";
    try {
      const given = await session.http.ask<Invitation>(`/v1/people/${this.person_id}/invitation`, { method: "POST", body: {}, command_id: this.command_id });
      this.command_id = commandId(); // the next one is another one
      // a retry came after somebody had used it
      if (given.expires_at_ms === 0) throw new Refusal({ status: 409, code: "nothing_to_do" });
      this.given = given;
      return true;
    } catch (error) {
      if (!(error instanceof Refusal && outcomeIsOpen(error.problem))) this.command_id = commandId();
      this.problem = why(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

function why(error: unknown): string {
  if (!(error instanceof Refusal)) return sentenceOf(error);
  const { status, code, retry_after_ms } = error.problem;
  if (status === 429 && retry_after_ms !== undefined) return words.throttled(Math.max(1, Math.ceil(retry_after_ms / 1000)));
  return words.problems[code] ?? sentenceOf(error);
}
