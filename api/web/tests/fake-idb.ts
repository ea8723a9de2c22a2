// Stands in for the browser's IndexedDB, with as much of it as the client asks for: transactions that are kept whole or not at all, in their order.
// Refuses to keep anything when it is told to have no room.
type Store = Map<string, unknown>;

/** A turn of its own, as the browser gives one to the end of a transaction. */
declare const setImmediate: (run: () => void) => void;

interface Held {
  version: number;
  stores: Map<string, { rows: Store; key_path: string | string[] | undefined }>;
  open: Set<FakeDatabase>;
}

export class FakeIndexedDb {
  readonly held = new Map<string, Held>();
  /** Nothing more can be put. */
  full = false;
  /** Called after each transaction that was kept. */
  onkept: () => void = () => {};

  open(name: string, version?: number): IDBOpenDBRequest {
    const request = new FakeRequest();
    queueMicrotask(() => {
      const held = this.held.get(name) ?? { version: 0, stores: new Map(), open: new Set() };
      this.held.set(name, held);
      const database = new FakeDatabase(this, held);
      held.open.add(database);
      request.result = database;
      const before = held.version;
      held.version = version ?? Math.max(1, before);
      if (held.version > before) request.onupgradeneeded?.();
      request.onsuccess?.();
    });
    return request as unknown as IDBOpenDBRequest;
  }

  deleteDatabase(name: string): IDBOpenDBRequest {
    const request = new FakeRequest();
    queueMicrotask(() => {
      for (const database of this.held.get(name)?.open ?? []) database.changing(null);
      this.held.delete(name);
      request.onsuccess?.();
    });
    return request as unknown as IDBOpenDBRequest;
  }

  databases(): Promise<{ name: string }[]> {
    return Promise.resolve([...this.held.keys()].map((name) => ({ name })));
  }

  /** What is in a store, as it is. */
  rows(name: string, store: string): Record<string, unknown>[] {
    return [...(this.held.get(name)?.stores.get(store)?.rows.values() ?? [])] as Record<string, unknown>[];
  }
}

const nameOf = (key: unknown): string => [key].flat().join(" ");
const keyOf = (row: unknown, path: string | string[] | undefined): unknown => (Array.isArray(path) ? path.map((one) => (row as Record<string, unknown>)[one]) : (row as Record<string, unknown>)[path ?? ""]);

/** Of keys of a name and a number: those of that name below that number. */
export class FakeRange {
  constructor(private readonly name: string, private readonly below: number) {}
  static bound(_from: unknown, [name, below]: [string, number]): FakeRange { return new FakeRange(name, below); }
  has(key: unknown): boolean { const [name, number] = key as [string, number]; return name === this.name && number < this.below; }
}

class FakeRequest {
  result: unknown;
  error: unknown = null;
  onsuccess: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onupgradeneeded: (() => void) | null = null;
}

class FakeDatabase extends EventTarget {
  onversionchange: (() => void) | null = null;
  private closed = false;

  constructor(private readonly all: FakeIndexedDb, private readonly held: Held) { super(); }

  get objectStoreNames(): { contains: (name: string) => boolean } { return { contains: (name) => this.held.stores.has(name) }; }
  createObjectStore(name: string, { keyPath }: { keyPath?: string | string[] } = {}): void { this.held.stores.set(name, { rows: new Map(), key_path: keyPath }); }
  close(): void { this.closed = true; this.held.open.delete(this); }

  changing(newVersion: number | null): void {
    this.dispatchEvent(Object.assign(new Event("versionchange"), { newVersion }));
    this.onversionchange?.();
  }

  transaction(names: string | string[], _mode?: string): FakeTransaction {
    if (this.closed) throw new DOMException("closed", "InvalidStateError");
    return new FakeTransaction(this.all, new Map([names].flat().map((name) => [name, this.held.stores.get(name) ?? { rows: new Map(), key_path: "id" }])));
  }
}

class FakeTransaction {
  oncomplete: (() => void) | null = null;
  onabort: (() => void) | null = null;
  onerror: (() => void) | null = null;
  error: unknown = null;
  private pending = 0;
  private ended = false;
  private readonly before: Map<string, Store>;

  constructor(private readonly all: FakeIndexedDb, private readonly stores: Map<string, { rows: Store; key_path: string | string[] | undefined }>) {
    this.before = new Map([...stores].map(([name, { rows }]) => [name, new Map(rows)]));
    this.settle();
  }

  /** It is asked for nothing more, and waits for nobody. */
  commit(): void {}

  objectStore(name: string): unknown {
    const { rows, key_path } = this.stores.get(name) as { rows: Store; key_path: string | string[] | undefined };
    return {
      transaction: this,
      get: (key: unknown) => this.ask(() => rows.get(nameOf(key))),
      getAll: () => this.ask(() => [...rows.values()]),
      delete: (key: unknown) => this.ask(() => {
        if (!(key instanceof FakeRange)) rows.delete(nameOf(key));
        else for (const [name, row] of rows) if (key.has(keyOf(row, key_path))) rows.delete(name);
      }),
      put: (value: unknown, key?: string) => this.ask(() => {
        if (this.all.full) throw new DOMException("no room", "QuotaExceededError");
        rows.set(nameOf(key ?? keyOf(value, key_path)), value);
      }),
    };
  }

  private ask(run: () => unknown): FakeRequest {
    const request = new FakeRequest();
    this.pending += 1;
    queueMicrotask(() => {
      if (this.ended) return;
      try {
        request.result = run();
        request.onsuccess?.();
      } catch (error) {
        this.ended = true;
        this.error = request.error = error;
        for (const [name, rows] of this.before) {
          const store = this.stores.get(name)?.rows;
          store?.clear();
          for (const [key, value] of rows) store?.set(key, value);
        }
        request.onerror?.();
        this.onabort?.();
      }
      this.pending -= 1;
      this.settle();
    });
    return request;
  }

  /** Complete in a turn in which nothing more is asked of it. */
  private settle(): void {
    setImmediate(() => {
      if (this.ended || this.pending > 0) return;
      this.ended = true;
      this.all.onkept();
      this.oncomplete?.();
    });
  }
}
