import { isUnreachable, noteUnreachable } from './connection';
import { EventParser, type StreamEvent } from './event-parser';
import { pause } from './pause';
import { authorization, refuseSession, session } from './session';

interface Following {
  signal: AbortSignal;
  /** Called with all events of one piece of the stream; return true once the stream has ended. */
  onEvents: (events: StreamEvent[]) => boolean;
}

const firstPause = 500;
const longestPause = 5000;

/**
 * Follows a stream of server-sent events until it ends, is refused for good or the signal is raised; reconnects at the
 * last id.
 * Not EventSource, which cannot send the session's token.
 */
export async function followEvents(address: string, following: Following): Promise<void> {
  const { signal } = following;
  let lastId: string | null = null;
  let rest = firstPause;
  while (!signal.aborted) {
    try {
      const { token } = session.get();
      const headers: Record<string, string> = { accept: 'text/event-stream', ...authorization(token) };
      if (lastId !== null) {
        headers['last-event-id'] = lastId;
      }
      const response = await fetch(address, { headers, signal, cache: 'no-store' });
      if (response.ok && response.body) {
        rest = firstPause;
        const parser = new EventParser();
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let piece = await reader.read(); !piece.done && !signal.aborted; piece = await reader.read()) {
          const events = parser.push(piece.value);
          lastId = events.at(-1)?.id ?? lastId;
          if (events.length > 0 && following.onEvents(events)) {
            await reader.cancel();
            return;
          }
        }
      } else if (response.status === 401) {
        refuseSession(token);
        return;
      } else if (isUnreachable(response.status)) {
        noteUnreachable();
      } else if (response.status < 500) {
        return;
      }
    } catch {
      if (signal.aborted) {
        return;
      }
      noteUnreachable();
    }
    await pause(rest, signal);
    rest = Math.min(rest * 2, longestPause);
  }
}
