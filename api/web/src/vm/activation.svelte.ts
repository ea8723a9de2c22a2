// Stands between the page for who signs in for the first time and the node: who is signed in here already, and a code that becomes an account.
// Refuses to keep the code and the password, and to begin a session beside somebody else's.
import { Refusal } from "../core/http";
import type { Row } from "../core/outbox";
import { eraseRows, openRows } from "../core/sealed-rows";
import type { Me } from "../core/wire";
import { dropDrafts } from "./drafts";
import { session } from "./session.svelte";

const PLACE = "#/activate/";

export class Activation {
  /** Who is signed in in this browser. */
  here = $state.raw<Me>();
  /** Written by them on this device, and not sent. */
  unsent = $state(0);
  looking = $state(true);
  private known = false;

  /** `letIn`: the door that sign-in has as well. */
  constructor(private readonly letIn: (path: string, said: object) => Promise<void>) {}

  async look(): Promise<void> {
    this.looking = true;
    try {
      this.here = await session.http.ask<Me>("/v1/me", { tries: 1 });
      this.unsent = await unsentOf(this.here.person.id);
      this.known = true;
    } catch (error) {
      this.known = error instanceof Refusal && error.problem.status === 401;
    } finally {
      this.looking = false;
    }
  }

  /** Everything of theirs leaves the device, as when they sign out by themselves. */
  async leave(): Promise<void> {
    if (this.here === undefined) return;
    try {
      await session.http.ask("/v1/session", { method: "DELETE", tries: 2 });
    } catch (error) {
      if (!(error instanceof Refusal && error.problem.status === 401)) throw error;
    }
    await eraseRows(this.here.person.id);
    dropDrafts();
    this.here = undefined;
  }

  /** They go on where they were. */
  stay(): Promise<void> {
    forgetAddress();
    return session.begin();
  }

  /** Signed in, unless somebody else is: then it says who. */
  async open(code: string, login: string, password: string): Promise<void> {
    if (!this.known) {
      await this.look();
      if (!this.known) throw new Refusal({ status: 0, code: "unreachable" });
    }
    if (this.here !== undefined) return;
    await this.letIn("/v1/activate", { code, login, password });
    if (session.phase !== "signed_out") forgetAddress(); // else the page where they belong is on its way
  }
}

/** Out of what was typed or pasted: the code alone, in groups, or the whole link. */
export function codeIn(typed: string): string {
  const bare = typed.replace(/\s+/g, "").toLowerCase();
  const at = bare.indexOf(PLACE);
  return at === -1 ? bare : bare.slice(at + PLACE.length);
}

function forgetAddress(): void {
  history.replaceState(null, "", location.pathname + location.search);
}

async function unsentOf(id: string): Promise<number> {
  const rows = await openRows<Row>(id);
  const all = await rows.all();
  rows.close();
  return all.filter(({ value }) => value.state !== "accepted").length;
}
