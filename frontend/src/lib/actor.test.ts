import { expect, test } from 'vitest';
import { en } from './i18n/en';
import type { Text } from './i18n/i18n';
import { callerName, isImplied } from './actor';

const t: Text = (key, values = {}) => en[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
const id = '01a2013c-a04f-769f-a23e-3fecb78b4121';

test.each([
  ['user:anna', 'anna'],
  ['user:team:ci', 'team:ci'],
  ['local', 'local'],
  ['service:nodes', 'scheduler'],
  ['service:jobs', 'service jobs'],
  [`node:${id}`, 'node vm'],
  ['node:01a2013c-a04f-769f-a23e-000012345678', 'node 12345678'],
  [`job:${id}`, 'job b78b4121'],
])('%s is %s', (subject, name) => {
  expect(callerName(t, subject, new Map([[id, 'vm']]))).toBe(name);
});

test('a service is not named beside what it triggers', () => {
  expect(isImplied('service:nodes', 'nodes')).toBe(true);
  expect(isImplied('service:jobs', 'time')).toBe(true);
  expect(isImplied('user:anna', 'parent')).toBe(false);
  expect(isImplied(`node:${id}`, 'agent')).toBe(false);
});
