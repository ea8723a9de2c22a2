// Stands between the drafts of this page and the device: sealed as the outbox is, a moment after they are written, and there again in the next page
// of the same person until they sign out. The newest writing counts, in whichever tab. Refuses to hold up whoever writes, and to send anything.
import { DraftRows, eraseOld, rowsWith, type Written } from "../core/draft-rows";
import { systemClock, type Clock } from "../core/clock";
import type { Outbox, Row } from "../core/outbox";
import { SealedRows } from "../core/sealed-rows";
import { drafts, dropDrafts, ears, putDraft, type Draft } from "./drafts";

/** What is lost at most when a machine loses its power. */
export const WRITE_AFTER_MS = 300;

interface Version {
  at_ms: number;
  /** "": gone. */
  json: string;
}

/** What this page last knew of each, and of whom it is. */
const versions = new Map<string, Version>();
let owner = "";
/** Somebody signed out in another tab: then nothing of it stays here either. */
let erased = false;
let kept: KeptDrafts | undefined;

export class KeptDrafts {
  private readonly dirty = new Set<string>();
  private readonly without_room = new Set<string>();
  private readonly disk: DraftRows | undefined;
  private readonly channel: BroadcastChannel | undefined;
  private timer: number | undefined;
  private stopped = false;
  /** The device does not take it. */
  private refused = false;

  constructor(outbox: Pick<Outbox, "options">, person_id: string, private readonly clock: Clock = systemClock) {
    const { rows } = outbox.options;
    if (rows instanceof SealedRows) {
      this.disk = new DraftRows(rows, () => this.clock.now());
      this.channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(`corridor-drafts-${person_id}`);
      if (this.channel) this.channel.onmessage = ({ data }: MessageEvent<string[]>) => void this.read(data);
      rows.database.addEventListener("versionchange", (event) => { if (event.newVersion === null) this.forget(); });
      outbox.options.rows = rowsWith<Row>(rows, this.disk, { leaving: () => this.leaving(), left: (gone, kept) => this.left(gone, kept), closing: () => this.close() });
    }
    ears.add(this.hear);
    for (const [key, draft] of drafts) this.hear(key, draft, false);
  }

  /** Whether a draft is in this page only. */
  get loose(): boolean {
    return drafts.size > 0 && (this.disk === undefined || this.refused || [...this.without_room].some((id) => drafts.has(id)));
  }

  private readonly hear: Parameters<typeof ears.add>[0] = (key, draft, elsewhere) => {
    if (elsewhere) return;
    const json = draft === undefined ? "" : JSON.stringify(draft);
    const was = versions.get(key);
    if (json === (was?.json ?? "")) return;
    versions.set(key, { at_ms: Math.max(this.clock.now(), (was?.at_ms ?? 0) + 1), json });
    this.soon(key);
  };

  private soon(key: string): void {
    if (this.disk === undefined) return;
    this.dirty.add(key);
    this.timer ??= this.clock.after(WRITE_AFTER_MS, () => void this.flush());
  }

  /** At once: the page may be gone in a moment. */
  async flush(): Promise<void> {
    if (this.timer !== undefined) this.clock.cancel(this.timer);
    this.timer = undefined;
    const some = this.written();
    if (this.disk === undefined || some.length === 0) return;
    this.dirty.clear();
    try {
      const none = await this.disk.put(some);
      this.refused = false;
      for (const { id } of some) this.without_room[none.includes(id) ? "add" : "delete"](id);
      this.tell(some);
    } catch {
      this.refused = true; // it stays in this page, and goes with the next
      for (const { id } of some) this.dirty.add(id);
    }
  }

  private written(): Written[] {
    return [...this.dirty].flatMap((id) => { const version = versions.get(id); return version ? [{ id, ...version }] : []; });
  }

  /** What is no draft any more goes with the row that sends it, in one step: the device has one of them at any time. */
  private leaving(): readonly Written[] {
    const gone = this.written().filter(({ json }) => json === "");
    for (const { id } of gone) this.dirty.delete(id);
    return gone;
  }

  private left(gone: readonly Written[], kept: boolean): void {
    if (kept) this.tell(gone);
    else for (const { id } of gone) this.soon(id);
  }

  private tell(some: readonly Written[]): void {
    if (!this.stopped && some.length > 0) this.channel?.postMessage(some.map(({ id }) => id));
  }

  /** What is newer on the device than here, and the other way round. `ids`: which others have written. */
  async read(ids?: readonly string[]): Promise<void> {
    try {
      const found = await this.disk?.all(ids);
      if (found === undefined || this.stopped) return;
      const held = new Map(found.map((one) => [one.id, one.at_ms]));
      for (const { id, at_ms, json } of found) {
        if (at_ms <= (versions.get(id)?.at_ms ?? 0)) continue;
        versions.set(id, { at_ms, json });
        this.dirty.delete(id);
        if (json !== "" || drafts.has(id)) putDraft(id, json === "" ? undefined : (JSON.parse(json) as Draft), true);
      }
      if (ids === undefined) for (const [id, { at_ms, json }] of versions) if ((held.get(id) ?? (json === "" ? at_ms : 0)) < at_ms) this.soon(id);
    } catch {
      // what is here stays
    }
  }

  private forget(): void {
    erased = true;
    this.stopped = true;
    this.dirty.clear();
    versions.clear();
    dropDrafts();
  }

  async close(): Promise<void> {
    ears.delete(this.hear);
    await this.flush();
    if (this.timer !== undefined) this.clock.cancel(this.timer);
    this.stopped = true;
    this.channel?.close();
  }
}

export function keepDrafts(outbox: Outbox, person_id: string): void {
  if (erased || owner !== person_id) versions.clear();
  if (erased) dropDrafts();
  erased = false;
  owner = person_id;
  kept = new KeptDrafts(outbox, person_id);
  void kept.read().then(() => eraseOld(`corridor-outbox-${person_id}`)).catch(() => {});
}

if (typeof window !== "undefined") {
  // the first leaves more time, the second is certain
  addEventListener("beforeunload", (event) => {
    void kept?.flush();
    if (kept?.loose) event.preventDefault(); // the browser asks
  });
  addEventListener("pagehide", () => void kept?.flush());
  document.addEventListener("visibilitychange", () => void (document.visibilityState === "hidden" ? kept?.flush() : kept?.read()));
}
