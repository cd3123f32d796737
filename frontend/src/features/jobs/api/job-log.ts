import { useEffect, useState, useSyncExternalStore } from 'react';
import { followEvents } from '../../../lib/event-stream';
import { LogBuffer } from '../../../lib/log-buffer';

/** One attempt's log, growing while it is written. */
export function useJobLog(jobId: string, attempt: number): LogBuffer {
  const [buffer, setBuffer] = useState(() => new LogBuffer());
  useEffect(() => {
    const ending = new AbortController();
    const fresh = new LogBuffer();
    setBuffer(fresh);
    void followEvents(`/api/jobs/${jobId}/logs?follow=true&progress=true&attempt=${attempt}`, {
      signal: ending.signal,
      onEvents: events => {
        const lines = events.filter(event => event.event === 'message').map(event => event.data);
        if (lines.length > 0) {
          fresh.append(lines);
        }
        // A line on its way is shown until it, or another, is complete.
        const latest = events.at(-1);
        if (latest?.event === 'progress') {
          fresh.setProgress(latest.data);
        }
        const ended = events.some(event => event.event === 'end');
        if (ended) {
          fresh.end();
        }
        return ended;
      },
    });
    return () => ending.abort();
  }, [jobId, attempt]);
  useSyncExternalStore(buffer.subscribe, buffer.version);
  return buffer;
}
