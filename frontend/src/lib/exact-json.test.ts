import { expect, test } from 'vitest';
import { exactText, parseExact } from './exact-json';

test('integers keep their digits, whatever their size', () => {
  const text = '{"seed":1152921504606846977,"all":[-9223372036854775808,3,"12345678901234567890"],"rate":1e-05}';
  const value = parseExact(text) as { seed: unknown; all: unknown[]; rate: unknown };
  expect(value.seed).toBe(1152921504606846977n);
  expect(value.all).toEqual([-9223372036854775808n, 3, '12345678901234567890']);
  expect(value.rate).toBe(1e-5);
  expect(exactText(value)).toBe(text.replace('1e-05', '0.00001'));
});

test('other numbers and texts are read as usual', () => {
  const text = String.raw`{"a \"1152921504606846977\"":[9007199254740991,1.5e300,0.1234567890123456789,true,null,"\\"]}`;
  expect(parseExact(text)).toEqual(JSON.parse(text));
});
