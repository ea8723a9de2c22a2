// Stands beside the outbox's rows, in the same database and under the same key: what was begun and not sent, each version as it was written. The
// newest counts, whoever comes last; what was sent or cleared leaves an empty one, so that no tab brings it back. Whatever is sealed already can be
// written without waiting for anything: the page may be gone in a moment. Refuses to know what a draft says, and to keep it for long.
import { answered, done } from "./database";
import type { Rows, SealedRows } from "./sealed-rows";

/** More than anybody has begun at once. What is begun beyond stays in the page. */
export const DRAFTS_MAX = 40;
/** Of one, sealed: the longest text that can be sent, and what stands beside it. */
export const DRAFT_BYTES_MAX = 160 * 1024;
/** Since it was last written. */
export const DRAFT_AGE_MAX_MS = 24 * 3_600_000;
/** Of empty ones. */
export const GONE_MAX = 200;

/** `json` "": it is gone. */
export interface Written {
  id: string;
  at_ms: number;
  json: string;
}

/** Without what is sealed: it is gone. */
export interface DraftRow {
  id: string;
  at_ms: number;
  iv?: Uint8Array<ArrayBuffer>;
  sealed?: ArrayBuffer;
}

/** Bound in: a row of the outbox is no draft, and an older version no newer one. */
const nameOf = ({ id, at_ms }: DraftRow): string => `draft ${id} ${at_ms}`;

export class DraftRows {
  private readonly known = new Set<string>();

  constructor(private readonly rows: SealedRows<unknown>, private readonly now: () => number = Date.now) {}

  /** The newest of each. What is too old, or sealed under a key that is gone, leaves. `ids`: only these. */
  async all(ids?: readonly string[]): Promise<Written[]> {
    const newest = new Map<string, DraftRow>();
    const bad: DraftRow[] = [];
    for (const row of await answered<DraftRow[]>(this.store("readonly").getAll())) {
      const held = newest.get(row.id);
      if (this.old(row)) bad.push(row);
      else if (held === undefined || held.at_ms < row.at_ms) newest.set(row.id, row);
    }
    const written: Written[] = [];
    for (const row of newest.values()) {
      if (ids !== undefined && !ids.includes(row.id)) continue;
      try {
        const json = row.iv && row.sealed ? ((await this.rows.seal.open(nameOf(row), row.iv, row.sealed)) as string) : "";
        written.push({ id: row.id, at_ms: row.at_ms, json });
        this.known.add(row.id);
      } catch {
        bad.push(row);
      }
    }
    if (bad.length > 0) {
      const store = this.store("readwrite");
      for (const { id, at_ms } of bad) store.delete([id, at_ms]);
      await done(store.transaction);
    }
    return written;
  }

  /** `fits` false: there is no room for it, and what was there before is not what was written. */
  async seal({ id, at_ms, json }: Written): Promise<{ row: DraftRow; fits: boolean }> {
    const sealed = await this.rows.seal.seal(nameOf({ id, at_ms }), json);
    const fits = sealed.sealed.byteLength <= DRAFT_BYTES_MAX;
    return { row: fits ? { id, at_ms, ...sealed } : { id, at_ms }, fits };
  }

  /** Asked for at once, without a look before. */
  async write(rows: readonly DraftRow[]): Promise<void> {
    const store = this.store("readwrite");
    for (const row of rows) if (!this.old(row)) put(store, row);
    store.transaction.commit?.();
    await done(store.transaction);
    if (rows.every(({ id, sealed }) => sealed && this.known.has(id))) return;
    for (const { id } of rows) this.known.add(id);
    await this.bound();
  }

  /** A row of the outbox, and with it, in one step, what is sent by it is no draft any more. */
  async writeMessage(id: string, value: unknown, gone: readonly DraftRow[]): Promise<void> {
    const row = { id, ...(await this.rows.seal.seal(id, value)) };
    const transaction = this.rows.database.transaction(["rows", "drafts"], "readwrite");
    transaction.objectStore("rows").put(row);
    for (const one of gone) put(transaction.objectStore("drafts"), one);
    transaction.commit?.();
    await done(transaction);
  }

  /** The newest stay. */
  private async bound(): Promise<void> {
    const store = this.store("readwrite");
    const newest = (await answered<DraftRow[]>(store.getAll())).sort((a, b) => b.at_ms - a.at_ms);
    for (const { id, at_ms } of [...newest.filter(({ sealed }) => sealed).slice(DRAFTS_MAX), ...newest.filter(({ sealed }) => !sealed).slice(GONE_MAX)]) store.delete([id, at_ms]);
    await done(store.transaction);
  }

  private old({ at_ms }: DraftRow): boolean {
    return this.now() - at_ms > DRAFT_AGE_MAX_MS;
  }

  private store(mode: IDBTransactionMode): IDBObjectStore {
    return this.rows.database.transaction("drafts", mode).objectStore("drafts");
  }
}

/** In the place of all that was written before, and beside what was written later. */
function put(store: IDBObjectStore, row: DraftRow): void {
  store.put(row);
  store.delete(IDBKeyRange.bound([row.id], [row.id, row.at_ms], false, true));
}

export interface Around {
  /** What goes with the row that begins to be written. */
  leaving(): readonly DraftRow[];
  left(gone: readonly DraftRow[], kept: boolean): void;
  closing(): Promise<void>;
}

/** The outbox's rows, which take along what is sent by them. */
export function rowsWith<T>(rows: SealedRows<T>, drafts: DraftRows, around: Around): Rows<T> {
  return {
    durable: true,
    all: () => rows.all(),
    remove: (id) => rows.remove(id),
    put: async (id, value) => {
      const gone = around.leaving();
      let kept = false;
      try {
        await drafts.writeMessage(id, value, gone);
        kept = true;
      } finally {
        around.left(gone, kept);
      }
    },
    close: () => void around.closing().finally(() => rows.close()),
  };
}

/** Whoever was here before and did not come back: theirs are not kept for longer either. */
export async function eraseOld(own: string, now_ms = Date.now()): Promise<void> {
  for (const { name = "" } of (await indexedDB.databases?.()) ?? []) {
    if (!name.startsWith("corridor-outbox-") || name === own) continue;
    const database = await answered<IDBDatabase>(indexedDB.open(name));
    try {
      if (!database.objectStoreNames.contains("drafts")) continue;
      const store = database.transaction("drafts", "readwrite").objectStore("drafts");
      for (const { id, at_ms } of await answered<DraftRow[]>(store.getAll())) if (now_ms - at_ms > DRAFT_AGE_MAX_MS) store.delete([id, at_ms]);
      await done(store.transaction);
    } finally {
      database.close();
    }
  }
}
