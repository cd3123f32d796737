import { expect, test } from 'vitest';
import { en } from './i18n/en';
import { zh } from './i18n/zh';
import type { Text } from './i18n/i18n';
import { fill } from './i18n/i18n';
import {
  formatAgo,
  formatBytes,
  formatDateTime,
  formatCount,
  formatDuration,
  formatResult,
  formatTicks,
  formatValue,
} from './format';

const english: Text = (key, values) => fill(en[key], values);
const chinese: Text = (key, values) => fill(zh[key], values);
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

test.each([
  [-5, '0.0s', '0.0 秒'],
  [3.44 * second, '3.4s', '3.4 秒'],
  [42 * second, '42s', '42 秒'],
  [3 * minute + 5 * second, '3m 05s', '3 分 05 秒'],
  [2 * hour + 7 * minute, '2h 07m', '2 小时 07 分'],
  [75 * hour, '3d 3h', '3 天 3 小时'],
])('a duration of %d ms is %s', (milliseconds, inEnglish, inChinese) => {
  expect(formatDuration(milliseconds, english)).toBe(inEnglish);
  expect(formatDuration(milliseconds, chinese)).toBe(inChinese);
});

test('sizes have at most one digit behind the point', () => {
  expect(formatBytes(5)).toBe('5 B');
  expect(formatBytes(64 * 1024 * 1024)).toBe('64 MiB');
  expect(formatBytes(1536)).toBe('1.5 KiB');
  expect(formatBytes(700.4 * 1024)).toBe('700 KiB');
});

test('how long ago something was is told in whole units', () => {
  expect(formatAgo(6.9 * minute, 'en')).toBe('6m ago');
  expect(formatAgo(6.9 * minute, 'zh-CN')).toBe('6 分钟前');
});

test('a time is written alike in every language', () => {
  expect(formatDateTime(new Date(2026, 10, 7, 22, 9, 6))).toBe('2026-11-07 22:09:06');
});

test.each([
  [0, '0'],
  [-0, '0'],
  [1500, '1,500'],
  [0.9999940450830075, '0.99999'],
  [0.0123456, '0.012346'],
  [-21.5, '-21.5'],
  [2.4230769e-5, '2.423e-5'],
  [1e6, '1e6'],
  [1300000000000000000, '1.3e18'],
  [Number.NaN, 'NaN'],
])('the value %d is written as %s', (value, text) => {
  expect(formatValue(value)).toBe(text);
});

test('what was counted is written in full, and results that are no integers are rounded', () => {
  expect(formatCount(1234567)).toBe('1,234,567');
  expect(formatResult(11689512)).toBe('11,689,512');
  expect(formatResult(1152921504606846977n)).toBe('1,152,921,504,606,846,977');
  expect(formatResult(0.123456789)).toBe('0.12346');
  expect(formatResult(1e300)).toBe('1e300');
});

test('ticks have as many digits as tell them apart', () => {
  expect(formatTicks([0, 0.1, 0.2, 0.30000000000000004])).toEqual(['0', '0.1', '0.2', '0.3']);
  expect(formatTicks([12345.67, 12345.68])).toEqual(['12,345.67', '12,345.68']);
  expect(formatTicks([1500, 1525])).toEqual(['1,500', '1,525']);
  expect(formatTicks([0, 1e7, 2e7])).toEqual(['0', '1e7', '2e7']);
  expect(formatTicks([1e-4, 2e-4])).toEqual(['1e-4', '2e-4']);
  expect(formatTicks([5])).toEqual(['5']);
  expect(formatTicks([])).toEqual([]);
});
