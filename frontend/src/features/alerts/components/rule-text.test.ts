import { expect, test } from 'vitest';
import { en } from '../../../lib/i18n/en';
import { fill, type Text } from '../../../lib/i18n/i18n';
import { limitText, ruleText, valueText } from './rule-text';

const t: Text = (key, values) => fill(en[key], values);
const metric = { watch: 'metric', metric: 'val/loss', threshold: 0.5 } as const;

test.each([
  [{ ...metric, condition: 'greater', consecutive: 1 } as const, 'val/loss > 0.5'],
  [{ ...metric, condition: 'less', consecutive: 3 } as const, 'val/loss < 0.5, 3 points in a row'],
  [{ ...metric, condition: 'nan' } as const, 'val/loss is NaN'],
  [{ ...metric, condition: 'infinity' } as const, 'val/loss is infinite'],
  [{ ...metric, condition: 'z-score', threshold: 4 } as const, 'val/loss is off by > 4σ'],
  [{ ...metric, condition: 'no-progress', points: 1 } as const, 'val/loss has not improved for 1 point'],
  [
    { ...metric, condition: 'no-progress', points: 200, seconds: 600 } as const,
    'val/loss has not improved for 200 points or 10m 00s',
  ],
  [{ watch: 'metric', condition: 'greater' } as const, '… > …'],
  [{ watch: 'job', condition: 'failed' } as const, 'Job failed'],
  [{ watch: 'job', condition: 'lost' } as const, 'Job lost'],
  [{ watch: 'job', condition: 'waiting', seconds: 90 } as const, 'Job waiting for more than 1m 30s'],
  [{ watch: 'node', condition: 'lost' } as const, 'Node lost'],
])('a rule says when it fires: %o', (rule, text) => {
  expect(ruleText(t, rule)).toBe(text);
});

test('the value of an alert stands beside what it is compared with', () => {
  expect(valueText(12.400000095)).toBe('12.4');
  expect(valueText('NaN')).toBe('NaN');
  expect(valueText('-Infinity')).toBe('-Infinity');
  expect(valueText(null)).toBeNull();
  expect(limitText({ condition: 'greater', threshold: 10 })).toBe('> 10');
  expect(limitText({ condition: 'less', threshold: 0.5 })).toBe('< 0.5');
  expect(limitText({ condition: 'z-score', threshold: 4 })).toBe('> 4σ');
  expect(limitText({ condition: 'nan', threshold: null })).toBeNull();
});
