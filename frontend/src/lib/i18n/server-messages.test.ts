import { expect, test } from 'vitest';
import { translator } from './server-messages';
import { zhServerMessages } from './zh-server-messages';

const translate = translator(zhServerMessages);
const services = import.meta.glob<string>(
  [
    '../../../../services/jobs/Submission/{JobRequestCheck,SafeText}.cs',
    '../../../../services/nodes/Placements/{SchedulerReasons,PlacementAnswers}.cs',
    '../../../../services/jobs/Training/{Job,Job.Deletion}.cs',
    '../../../../services/shared/service-defaults/**/{ClientText,CallerProblems}.cs',
    '../../../../services/gateway/Security/BrowserGuard.cs',
    // The details with which the agent ends an attempt, and why it has no GPU.
    '../../../../services/gpu-agent/Attempts/AttemptRegistry.cs',
    '../../../../services/gpu-agent/Files/WorkPaths.cs',
    '../../../../services/gpu-agent/Inventory/Nvml.cs',
    '../../../../services/gpu-agent/Journal/AttemptEntry.cs',
    '../../../../services/gpu-agent/Outputs/{FileHashes,KeepOutputs}.cs',
    '../../../../services/gpu-agent/Phases/{AttemptEnding,DiskLimit,OutOfMemory,StartingPhase,TimeLimit,WorkRequest}.cs',
    '../../../../services/gpu-agent/Processes/CommandLookup.cs',
    '../../../../services/gpu-agent/Staging/{StagedFiles,WorkFolder}.cs',
  ],
  { query: '?raw', import: 'default', eager: true },
);

/** The strings of C# code. What is interpolated becomes the last string within it, or else 7. */
function stringsOf(code: string): string[] {
  const found: string[] = [];
  const read = (from: number, interpolated: boolean): [text: string, end: number] => {
    let text = '';
    let at = from;
    while (at < code.length && code[at] !== '"') {
      if (interpolated && code[at] === '{') {
        const start = at + 1;
        let value: string | undefined;
        for (let depth = 1; depth > 0;) {
          at += 1;
          if (code[at] === '"') {
            at = note(at);
            value = found.at(-1);
          } else {
            depth += code[at] === '{' ? 1 : code[at] === '}' ? -1 : 0;
          }
        }
        text += value ?? (code.slice(start, at) === 'what' ? 'retried' : '7');
      } else {
        text += code[at];
        at += code[at] === '\\' ? 1 : 0;
      }
      at += 1;
    }
    return [text, at];
  };
  const note = (quote: number): number => {
    const [text, end] = read(quote + 1, code[quote - 1] === '$');
    found.push(text);
    return end;
  };
  for (let at = 0; at < code.length; at += 1) {
    if (code.startsWith('//', at)) {
      at = code.indexOf('\n', at);
    } else if (code[at] === '"') {
      at = note(at);
    }
  }
  return found;
}

/** Not for the pages: log entries and exceptions, and a refusal that only another service can get. */
const isInternal = (text: string) =>
  /[{}]/.test(text) || /^(No (decision|evolution) for|Another agent uses|A placement has one node)/.test(text);

test.each([
  ['A name has 1 to 120 characters.', '名称须为 1 到 120 个字符。'],
  ['needs 64 GPUs; the largest node has 2', '需要 64 个 GPU；最大的节点只有 2'],
  ['waiting for 512 MiB of memory; 3 jobs are ahead', '正在等待 512 MiB 内存；前面还有 3 个任务'],
  ["The program 'pythn3' was not found in the PATH of the node.", '在节点的 PATH 中找不到程序 “pythn3”。'],
  ['rank 1: It ran longer than 4 s.', '进程 1：运行时间超过 4 秒。'],
  ['rank 1: failed first', '进程 1：最先失败'],
  ['The job cannot be cancelled: it is succeeded. It has already ended.', '任务当前为“成功”，无法取消。任务已经结束。'],
  [
    "The output 'a' does not exist; the training has to write it. Symbolic links that lead to folders or out of the work folder were not kept: b.",
    '输出 “a” 不存在，训练程序须写入该路径。指向目录或工作目录之外的符号链接未保留：b。',
  ],
  ['attempt 1 failed (out_of_memory); next try 5 s later', '第 1 次尝试失败（内存不足）；5 秒后再试'],
  ['attempt 1 failed (exit code 3); next try 5 s later', '第 1 次尝试失败（退出码 3）；5 秒后再试'],
])('what the platform says is translated with what varies in it: %s', (english, chinese) => {
  expect(translate(english)).toBe(chinese);
});

test('what is not known stays as it is', () => {
  for (const text of ['', 'The disk is on fire.', 'A name has 1 to 120 characters. Or not']) {
    expect(translate(text)).toBe(text);
  }
});

test('what the platform says of requests, of waiting and of how attempts end is known', () => {
  expect(Object.keys(services)).toHaveLength(24);
  const texts = Object.values(services)
    .flatMap(stringsOf)
    .filter(text => /^([A-Z7].* .*[.:]|[a-z]+ [a-z7].*)$/.test(text) && !isInternal(text));
  expect(texts.length).toBeGreaterThan(90);
  expect(texts.filter(text => translate(text) === text)).toEqual([]);
});

test('every translation has what varies in its sentence', () => {
  const variables = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(match => match[0]).sort();
  for (const [english, translated] of zhServerMessages) {
    expect(variables(translated)).toEqual(variables(english));
    expect(translate(english)).toBe(translated);
  }
});
