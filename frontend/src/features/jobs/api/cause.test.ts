import { expect, test } from 'vitest';
import { cancellationOf, causesOf, type Cause } from './cause';
import type { HistoryEntry } from './jobs';

const message = (number: number) => `01a2013c-a871-711e-a130-8120bdd0b${String(number).padStart(3, '0')}`;
const request = '0HNQ88N70F43M:00000001';

function entry(
  type: string,
  cause: string,
  actor: string | null = null,
  data: Record<string, unknown> = {},
): HistoryEntry {
  return { sequence: 1, type, at: '2026-01-01T00:00:00Z', data, cause, actor };
}

test('each event of a history has its cause, and what one message brought about shares it', () => {
  const history = [
    ['job_submitted', '0HNQ88N70F43M:00000001', 'request'],
    ['job_queued', '01a2013c-a04f-769f-a23e-3fecb78b4121', 'nodes'],
    ['job_placed', '01a2013c-a04f-769f-a23e-3fecb78b4121', 'nodes'],
    ['job_started', '646f0000-d358-1a13-c8dd-08df4846482c', 'agent'],
    ['attempt_failed', '646f0000-d358-1a13-c958-08df4846488d', 'agent'],
    ['job_queued', '646f0000-d358-1a13-c958-08df4846488d', 'agent'],
    ['job_placed', '01a2013c-a871-711e-a130-8120bdd0b222', 'nodes'],
    ['job_cancelled', '646f0000-d358-1a13-c958-08df48464999', 'agent'],
  ] as const;
  expect(causesOf(history.map(([type, cause]) => entry(type, cause)))).toEqual(history.map(([, , cause]) => cause));
});

test.each<[Cause, HistoryEntry]>([
  ['time', entry('stop_requested', message(1), 'service:jobs', { reason: 'timed_out' })],
  ['parent', entry('stop_requested', message(1), 'user:anna', { reason: 'cancelled' })],
  ['parent', entry('stop_requested', 'JobGroups', 'service:jobs', { reason: 'cancelled' })],
  ['request', entry('stop_requested', request, 'user:anna', { reason: 'cancelled' })],
  ['agent', entry('stop_requested', message(1), null, { reason: 'peer_failed' })],
  ['nodes', entry('stop_requested', message(1), 'service:nodes', { reason: 'peer_failed' })],
  ['parent', entry('job_cancelled', message(1), 'user:anna')],
  ['agent', entry('job_cancelled', message(1), 'node:01a2')],
  ['nodes', entry('job_cancelled', message(1), 'service:nodes')],
  ['request', entry('job_cancelled', request, 'user:anna')],
  ['nodes', entry('rank_exited', message(1), 'service:nodes')],
  ['request', entry('job_submitted', message(1), 'user:anna')],
])('%s: %o', (cause, event) => {
  expect(causesOf([event])).toEqual([cause]);
});

test('a job was cancelled by its last request to stop, or in the queue', () => {
  const submitted = entry('job_submitted', request, 'user:bob');
  const placed = entry('job_placed', message(1), 'service:nodes');
  const asked = entry('stop_requested', request, 'user:anna', { reason: 'cancelled' });
  const ended = entry('job_cancelled', message(2), 'node:01a2');
  expect(cancellationOf([submitted, placed])).toBeNull();
  expect(cancellationOf([submitted, placed, asked, ended])).toEqual({ cause: 'request', entry: asked });
  const inQueue = entry('job_cancelled', message(4), 'user:carla');
  const again = [submitted, placed, asked, ended, entry('job_queued', '0HNQ:2', 'user:bob'), inQueue];
  expect(cancellationOf(again)).toEqual({ cause: 'parent', entry: inQueue });
});
