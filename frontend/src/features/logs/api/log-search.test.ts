import { describe, expect, it } from 'vitest';
import { readLogSearch } from './log-address';
import { partsOf } from './log-search';

describe('the address of a log search', () => {
  it('is read as far as it is known', () => {
    expect(readLogSearch({ q: 'nan', project: 'cv', since: '7d', job: 'x', other: 1 })).toEqual({
      q: 'nan',
      project: 'cv',
      job: 'x',
      since: '7d',
    });
    expect(readLogSearch({ q: 12, since: 'toString' })).toEqual({ q: '12' });
  });
});

describe('a line with matches', () => {
  it('is cut where they begin and end', () => {
    const matches = [
      { start: 0, length: 3 },
      { start: 8, length: 2 },
    ];
    expect(partsOf({ text: 'nan at 🙂 end', matches })).toEqual([
      { text: 'nan', isMatch: true },
      { text: ' at 🙂'.slice(0, 5), isMatch: false },
      { text: ' at 🙂 end'.slice(5, 7), isMatch: true },
      { text: ' at 🙂 end'.slice(7), isMatch: false },
    ]);
  });

  it('is whole without matches', () => {
    expect(partsOf({ text: 'ok', matches: [] })).toEqual([{ text: 'ok', isMatch: false }]);
  });
});
