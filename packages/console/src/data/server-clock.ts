import { createStore, type Store } from './store.ts';

const TICK_MS = 1000;
/** Below this the `Date` header's whole seconds and the way there hide any real difference. */
const SKEW_NOTICED_MS = 2000;

/** The server's time as far as its answers tell: ages on screen stay right where this machine's clock is off. */
export interface ServerClock {
  /** Epoch milliseconds, renewed each second while somebody watches. */
  readonly now: Store<number>;
  readonly skewMs: Store<number>;
  /** Learns from the `Date` header of an answer. */
  observe(dateHeader: string | null): void;
}

export function createServerClock(localNow: () => number): ServerClock {
  const skewMs = createStore(0);
  const now = createStore(localNow());
  let watchers = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => now.set(localNow() + skewMs.get());
  return {
    skewMs,
    now: {
      get: now.get,
      set: now.set,
      subscribe: (listener) => {
        const leave = now.subscribe(listener);
        watchers += 1;
        if (watchers === 1) timer = setInterval(tick, TICK_MS);
        return () => {
          leave();
          watchers -= 1;
          if (watchers === 0) clearInterval(timer);
        };
      },
    },
    observe: (dateHeader) => {
      const serverMs = Date.parse(dateHeader ?? '');
      if (Number.isNaN(serverMs)) return;
      const seen = serverMs - localNow();
      const next = Math.abs(seen) < SKEW_NOTICED_MS ? 0 : seen;
      if (Math.abs(next - skewMs.get()) < SKEW_NOTICED_MS && next !== 0) return;
      skewMs.set(next);
      tick();
    },
  };
}
