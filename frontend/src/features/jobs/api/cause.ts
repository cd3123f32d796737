import type { HistoryEntry } from './jobs';

export type Cause = 'request' | 'nodes' | 'agent' | 'time';

const isMessage = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** What triggered each event of a history: a request, a message of another service, or a time limit. */
export function causesOf(history: readonly Pick<HistoryEntry, 'type' | 'cause'>[]): Cause[] {
  const causes: Cause[] = [];
  history.forEach((entry, index) => {
    const isSame = entry.cause && entry.cause === history[index - 1]?.cause;
    causes.push((isSame && causes[index - 1]) || causeOf(entry));
  });
  return causes;
}

function causeOf({ type, cause }: Pick<HistoryEntry, 'type' | 'cause'>): Cause {
  if (!cause || !isMessage.test(cause)) {
    return 'request';
  }
  switch (type) {
    case 'job_queued':
    case 'job_placed':
    case 'attempt_lost':
      return 'nodes';
    case 'stop_requested':
      return 'time';
    default:
      return 'agent';
  }
}
