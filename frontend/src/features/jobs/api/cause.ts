import type { HistoryEntry } from './jobs';

export type Cause = 'request' | 'nodes' | 'agent' | 'time' | 'parent' | 'retention';

type Event = Pick<HistoryEntry, 'type' | 'cause' | 'actor' | 'data'>;

const isMessage = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** What triggered each event of a history: a request, a message of another service, the end of the parent job, or a time limit. */
export function causesOf(history: readonly Event[]): Cause[] {
  const causes: Cause[] = [];
  history.forEach((entry, index) => {
    const isSame = entry.cause && entry.cause === history[index - 1]?.cause;
    causes.push((isSame && causes[index - 1]) || causeOf(entry));
  });
  return causes;
}

function causeOf({ type, cause, actor, data }: Event): Cause {
  if (actor === 'service:nodes') {
    return 'nodes';
  }
  if (actor?.startsWith('node:')) {
    return 'agent';
  }
  // Without a message, the jobs service cancels only what belongs to a cancelled job.
  if (!cause || (!isMessage.test(cause) && actor !== 'service:jobs')) {
    return 'request';
  }
  switch (type) {
    case 'job_submitted':
      return 'request';
    case 'job_queued':
    case 'job_placed':
    case 'attempt_lost':
      return 'nodes';
    case 'stop_requested':
      return data.reason === 'timed_out' ? 'time' : data.reason === 'peer_failed' ? 'agent' : 'parent';
    case 'job_deleted':
    case 'job_purged':
      return 'retention';
    case 'job_cancelled':
      // Events of release 0.1.0 name nobody, and jobs had no parents.
      return actor ? 'parent' : 'agent';
    default:
      return 'agent';
  }
}

/** What cancelled a job, of its history: its last request to stop, or its end where it was not placed yet. */
export function cancellationOf(history: readonly HistoryEntry[]): { cause: Cause; entry: HistoryEntry } | null {
  const causes = causesOf(history);
  const isCancellation = ({ type, data }: HistoryEntry) => type === 'stop_requested' && data.reason === 'cancelled';
  const attemptStart = history.findLastIndex(({ type }) => type === 'job_queued' || type === 'job_placed');
  const asked = history.findLastIndex(isCancellation);
  const index = asked > attemptStart ? asked : history.findLastIndex(({ type }) => type === 'job_cancelled');
  const [entry, cause] = [history[index], causes[index]];
  return entry && cause ? { entry, cause } : null;
}
