// Stands between the clinic's settings on the node and whoever shows them: as they stand, after a break and after every change as well.
// Refuses to set them, and to keep them for whoever comes next on this device.
import type { Author, ConversationKind, Policies, Settings, SettingsPage } from "../core/wire";
import type { Safeguards } from "../core/wire-restriction";
import type { Sync } from "../core/sync";
import { session } from "./session.svelte";

class Clinic {
  /** Undefined until they were told. */
  settings = $state.raw<Settings>();
  /** Against words that reach the wrong reader. */
  safeguards = $state.raw<Safeguards>();
  /** What may be done with words that were written. */
  policies = $state.raw<Policies>();
  reachable = $state.raw<readonly Author[]>([]);
  /** Where a patient's chart is, for the staff: `{mrn}` stands for the number. */
  chart_url = $state("");
  private sync: Sync | undefined;
  private turn = 0;

  /** Listens from now on. Safe to call again and again. */
  follow(): void {
    const { sync } = session;
    if (sync === undefined || sync === this.sync) return;
    this.sync = sync;
    this.settings = this.safeguards = this.policies = undefined;
    this.reachable = [];
    this.chart_url = "";
    const look = (): void => void this.look().catch(() => {});
    sync.onSettings = look;
    sync.onLink((link) => { if (link.state === "live") look(); });
    look();
  }

  /** Nothing new is said there: the clinic has switched it off. */
  off(kind: ConversationKind): boolean {
    return this.settings !== undefined && !this.settings[kind === "patient" ? "patients" : "team"];
  }

  /** As they stand now, for a question that hangs on them. What was known before stays until the answer is there, and if there is none. */
  renew(): void {
    if (this.sync === session.sync) void this.look().catch(() => {});
    else this.follow();
  }

  async look(): Promise<void> {
    const turn = (this.turn += 1);
    const { sync } = this;
    const page = await session.http.ask<SettingsPage>("/v1/settings");
    if (turn !== this.turn || sync !== this.sync) return;
    this.settings = page.settings;
    this.safeguards = page.safeguards;
    this.policies = page.policies;
    this.reachable = page.reachable ?? [];
    this.chart_url = page.chart_url ?? "";
  }
}

export const clinic = new Clinic();
export const look = (): void => clinic.follow();
