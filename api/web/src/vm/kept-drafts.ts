// Stands between the drafts of this page and the device: sealed as the outbox is, a moment after they are written, and there again in the next page
// of the same person until they sign out. The newest writing counts, in whichever tab. Refuses to hold up whoever writes, and to send anything.
import { DraftRows, eraseOld, rowsWith, type DraftRow } from "../core/draft-rows";
import { systemClock, type Clock } from "../core/clock";
import type { Outbox, Row } from "../core/outbox";
import { SealedRows } from "../core/sealed-rows";
import { drafts, dropDrafts, ears, putDraft, type Draft } from "./drafts";

/** What is lost at most when a machine loses its power, or a browser dies. */
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
  /** Sealed, or empty, and not on the device yet. */
  private readonly ready = new Map<string, DraftRow>();
  private readonly sealing = new Set<Promise<void>>();
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
    this.prepare(key);
  };

  /** Sealed as soon as it is written, so that whenever the page goes nothing is left to wait for. */
  private prepare(id: string): void {
    const version = versions.get(id);
    if (this.disk === undefined || version === undefined) return;
    const { at_ms, json } = version;
    if (json === "") return this.soon({ id, at_ms });
    const sealing = this.disk.seal({ id, at_ms, json }).then(({ row, fits }) => {
      if (versions.get(id)?.at_ms !== at_ms) return; // there is a newer one already
      this.without_room[fits ? "delete" : "add"](id);
      this.soon(row);
    }).catch(() => { this.refused = true; }).finally(() => this.sealing.delete(sealing));
    this.sealing.add(sealing);
  }

  private soon(row: DraftRow): void {
    this.ready.set(row.id, row);
    this.timer ??= this.clock.after(WRITE_AFTER_MS, () => void this.write());
  }

  /** At once. */
  async write(): Promise<void> {
    if (this.timer !== undefined) this.clock.cancel(this.timer);
    this.timer = undefined;
    const rows = [...this.ready.values()];
    if (this.disk === undefined || rows.length === 0) return;
    this.ready.clear();
    try {
      await this.disk.write(rows);
      this.refused = false;
      this.tell(rows);
    } catch {
      this.refused = true; // it stays in this page, and goes with the next
      this.back(rows);
    }
  }

  /** And what is just being sealed. */
  async flush(): Promise<void> {
    await Promise.all([this.write(), ...this.sealing]);
    await this.write();
  }

  private back(rows: readonly DraftRow[]): void {
    for (const row of rows) if (versions.get(row.id)?.at_ms === row.at_ms) this.ready.set(row.id, row);
  }

  /** What is no draft any more goes with the row that sends it, in one step: the device has one of them at any time. */
  private leaving(): readonly DraftRow[] {
    const gone = [...this.ready.values()].filter(({ sealed }) => sealed === undefined);
    for (const { id } of gone) this.ready.delete(id);
    return gone;
  }

  private left(gone: readonly DraftRow[], kept: boolean): void {
    if (kept) return this.tell(gone);
    this.back(gone);
    this.timer ??= this.clock.after(WRITE_AFTER_MS, () => void this.write());
  }

  private tell(some: readonly DraftRow[]): void {
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
        this.ready.delete(id);
        if (json !== "" || drafts.has(id)) putDraft(id, json === "" ? undefined : (JSON.parse(json) as Draft), true);
      }
      if (ids === undefined) for (const [id, { at_ms, json }] of versions) if ((held.get(id) ?? (json === "" ? at_ms : 0)) < at_ms) this.prepare(id);
    } catch {
      // what is here stays
    }
  }

  private forget(): void {
    erased = true;
    this.stopped = true;
    this.ready.clear();
    versions.clear();
    dropDrafts();
  }

  private async close(): Promise<void> {
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
  const leave = (): void => void kept?.flush();
  // the first leaves more time, the second is certain
  addEventListener("beforeunload", (event) => {
    leave();
    if (kept?.loose) event.preventDefault(); // the browser asks
  });
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); else void kept?.read(); });
}
