import { useEffect } from 'react';
import { Store, useStore } from './store';

const now = new Store(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The current time, updated once a second from one clock for the whole page. */
export function useNow(): number {
  useEffect(() => {
    watchers++;
    timer ??= setInterval(() => now.set(Date.now()), 1000);
    return () => {
      watchers--;
      if (watchers === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, []);
  return useStore(now);
}
