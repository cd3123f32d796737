import { expect, test } from 'vitest';
import { canBeJobId, firstStart, placedOn, rankStatus, unendedChildren, type Job, type JobRank } from './jobs';

const running = { status: 'running', stopping: false } as Job;
const ended = { status: 'failed', stopping: false } as Job;
const unknown: JobRank = {
  rank: 1,
  startedAt: null,
  endedAt: null,
  reason: null,
  exitCode: null,
  detail: null,
  detailCode: null,
};
const at = '2026-01-01T00:00:00Z';

test('a node of several processes is named once', () => {
  const on = (...names: string[]) => placedOn({ nodes: names.map(name => ({ nodeId: name, nodeName: name })) });
  expect(on()).toBe('');
  expect(on('vm')).toBe('vm');
  expect(on('vm', 'big', 'vm')).toBe('vm ×2, big');
});

test('children that have not ended are counted', () => {
  expect(unendedChildren({} as Job)).toBe(0);
  expect(unendedChildren({ children: { queued: 2, running: 1, succeeded: 4, failed: 1 } } as Partial<Job> as Job)).toBe(
    3,
  );
});

test('a job begins with the first start in its history', () => {
  const entry = (type: string, time: string) => ({
    sequence: 1,
    type,
    at: 'recorded later',
    data: { at: time },
    cause: null,
    actor: null,
  });
  expect(firstStart([entry('job_submitted', '1')])).toBe(null);
  expect(firstStart([entry('job_submitted', '1'), entry('job_started', '2'), entry('job_started', '3')])).toBe('2');
});

test.each<[string, Partial<JobRank>, Job]>([
  ['placed', {}, running],
  ['running', { startedAt: at }, running],
  ['stopping', { startedAt: at }, { ...running, stopping: true }],
  ['interrupted', { startedAt: at }, ended],
  ['succeeded', { endedAt: at, reason: 'exit_code', exitCode: 0 }, running],
  ['failed', { endedAt: at, reason: 'exit_code', exitCode: 3 }, ended],
  ['failed', { endedAt: at, reason: 'out_of_memory' }, ended],
  ['interrupted', { endedAt: at, reason: 'peer_failed', exitCode: 143 }, ended],
  ['cancelled', { endedAt: at, reason: 'cancelled' }, ended],
])('a process is %s: %o', (status, rank, job) => {
  expect(rankStatus({ ...unknown, ...rank }, job)).toBe(status);
});

test('what cannot be an id is told from what may come', () => {
  expect(canBeJobId('01a2260d-3589-7b1e-99fd-c4336d728c84')).toBe(true);
  expect(canBeJobId('01A2260D35897B1E99FDC4336D728C84')).toBe(true);
  expect(['none', '', '01a2260d-3589-7b1e-99fd-c4336d728c8', 'new'].some(canBeJobId)).toBe(false);
});
