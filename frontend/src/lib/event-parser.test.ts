import { expect, test } from 'vitest';
import { EventParser } from './event-parser';

test('events are put together from pieces that end anywhere', () => {
  const text = ': hello\n\nid: 5\ndata: one\n\nevent: end\ndata: \n\n';
  const parser = new EventParser();
  const events = [...text].flatMap(character => parser.push(character));
  expect(events).toEqual([
    { event: 'message', data: 'one', id: '5' },
    { event: 'end', data: '', id: '5' },
  ]);
});

test('only the blank after the colon is taken off', () => {
  expect(new EventParser().push('data:   indented\n\n')[0]?.data).toBe('  indented');
});
