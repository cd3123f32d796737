import { expect, test } from 'vitest';
import { translator } from './server-messages';
import { zhServerMessages } from './zh-server-messages';

const translate = translator(zhServerMessages);
const services = import.meta.glob<string>(
  [
    '../../../../services/jobs/Submission/{JobRequestCheck,SafeText}.cs',
    '../../../../services/nodes/Placements/SchedulerReasons.cs',
    '../../../../services/shared/service-defaults/**/ClientText.cs',
  ],
  { query: '?raw', import: 'default', eager: true },
);

test.each([
  ['A name has 1 to 120 characters.', '名称为 1 到 120 个字符。'],
  ['needs 64 GPUs; the largest node has 2', '需要 64 个 GPU；最大的节点只有 2'],
  ['waiting for 512 MiB of memory; 3 jobs are ahead', '正在等待 512 MiB 内存；前面还有 3 个任务'],
  ['attempt 1 failed (exit code 3); next try 5 s later', '第 1 次尝试失败（退出码 3）；5 秒后再试'],
])('what the platform says is translated with what varies in it: %s', (english, chinese) => {
  expect(translate(english)).toBe(chinese);
});

test('what is not known stays as it is', () => {
  for (const text of ['', 'The disk is on fire.', 'A name has 1 to 120 characters. Or not']) {
    expect(translate(text)).toBe(text);
  }
});

test('what the platform says of a request and of waiting is known', () => {
  expect(Object.keys(services)).toHaveLength(4);
  const code = Object.values(services).join('\n');
  const texts = [...code.matchAll(/\$?"([A-Z][^"\n]*\.|[a-z]+ [a-z]+ [^"\n]*)"/g)]
    .map(([, text]) => text!.replace(/\{[^{}]*\}/g, '7'))
    .filter(text => !/[{}]/.test(text));
  expect(texts.length).toBeGreaterThan(25);
  expect(texts.filter(text => translate(text) === text)).toEqual([]);
});

test('every translation has what varies in its sentence', () => {
  const variables = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(match => match[0]).sort();
  for (const [english, translated] of zhServerMessages) {
    expect(variables(translated)).toEqual(variables(english));
    expect(translate(english)).toBe(translated);
  }
});
