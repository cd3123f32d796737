import { expect, test } from 'vitest';
import { en } from '../../../lib/i18n/en';
import type { Text } from '../../../lib/i18n/i18n';
import { fill } from '../../../lib/i18n/i18n';
import { gpuText } from './gpu-text';

const t: Text = (key, values) => fill(en[key], values);
const unknown = { index: 0, utilization: null, memoryUsedMiB: null };

test.each([
  ['no report at all', 81_559, undefined, 'Usage unknown · 79.6 GiB total'],
  ['a driver that tells nothing', 81_559, unknown, 'Usage unknown · 79.6 GiB total'],
  ['only the load', 81_559, { ...unknown, utilization: 0.4 }, '40% in use · 79.6 GiB total'],
  ['only the memory', 81_559, { ...unknown, memoryUsedMiB: 0 }, 'Usage unknown · 0 B / 79.6 GiB'],
  [
    'an idle GPU',
    81_559,
    { index: 0, utilization: 0, memoryUsedMiB: 1024, temperatureCelsius: 0, powerWatts: 0 },
    '0% in use · 1 GiB / 79.6 GiB · 0 °C · 0 W',
  ],
  ['an unknown size', null, { ...unknown, utilization: 0.4 }, '40% in use · memory unknown'],
  ['the unknown size of an older agent', 0, undefined, 'Usage unknown · memory unknown'],
])('%s', (_, memoryMiB, usage, text) => {
  expect(gpuText(t, memoryMiB, usage)).toBe(text);
});
