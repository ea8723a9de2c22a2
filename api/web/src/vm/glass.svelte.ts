// Stands between somebody who must read in an emergency and a conversation that they cannot read: asks the node, knows until when it is open, and
// looks again when that time has come. Refuses to keep it beyond this page, and to decide: the node does, each time.
import { systemClock, type Timer } from "../core/clock";
import { isOver } from "../core/http";
import type { GlassBroken } from "../core/wire-people";
import { session } from "./session.svelte";

/** As the node has them. */
export const REASON_BYTES_MIN = 10;
export const REASON_BYTES_MAX = 500;
export const MINUTES = [15, 30, 60, 120, 240, 480] as const;
const AGAIN_MS = 5000;

export function reasonFault(reason: string): "short" | "long" | undefined {
  const size = new TextEncoder().encode(reason.trim()).length;
  return size < REASON_BYTES_MIN ? "short" : size > REASON_BYTES_MAX ? "long" : undefined;
}

class Glass {
  /** Timers, by conversation. */
  private readonly watched = new Map<string, Timer>();

  async break(conversation_id: string, reason: string, minutes: number, command_id: string): Promise<number> {
    const { expires_at_ms } = await session.http.ask<GlassBroken>("/v1/break-glass", { method: "POST", body: { conversation_id, reason: reason.trim(), minutes }, command_id });
    const timer = this.watched.get(conversation_id);
    if (timer !== undefined) systemClock.cancel(timer);
    this.watched.delete(conversation_id);
    this.watch(conversation_id, minutes * 60_000); // not until then: this device's clock may be another one
    return expires_at_ms;
  }

  watch(conversation_id: string, in_ms: number): void {
    if (!this.watched.has(conversation_id)) this.watched.set(conversation_id, systemClock.after(Math.max(0, in_ms), () => void this.look(conversation_id)));
  }

  /** No event tells that the time is over. */
  private async look(conversation_id: string): Promise<void> {
    const { sync } = session;
    this.watched.delete(conversation_id);
    if (sync === undefined || !session.store.conversations.has(conversation_id)) return;
    const again = (): void => this.watch(conversation_id, AGAIN_MS);
    try {
      const held = await sync.fetchConversation(conversation_id);
      if (held.my.basis === "break_glass") again();
    } catch (error) {
      if (isOver(error)) sync.lose({ conversation_id });
      else again();
    }
  }
}

export const glass = new Glass();
