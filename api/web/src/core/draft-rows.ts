// Stands beside the outbox's rows, in the same database and under the same key: what was begun and not sent, one row each, as it was last
// written. The newest writing counts, whoever comes last; what was sent or cleared leaves an empty row, so that no tab brings it back.
// Refuses to know what a draft says, and to keep it for long.
import { answered, done } from "./database";
import type { Rows, SealedRows } from "./sealed-rows";

/** More than anybody has begun at once. What is begun beyond stays in the page. */
export const DRAFTS_MAX = 40;
/** Of one, sealed: the longest text that can be sent, and what stands beside it. */
export const DRAFT_BYTES_MAX = 160 * 1024;
/** Since it was last written. */
export const DRAFT_AGE_MAX_MS = 24 * 3_600_000;
/** Of empty rows. */
export const GONE_MAX = 200;

/** `json` "": it is gone. */
export interface Written {
  id: string;
  at_ms: number;
  json: string;
}

interface DraftRow {
  id: string;
  at_ms: number;
  iv?: Uint8Array<ArrayBuffer>;
  sealed?: ArrayBuffer;
}

/** Bound in beside the id: a row of the outbox is no draft. */
const nameOf = (id: string): string => `draft ${id}`;

export class DraftRows {
  private readonly known = new Set<string>();

  constructor(private readonly rows: SealedRows<unknown>, private readonly now: () => number = Date.now) {}

  /** As they are kept; what is too old, or sealed under a key that is gone, leaves. `ids`: only these. */
  async all(ids?: readonly string[]): Promise<Written[]> {
    const store = this.store("readonly");
    const found = await answered<DraftRow[]>(store.getAll());
    const written: Written[] = [];
    const bad: string[] = [];
    for (const { id, at_ms, iv, sealed } of found) {
      if (ids !== undefined && !ids.includes(id)) continue;
      if (this.old(at_ms)) bad.push(id);
      else if (iv === undefined || sealed === undefined) written.push({ id, at_ms, json: "" });
      else {
        try {
          written.push({ id, at_ms, json: (await this.rows.seal.open(nameOf(id), iv, sealed)) as string });
          this.known.add(id);
        } catch {
          bad.push(id);
        }
      }
    }
    if (bad.length > 0) await this.erase(bad);
    return written;
  }

  /** Answers those that have no room. What was written later stays as it is. */
  async put(some: readonly Written[]): Promise<string[]> {
    const without_room: string[] = [];
    const rows = await Promise.all(some.filter(({ at_ms }) => !this.old(at_ms)).map(async ({ id, at_ms, json }): Promise<DraftRow> => {
      if (json === "") return { id, at_ms };
      const sealed = await this.rows.seal.seal(nameOf(id), json);
      if (sealed.sealed.byteLength <= DRAFT_BYTES_MAX) return { id, at_ms, ...sealed };
      without_room.push(id);
      return { id, at_ms }; // an earlier version of it is not what was written
    }));
    const store = this.store("readwrite");
    for (const row of rows) putNewer(store, row);
    if (rows.some((row) => row.sealed === undefined || !this.known.has(row.id))) bound(store);
    await done(store.transaction);
    for (const row of rows) if (row.sealed !== undefined) this.known.add(row.id);
    return without_room;
  }

  /** A row of the outbox, and with it, in one step, what is sent by it is no draft any more. */
  async putMessage(id: string, value: unknown, gone: readonly Written[]): Promise<void> {
    const row = { id, ...(await this.rows.seal.seal(id, value)) };
    const transaction = this.rows.database.transaction(["rows", "drafts"], "readwrite");
    transaction.objectStore("rows").put(row);
    for (const one of gone) putNewer(transaction.objectStore("drafts"), { id: one.id, at_ms: one.at_ms });
    await done(transaction);
  }

  private async erase(ids: readonly string[]): Promise<void> {
    const store = this.store("readwrite");
    for (const id of ids) store.delete(id);
    await done(store.transaction);
  }

  private old(at_ms: number): boolean {
    return this.now() - at_ms > DRAFT_AGE_MAX_MS;
  }

  private store(mode: IDBTransactionMode): IDBObjectStore {
    return this.rows.database.transaction("drafts", mode).objectStore("drafts");
  }
}

function putNewer(store: IDBObjectStore, row: DraftRow): void {
  const request = store.get(row.id) as IDBRequest<DraftRow | undefined>;
  request.onsuccess = () => {
    if ((request.result?.at_ms ?? 0) < row.at_ms) store.put(row);
  };
}

/** The newest stay. */
function bound(store: IDBObjectStore): void {
  const request = store.getAll() as IDBRequest<DraftRow[]>;
  request.onsuccess = () => {
    const newest = request.result.sort((a, b) => b.at_ms - a.at_ms);
    const over = [...newest.filter(({ sealed }) => sealed).slice(DRAFTS_MAX), ...newest.filter(({ sealed }) => !sealed).slice(GONE_MAX)];
    for (const { id } of over) store.delete(id);
  };
}

export interface Around {
  /** What goes with the row that begins to be written. */
  leaving(): readonly Written[];
  left(gone: readonly Written[], kept: boolean): void;
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
        await drafts.putMessage(id, value, gone);
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
      for (const { id, at_ms } of await answered<DraftRow[]>(store.getAll())) if (now_ms - at_ms > DRAFT_AGE_MAX_MS) store.delete(id);
      await done(store.transaction);
    } finally {
      database.close();
    }
  }
}
