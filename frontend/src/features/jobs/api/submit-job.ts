import { postJson } from '../../../lib/api';
import { splitCommand } from '../../../lib/shell-words';
import type { MessageKey } from '../../../lib/i18n/en';
import type { Job } from './jobs';

/** The form as it was typed. */
export interface JobDraft {
  name: string;
  project: string;
  command: string;
  files: { path: string; text: string }[];
  source: string;
  inputs: { artifact: string; path: string }[];
  outputs: { path: string; artifact: string; type: string }[];
  gpus: string;
  cpus: string;
  memoryMiB: string;
  priority: string;
  maxAttempts: string;
  backoffSeconds: string;
  timeoutSeconds: string;
  env: string;
  labels: string;
}

export const emptyDraft: JobDraft = {
  name: '',
  project: '',
  command: '',
  files: [],
  source: '',
  inputs: [],
  outputs: [],
  gpus: '0',
  cpus: '1',
  memoryMiB: '512',
  priority: '50',
  maxAttempts: '1',
  backoffSeconds: '5',
  timeoutSeconds: '',
  env: '',
  labels: '',
};

/** What is wrong with a draft: the request's field → a message of ours. */
export type DraftErrors = Record<string, { key: MessageKey; values?: Record<string, string> }>;

/** Turns what was typed into a request. Only what cannot even be sent is refused here; the platform checks the rest. */
export function toRequest(draft: JobDraft): { request: object; errors: DraftErrors } {
  const errors: DraftErrors = {};
  const number = (field: string, text: string, whole = true) => {
    if (text.trim() === '') {
      return undefined;
    }
    const value = Number(text);
    if (!Number.isFinite(value)) {
      errors[field] = { key: 'submit.number' };
    } else if (whole && !Number.isInteger(value)) {
      errors[field] = { key: 'submit.whole' };
    }
    return value;
  };
  const pairs = (field: string, text: string) => {
    const lines = text.split('\n').filter(line => line.trim() !== '');
    const bad = lines.find(line => !line.includes('='));
    if (bad !== undefined) {
      errors[field] = { key: 'submit.pair', values: { line: bad } };
    }
    return Object.fromEntries(lines.map(line => divide(line)));
  };
  const command = splitCommand(draft.command);
  if (command === null) {
    errors.command = { key: 'submit.command.quote' };
  }
  const request = {
    name: draft.name,
    project: draft.project.trim() || undefined,
    command,
    files: draft.files.length > 0 ? Object.fromEntries(draft.files.map(file => [file.path, file.text])) : undefined,
    source: draft.source.trim() ? { artifact: draft.source.trim() } : undefined,
    inputs: draft.inputs.length > 0 ? draft.inputs : undefined,
    outputs: draft.outputs.length > 0 ? draft.outputs : undefined,
    resources: {
      gpus: number('resources.gpus', draft.gpus),
      cpus: number('resources.cpus', draft.cpus, false),
      memoryMiB: number('resources.memoryMiB', draft.memoryMiB),
    },
    priority: number('priority', draft.priority),
    retry: {
      maxAttempts: number('retry.maxAttempts', draft.maxAttempts),
      backoffSeconds: number('retry.backoffSeconds', draft.backoffSeconds),
    },
    timeoutSeconds: number('timeoutSeconds', draft.timeoutSeconds),
    env: pairs('env', draft.env),
    labels: pairs('labels', draft.labels),
  };
  return { request, errors };
}

function divide(line: string): [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1)];
}

/** @param key The same for every try of one draft, so that an answer that got lost does not make two jobs. */
export function submitJob(request: object, key: string): Promise<Job> {
  return postJson<Job>('/api/jobs', request, { 'idempotency-key': key });
}

/** Messages of an errors map for a field and what lies in it: <c>command</c> takes <c>command[1]</c> and <c>env.A</c> is <c>env</c>'s. */
export function errorsFor(errors: Record<string, string[]>, field: string): string[] {
  return Object.entries(errors)
    .filter(([name]) => name === field || name.startsWith(`${field}[`) || name.startsWith(`${field}.`))
    .flatMap(([, messages]) => messages);
}
