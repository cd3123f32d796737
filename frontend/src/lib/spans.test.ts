import { expect, test } from 'vitest';
import { parseSpan, spanText } from './spans';

test.each([
  ['90', 90],
  ['10m', 600],
  [' 1h 30m ', 5400],
  ['1H30M', 5400],
  ['2 d', 172_800],
  ['0', 0],
])('reads %s', (text, seconds) => {
  expect(parseSpan(text)).toBe(seconds);
});

test.each(['', '  ', 'm', '10x', '-5', '1.5h', '10 minutes', '1h30'])('does not read %o', text => {
  expect(parseSpan(text)).toBeUndefined();
});

test.each([
  [0, '0s'],
  [45, '45s'],
  [600, '10m'],
  [5400, '1h 30m'],
  [172_801, '2d 1s'],
])('writes %i seconds so that they can be read again', (seconds, text) => {
  expect(spanText(seconds)).toBe(text);
  expect(parseSpan(text)).toBe(seconds);
});
