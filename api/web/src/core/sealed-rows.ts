// Stands under the outbox and under the drafts: rows in IndexedDB, each sealed with AES-GCM under a key that cannot leave the browser.
// Refuses to know what a row says. When the browser offers no such store, the rows live in memory and the caller is told.
import { answered, done, eraseDatabase, openDatabase } from "./database";

export interface Rows<T> {
  /** False: the rows are lost when the page closes. */
  readonly durable: boolean;
  all(): Promise<{ id: string; value: T }[]>;
  put(id: string, value: T): Promise<void>;
  remove(id: string): Promise<void>;
  close(): void;
}

interface SealedRow {
  id: string;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

export class MemoryRows<T> implements Rows<T> {
  readonly durable = false;
  private readonly rows = new Map<string, T>();

  all(): Promise<{ id: string; value: T }[]> {
    return Promise.resolve([...this.rows].map(([id, value]) => ({ id, value })));
  }

  put(id: string, value: T): Promise<void> {
    this.rows.set(id, value);
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.rows.delete(id);
    return Promise.resolve();
  }

  close(): void {}
}

export class Seal {
  constructor(private readonly key: CryptoKey) {}

  static newKey(): Promise<CryptoKey> {
    return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  /** The row's id is bound in: a sealed text cannot be moved to another row. */
  async seal(id: string, value: unknown): Promise<{ iv: Uint8Array<ArrayBuffer>; sealed: ArrayBuffer }> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(id) }, this.key, plain);
    return { iv, sealed };
  }

  async open(id: string, iv: Uint8Array<ArrayBuffer>, sealed: ArrayBuffer): Promise<unknown> {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(id) }, this.key, sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  }
}

export class SealedRows<T> implements Rows<T> {
  readonly durable = true;

  constructor(readonly database: IDBDatabase, readonly seal: Seal) {}

  async all(): Promise<{ id: string; value: T }[]> {
    const rows = await answered<SealedRow[]>(this.store("readonly").getAll());
    const opened: { id: string; value: T }[] = [];
    for (const row of rows) {
      try {
        opened.push({ id: row.id, value: (await this.seal.open(row.id, row.iv, row.sealed)) as T });
      } catch {
        await this.remove(row.id); // sealed under a key that is gone: nobody can read it any more
      }
    }
    return opened;
  }

  async put(id: string, value: T): Promise<void> {
    const row: SealedRow = { id, ...(await this.seal.seal(id, value)) };
    const store = this.store("readwrite");
    store.put(row);
    await done(store.transaction);
  }

  async remove(id: string): Promise<void> {
    const store = this.store("readwrite");
    store.delete(id);
    await done(store.transaction);
  }

  close(): void {
    this.database.close();
  }

  private store(mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction("rows", mode).objectStore("rows");
  }
}

const nameOf = (person_id: string): string => `corridor-outbox-${person_id}`;

export async function openRows<T>(person_id: string): Promise<Rows<T>> {
  try {
    if (typeof indexedDB === "undefined" || globalThis.crypto?.subtle === undefined) return new MemoryRows<T>();
    const database = await openDatabase(nameOf(person_id), (opened) => {
      // of an earlier version: what waits in it stays
      const add = (store: string, options?: IDBObjectStoreParameters): void => { if (!opened.objectStoreNames.contains(store)) opened.createObjectStore(store, options); };
      add("keys");
      add("rows", { keyPath: "id" });
      add("drafts", { keyPath: ["id", "at_ms"] });
    });
    const held = await answered<CryptoKey | undefined>(database.transaction("keys").objectStore("keys").get("outbox"));
    const key = held ?? (await keepFirst(database, await Seal.newKey()));
    return new SealedRows<T>(database, new Seal(key));
  } catch {
    return new MemoryRows<T>();
  }
}

/** Another tab may have been first: then its key counts. */
async function keepFirst(database: IDBDatabase, made: CryptoKey): Promise<CryptoKey> {
  const store = database.transaction("keys", "readwrite").objectStore("keys");
  const held = await answered<CryptoKey | undefined>(store.get("outbox"));
  if (held === undefined) store.put(made, "outbox");
  await done(store.transaction);
  return held ?? made;
}

/** Sign-out: nothing of this person stays on the device. */
export async function eraseRows(person_id: string): Promise<void> {
  if (typeof indexedDB === "undefined") return;
  try {
    await eraseDatabase(nameOf(person_id));
  } catch {
    // private mode or blocked: the browser drops it by itself
  }
}
