import { expect, test, vi } from 'vitest';
import { en } from './en';
import { zh } from './zh';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
vi.stubGlobal('navigator', { language: 'en' });
const { fill } = await import('./i18n');

const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

test('both languages say everything, with the same values in it', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    const translated = zh[key as keyof typeof en];
    expect(translated.trim(), key).not.toBe('');
    expect(holes(translated), key).toEqual(holes(text));
  }
});

test('values are filled in', () => {
  expect(fill('{shown} of {total}', { shown: 1, total: 2 })).toBe('1 of 2');
});
