import { addressOf } from './address';
import { Store } from './store';

/** False while the server does not answer. */
export const connected = new Store(true);

const pause = 1500;
let probing = false;

/** Records that a request got no answer, and polls until the server is back. */
export function noteUnreachable(): void {
  connected.set(false);
  if (!probing) {
    probing = true;
    setTimeout(() => void probe(), pause);
  }
}

async function probe(): Promise<void> {
  const answered = await fetch(addressOf('/api/health', {}), { cache: 'no-store' }).then(
    response => response.ok,
    () => false,
  );
  if (answered) {
    probing = false;
    connected.set(true);
  } else {
    setTimeout(() => void probe(), pause);
  }
}

/** The status codes of proxies whose server is unavailable. */
export function isUnreachable(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}
