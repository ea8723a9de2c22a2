// Stands between the browser's request objects and promises: the four things the outbox asks of IndexedDB, and no more.
// Refuses to know what is stored.

export function answered<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error ?? new Error("the browser's store refused"));
  });
}

/** Resolves when the change is kept, not when it was asked for. */
export function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("the browser's store gave up"));
  });
}

export async function openDatabase(name: string, make: (database: IDBDatabase) => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 2);
  request.onupgradeneeded = () => make(request.result);
  const database = await answered<IDBDatabase>(request);
  database.onversionchange = () => database.close(); // another tab signs out: do not stand in its way
  return database;
}

export async function eraseDatabase(name: string): Promise<void> {
  await answered(indexedDB.deleteDatabase(name));
}
