import { expect, test } from 'vitest';
import { timeLabelLength, timeTicks } from './time-ticks';

const at = (...parts: [number, number, number, number?, number?, number?]) => new Date(...parts).getTime() / 1000;

test('times have their date at the first mark and after midnight', () => {
  const marks = [at(2026, 10, 28, 23, 0), at(2026, 10, 28, 23, 30), at(2026, 10, 29, 0, 0)];
  expect(timeTicks(marks, 1800, 'en')).toEqual(['23:00\nNov 28', '23:30', '00:00\nNov 29']);
  expect(timeTicks(marks, 1800, 'zh-CN')).toEqual(['23:00\n11月28日', '23:30', '00:00\n11月29日']);
});

test('marks less than a minute apart have seconds, and less than a second apart their parts', () => {
  const first = at(2026, 10, 28, 9, 44, 5);
  expect(timeTicks([first, first + 5], 5, 'en')).toEqual(['09:44:05\nNov 28', '09:44:10']);
  expect(timeTicks([first, first + 0.5], 0.5, 'en')).toEqual(['09:44:05.0\nNov 28', '09:44:05.5']);
});

test('days have their year at the first mark and in a new year', () => {
  const marks = [at(2026, 11, 31), at(2027, 0, 1), at(2027, 0, 2)];
  expect(timeTicks(marks, 86_400, 'en')).toEqual(['Dec 31\n2026', 'Jan 1\n2027', 'Jan 2']);
  expect(timeTicks(marks, 86_400, 'zh-CN')).toEqual(['12月31日\n2026年', '1月1日\n2027年', '1月2日']);
});

test('there is room for each label of an axis of twenty marks or fewer', () => {
  const first = at(2026, 10, 28, 3, 6, 41);
  for (const span of [0.5, 1.5, 5, 19, 60, 3600, 86_400 * 3]) {
    const longest = Math.max(
      ...timeTicks([first], span / 20, 'en')
        .flatMap(label => label.split('\n'))
        .map(line => line.length),
    );
    expect(longest).toBeLessThanOrEqual(timeLabelLength(span));
  }
});
