import { expect, test } from 'vitest';
import { limitWidth, narrowest, parseWidths, widest } from './column-widths';

test('widths that were stored are read', () => {
  expect(parseWidths('{"name":320,"project":90.6}')).toEqual({ name: 320, project: 91 });
});

test.each([null, '', '{', 'null', '7', '"wide"', '[320]', '{"name":"320"}', '{"name":null}', '{"name":{}}'])(
  'what is no width is ignored: %s',
  text => {
    expect(parseWidths(text)).toEqual({});
  },
);

test('one bad width does not cost the others', () => {
  expect(parseWidths('{"name":true,"project":90}')).toEqual({ project: 90 });
});

test('a column stays between a grip and a screen', () => {
  expect([limitWidth(-5), limitWidth(0), limitWidth(200.4), limitWidth(Infinity)]).toEqual([
    narrowest,
    narrowest,
    200,
    widest,
  ]);
  expect(parseWidths('{"a":-1e9,"b":1e999}')).toEqual({ a: narrowest, b: widest });
});
