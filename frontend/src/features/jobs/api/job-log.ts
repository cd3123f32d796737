import { useEffect, useState, useSyncExternalStore } from 'react';
import { addressOf } from '../../../lib/address';
import { followEvents } from '../../../lib/event-stream';
import { LogBuffer } from '../../../lib/log-buffer';

/** One attempt's log, growing while it is written. */
export function useJobLog(jobId: string, attempt: number): LogBuffer {
  const query = { follow: true, progress: true, attempt };
  const address = addressOf('/api/jobs/{id}/logs', { path: { id: jobId }, query });
  const [log, setLog] = useState(() => ({ address, buffer: new LogBuffer() }));
  if (log.address !== address) {
    setLog({ address, buffer: new LogBuffer() });
  }
  const { buffer } = log;
  useEffect(() => {
    const ending = new AbortController();
    buffer.clear();
    void followEvents(address, {
      signal: ending.signal,
      onEvents: events => {
        const lines = events.filter(event => event.event === 'message').map(event => event.data);
        if (lines.length > 0) {
          buffer.append(lines);
        }
        // An incomplete line is shown until it, or another, is complete.
        const latest = events.at(-1);
        if (latest?.event === 'progress') {
          buffer.setProgress(latest.data);
        }
        const ended = events.some(event => event.event === 'end');
        if (ended) {
          buffer.end();
        }
        return ended;
      },
    });
    return () => ending.abort();
  }, [address, buffer]);
  useSyncExternalStore(buffer.subscribe, buffer.version);
  return buffer;
}
