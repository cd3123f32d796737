import { addressOf } from './address';
import { Store } from './store';

/** False while the server does not answer. */
export const connected = new Store(true);

const pause = 1500;
/** Where only a part of the platform does not answer, it is said to be back no more often than this, after a few times. */
const longestPause = 6000;
/** Who fails again so soon after the platform was back did not get through to the part that is still missing. */
const soon = 10_000;

let probing = false;
let nextPause = pause;
let backAt = -Infinity;

/** Records that a request got no answer, and polls until the server is back. */
export function noteUnreachable(): void {
  connected.set(false);
  if (!probing) {
    probing = true;
    nextPause = Date.now() - backAt < soon ? Math.min(2 * nextPause, longestPause) : pause;
    setTimeout(() => void probe(), nextPause);
  }
}

async function probe(): Promise<void> {
  const answered = await fetch(addressOf('/api/health', {}), { cache: 'no-store' }).then(
    response => response.ok,
    () => false,
  );
  if (answered) {
    probing = false;
    backAt = Date.now();
    connected.set(true);
  } else {
    setTimeout(() => void probe(), pause);
  }
}

/** The status codes of proxies whose server is unavailable. */
export function isUnreachable(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}
