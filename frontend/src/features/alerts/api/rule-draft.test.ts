import { expect, test } from 'vitest';
import {
  conditions,
  draftOf,
  emptyDraft,
  mistypedIn,
  takenBy,
  toRequest,
  versionAfter,
  withWatch,
  type RuleDraft,
} from './rule-draft';
import type { Rule } from './rules';

const draft = (part: Partial<RuleDraft>): RuleDraft => ({
  ...emptyDraft,
  name: 'a rule',
  project: 'cv',
  metric: 'val/loss',
  threshold: '2.5',
  points: '200',
  seconds: '30m',
  filter: 'params.lr > 0.01',
  ...part,
});

/** What a request has: an undefined field is not sent. */
const sent = (part: Partial<RuleDraft>) => JSON.parse(JSON.stringify(toRequest(draft(part)).request)) as object;

const rest = { name: 'a rule', destinations: [] };
const ofMetric = { ...rest, project: 'cv', watch: 'metric', metric: 'val/loss', filter: 'params.lr > 0.01' };

test.each<[Partial<RuleDraft>, object]>([
  [{ condition: 'greater' }, { ...ofMetric, condition: 'greater', threshold: 2.5, consecutive: 1 }],
  [
    { condition: 'nan', consecutive: '3' },
    { ...ofMetric, condition: 'nan', consecutive: 3 },
  ],
  [{ condition: 'z-score' }, { ...ofMetric, condition: 'z-score', threshold: 2.5, window: 30, consecutive: 1 }],
  [
    { condition: 'no-progress', goal: 'max' },
    { ...ofMetric, condition: 'no-progress', goal: 'max', minDelta: 0, points: 200, seconds: 1800 },
  ],
  [
    { watch: 'job', condition: 'waiting' },
    { ...rest, project: 'cv', watch: 'job', condition: 'waiting', seconds: 1800 },
  ],
  [
    { watch: 'job', condition: 'failed' },
    { ...rest, project: 'cv', watch: 'job', condition: 'failed' },
  ],
  [
    { watch: 'node', condition: 'lost' },
    { ...rest, watch: 'node', condition: 'lost' },
  ],
])('only what the condition takes is sent: %o', (part, request) => {
  expect(sent(part)).toEqual(request);
  expect(toRequest(draft(part)).errors).toEqual({});
});

test('what is left out is filled in by the platform', () => {
  expect(sent({ filter: ' ', consecutive: '' })).toEqual({
    ...ofMetric,
    filter: undefined,
    condition: 'greater',
    threshold: 2.5,
  });
});

test.each<[Partial<RuleDraft>, object]>([
  [{ name: ' ' }, { name: 'submit.name.missing' }],
  [
    { project: '', metric: ' ', threshold: '' },
    { project: 'rule.project.missing', metric: 'rule.metric.missing', threshold: 'rule.threshold.missing' },
  ],
  [
    { threshold: 'high', consecutive: '1.5' },
    { threshold: 'submit.number', consecutive: 'submit.whole' },
  ],
  [{ condition: 'no-progress', seconds: 'soon' }, { seconds: 'rule.seconds.bad' }],
  [{ condition: 'no-progress', seconds: '', points: '' }, {}],
  [{ watch: 'job', condition: 'running', seconds: '' }, { seconds: 'rule.seconds.bad' }],
  // What the condition does not take is not looked at.
  [{ watch: 'node', condition: 'lost', project: '', metric: '', threshold: 'x', seconds: 'x' }, {}],
])('what cannot be sent is refused: %o', (part, errors) => {
  expect(toRequest(draft(part)).errors).toEqual(errors);
});

test('a number that is none is told while it is typed, and is not in the preview', () => {
  const typed = toRequest(draft({ threshold: '1,5', name: '' }));
  expect(typed.request.threshold).toBeUndefined();
  expect(mistypedIn(typed)).toEqual({ threshold: 'submit.number' });
  expect(mistypedIn(toRequest(draft({ threshold: '' })))).toEqual({});
});

test('pausing a rule moves its version on, unless others changed it too', () => {
  expect(versionAfter(3, 4)).toBe(4);
  expect(versionAfter(3, 5)).toBe(3);
});

test('each watch has conditions, and takes another where it does not have the one before', () => {
  expect(withWatch(draft({ condition: 'nan' }), 'job')).toEqual({ watch: 'job', condition: 'failed' });
  expect(withWatch(draft({ watch: 'job', condition: 'lost' }), 'node')).toEqual({ watch: 'node', condition: 'lost' });
  expect(Object.values(conditions).every(some => some.length > 0)).toBe(true);
  expect([...takenBy({ watch: 'node', condition: 'lost' })]).toEqual([]);
});

test('a rule that is opened and saved stays as it is', () => {
  const rule = {
    name: 'stuck',
    project: 'cv',
    watch: 'metric',
    condition: 'no-progress',
    metric: 'val/*',
    threshold: null,
    consecutive: null,
    window: null,
    goal: 'max',
    minDelta: 0.001,
    points: null,
    seconds: 5400,
    filter: null,
    destinations: ['00000000-0000-0000-0000-000000000001'],
  } satisfies Partial<Rule>;
  const present = Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== null));
  const { request, errors } = toRequest(draftOf(rule as unknown as Rule));
  expect(errors).toEqual({});
  expect(JSON.parse(JSON.stringify(request))).toEqual(present);
});
