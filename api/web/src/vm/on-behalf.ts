// Stands between a reply in another one's name and the node: named first, so that it can be shown, then sent once with the token that came.
// Refuses the outbox: a token lives two minutes, and nothing may go in another one's name that nobody has just looked at.
import { outcomeIsOpen, Refusal, type Http } from "../core/http";
import { commandId } from "../core/ids";
import type { Author, OnBehalfConfirmed, SendMessage } from "../core/wire";

/** What a refusal leaves to be done: show it once more, ask the same again, or go back to the text. */
export type Next = "show_again" | "try_again" | "go_back";

export function nextAfter(error: unknown): Next {
  if (!(error instanceof Refusal)) return "go_back";
  if (error.code === "confirm_first") return "show_again";
  return outcomeIsOpen(error.problem) ? "try_again" : "go_back";
}

export class ReplyFor {
  private confirmed: OnBehalfConfirmed | undefined;
  private send_id = commandId();

  constructor(
    private readonly http: Pick<Http, "ask">,
    private readonly conversation_id: string,
    private readonly principal: Author,
    readonly message: SendMessage,
  ) {}

  /** How it will be signed. Each time it is asked for anew, with a token of its own. */
  async confirm(): Promise<OnBehalfConfirmed> {
    const body = { ...this.message, person_id: this.principal.id };
    this.confirmed = await this.http.ask<OnBehalfConfirmed>(this.path("on-behalf"), { method: "POST", body, command_id: commandId() });
    this.send_id = commandId();
    return this.confirmed;
  }

  /** In doubt it is asked again with the same id, and is the same message. */
  async send(): Promise<void> {
    if (this.confirmed === undefined) throw new Refusal({ status: 409, code: "confirm_first" });
    const body: SendMessage = { ...this.message, on_behalf: { person_id: this.principal.id, token: this.confirmed.token } };
    await this.http.ask(this.path("messages"), { method: "POST", body, command_id: this.send_id });
  }

  private path(what: string): string {
    return `/v1/conversations/${this.conversation_id}/${what}`;
  }
}
