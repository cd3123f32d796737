import { expect, test } from 'vitest';
import { formatDateTime } from '../format';
import { fieldErrors, problemText, sayEnglish, sayer, type SentenceCode } from './sentences';
import { zhSentences } from './zh-sentences';

const [declared] = Object.values(
  import.meta.glob<Record<string, { english: string }>>('../../../../docs/contracts/sentences.json', {
    import: 'default',
    eager: true,
  }),
);
const say = sayer(zhSentences);

/** The places of what varies; in English some name a noun in singular and plural. */
const places = (text: string) => [...text.matchAll(/\{(\w+)(?::[^{}]*)?\}/g)].map(([, name]) => name).sort();

test('every sentence that the platform can say is translated, with what varies in it, and no other', () => {
  expect(Object.keys(declared ?? {}).length).toBeGreaterThan(200);
  expect(Object.keys(zhSentences.sentences).sort()).toEqual(Object.keys(declared ?? {}).sort());
  for (const [code, { english }] of Object.entries(declared ?? {})) {
    expect([code, ...places(zhSentences.sentences[code] ?? '')]).toEqual([code, ...places(english)]);
  }
});

test('a time is said in the time zone of whoever reads it', () => {
  const at = '2026-11-29T10:23:11Z';
  const code = { code: 'placement.not-before', args: { at } };
  const local = formatDateTime(new Date(at));
  expect(sayEnglish(`waiting until ${at}`, code)).toBe(`waiting until ${local}`);
  expect(say(`waiting until ${at}`, code)).toBe(`等待至 ${local}`);
  expect(sayEnglish('needs 2 GPUs', { code: 'x', args: { gpus: '2', at: 'soon' } })).toBe('needs 2 GPUs');
});

test.each<[english: string, code: SentenceCode, chinese: string]>([
  [
    'needs 64 GPUs; the largest node has 2',
    { code: 'placement.too-many-gpus', args: { gpus: '64', largest: '2' } },
    '需要 64 个 GPU；最大的节点只有 2',
  ],
  ['no node is online', { code: 'placement.no-node-online' }, '没有节点在线'],
  [
    'attempt 1 failed (out_of_memory); next try 5 s later',
    { code: 'job.attempt-failed', args: { attempt: '1', reason: 'out_of_memory', seconds: '5' } },
    '第 1 次尝试失败（内存不足）；5 秒后再试',
  ],
  [
    'The job cannot be cancelled: it is succeeded. It has already ended.',
    { code: 'job.cannot-be-cancelled', args: { status: 'succeeded' } },
    '任务当前为“成功”，无法取消。任务已经结束。',
  ],
  [
    'rank 1: It ran longer than 4 s.',
    {
      code: 'job.of-rank',
      args: { rank: '1', detail: 'It ran longer than 4 s.' },
      parts: { detail: { code: 'ending.timed-out', args: { seconds: '4' } } },
    },
    '进程 1：运行时间超过 4 秒。',
  ],
  [
    'rank 1: as an agent of an older release says it',
    { code: 'job.of-rank', args: { rank: '1', detail: 'as an agent of an older release says it' } },
    '进程 1：as an agent of an older release says it',
  ],
  [
    "The program '{path} $&' does not exist.",
    { code: 'ending.program-missing', args: { program: '{path} $&' } },
    '程序 “{path} $&” 不存在。',
  ],
])('says from the code: %s', (english, code, chinese) => {
  expect(say(english, code)).toBe(chinese);
});

test.each<SentenceCode | null | undefined>([
  undefined,
  null,
  {},
  { code: null },
  { code: 'constructor' },
  { code: 'of.a-newer-release', args: { a: 'b' } },
])('what has no code, or one that is not known, is shown in English: %o', code => {
  expect(say('The disk is on fire.', code)).toBe('The disk is on fire.');
});

test('an argument that is missing leaves its place', () => {
  expect(say('', { code: 'ending.timed-out', args: {} })).toBe('运行时间超过 {seconds} 秒。');
});

test('the errors of fields are said with their codes, or as they are', () => {
  const errors = { name: ['A name has 1 to 120 characters.'], other: ['It is odd.'] };
  const errorCodes = {
    name: [{ detail: 'A name has 1 to 120 characters.', code: 'job.name-length', args: { max: '120' } }],
  };
  expect(fieldErrors(say, { errors, errorCodes })).toEqual({
    name: ['名称须为 1 到 120 个字符。'],
    other: ['It is odd.'],
  });
  expect(fieldErrors(say, { errors })).toEqual(errors);
  expect(problemText(say, { errors, errorCodes }, 'text')).toBe('名称须为 1 到 120 个字符。 It is odd.');
});

test('a problem says its detail, or the text that stands for it', () => {
  expect(problemText(say, { detail: 'There is no such job.', code: 'job.none' }, 'text')).toBe('任务不存在。');
  expect(problemText(say, { detail: 'An old one.' }, 'text')).toBe('An old one.');
  expect(problemText(say, {}, 'text')).toBe('text');
});
