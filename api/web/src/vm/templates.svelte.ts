// Stands between the templates on the node and whoever uses or keeps them: fetched when they are wanted, and again after a change.
// Refuses to keep them for whoever comes next on this device.
import { Refusal } from "../core/http";
import type { Template } from "../core/wire-guard";
import { session } from "./session.svelte";

class Templates {
  list = $state.raw<readonly Template[]>([]);
  state = $state<"loading" | "ready" | "failed">("loading");
  private of = "";
  private turn = 0;

  /** What is there is shown meanwhile. */
  async load(): Promise<void> {
    const me = session.me?.person.id ?? "";
    if (me !== this.of) [this.of, this.list, this.state] = [me, [], "loading"];
    else if (this.state === "failed") this.state = "loading";
    const turn = (this.turn += 1);
    try {
      const { templates } = await session.http.ask<{ templates: Template[] }>("/v1/templates");
      if (turn !== this.turn) return;
      this.list = templates;
      this.state = "ready";
    } catch {
      if (turn === this.turn && this.state !== "ready") this.state = "failed";
    }
  }

  /** Another one, or that one anew. */
  async save(template: { id?: string | undefined; name: string; body: string; shared: boolean }, command_id: string): Promise<void> {
    const { id, ...body } = template;
    await session.http.ask(id === undefined ? "/v1/templates" : `/v1/templates/${id}`, { method: id === undefined ? "POST" : "PUT", body, command_id }).catch(unlessDone("nothing_to_do"));
    await this.load();
  }

  async remove(id: string, command_id: string): Promise<void> {
    await session.http.ask(`/v1/templates/${id}`, { method: "DELETE", command_id }).catch(unlessDone("not_found"));
    await this.load();
  }
}

/** It is so already. */
const unlessDone = (code: string) => (error: unknown): void => { if (!(error instanceof Refusal && error.code === code)) throw error; };

export const templates = new Templates();
