// Stands between the tabs of one browser: one of them leads, and only the leader sends from the outbox.
// Refuses to know what is sent. Where the browser has no locks, each tab leads itself.

export interface Tabs<T> {
  readonly leading: boolean;
  tell(message: T): void;
  close(): void;
}

export interface TabsOptions<T> {
  name: string;
  onLead: () => void;
  onMessage: (message: T) => void;
}

export function joinTabs<T>(options: TabsOptions<T>): Tabs<T> {
  const locks = typeof navigator === "undefined" ? undefined : (navigator.locks as LockManager | undefined);
  let channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(options.name);
  const end = new AbortController();
  let leading = false;
  let release: () => void = () => {};
  if (channel !== undefined) channel.onmessage = (message: MessageEvent) => options.onMessage(message.data as T);
  const lead = (): void => {
    leading = true;
    options.onLead();
  };
  if (locks === undefined || channel === undefined) queueMicrotask(lead);
  else {
    locks
      .request(options.name, { signal: end.signal }, () => {
        lead();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      })
      .catch(() => {}); // given up before it was our turn
  }
  return {
    get leading() {
      return leading;
    },
    tell: (message) => channel?.postMessage(message),
    close: () => {
      leading = false;
      end.abort();
      release();
      channel?.close();
      channel = undefined; // what is still under way is told to nobody
    },
  };
}
