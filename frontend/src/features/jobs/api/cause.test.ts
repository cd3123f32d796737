import { expect, test } from 'vitest';
import { causesOf } from './cause';

test('each event of a history has its cause, and what one message brought about shares it', () => {
  const history = [
    ['job_submitted', '0HNQ88N70F43M:00000001', 'request'],
    ['job_queued', '01a2013c-a04f-769f-a23e-3fecb78b4121', 'nodes'],
    ['job_placed', '01a2013c-a04f-769f-a23e-3fecb78b4121', 'nodes'],
    ['job_started', '646f0000-d358-1a13-c8dd-08df4846482c', 'agent'],
    ['attempt_failed', '646f0000-d358-1a13-c958-08df4846488d', 'agent'],
    ['job_queued', '646f0000-d358-1a13-c958-08df4846488d', 'agent'],
    ['job_placed', '01a2013c-a871-711e-a130-8120bdd0b222', 'nodes'],
    ['stop_requested', '01a2013c-a871-711e-a130-8120bdd0b333', 'time'],
  ] as const;
  expect(causesOf(history.map(([type, cause]) => ({ type, cause })))).toEqual(history.map(([, , cause]) => cause));
});
