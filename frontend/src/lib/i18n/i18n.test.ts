import { expect, test } from 'vitest';
import { en } from './en';
import { zh } from './zh';
import { fill } from './i18n';

const sources = import.meta.glob<string>(['/src/**/*.{ts,tsx}', '!/src/lib/i18n/*', '!/src/**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const services = import.meta.glob<string>(
  ['../../../../services/shared/contracts/Jobs/JobMessages.cs', '../../../../services/jobs/Training/JobEvents.cs'],
  { query: '?raw', import: 'default', eager: true },
);

const holes = (text: string) => [...text.matchAll(/\{(\w+)/g)].map(match => match[1]).sort();

test('both languages say everything, with the same values in it', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    const translated = zh[key as keyof typeof en];
    expect(translated.trim(), key).not.toBe('');
    expect(holes(translated), key).toEqual(holes(text));
  }
});

test('every text is used', () => {
  const code = Object.values(sources).join('\n');
  const prefixes = [...code.matchAll(/`([a-zA-Z.]+\.)\$\{/g)].map(match => match[1] ?? '');
  const unused = Object.keys(en).filter(
    key => !code.includes(`'${key}'`) && !prefixes.some(prefix => key.startsWith(prefix)),
  );
  expect(unused).toEqual([]);
});

test('what the platform says in words of a closed list has a text', () => {
  const code = Object.values(services).join('\n');
  const reasons = [...code.slice(code.indexOf('class EndReasons')).matchAll(/const string \w+ = "(\w+)"/g)];
  expect(reasons.length).toBeGreaterThan(9);
  const events = [...code.matchAll(/\.Add\("(\w+)",/g)];
  expect(events.length).toBeGreaterThan(9);
  const keys = [...reasons.map(([, word]) => `reason.${word}`), ...events.map(([, word]) => `event.${word}`)];
  expect(keys.filter(key => !(key in en))).toEqual([]);
});

test('values are filled in', () => {
  expect(fill('{shown} of {total}', { shown: 1, total: 2 })).toBe('1 of 2');
  expect(fill('{count:line|lines}', { count: 1 })).toBe('1 line');
  expect(fill('{count:line|lines}', { count: '1,000' })).toBe('1,000 lines');
});
