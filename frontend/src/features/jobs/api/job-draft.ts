import { splitCommand } from '../../../lib/shell-words';
import type { Schemas } from '../../../lib/api';
import type { MessageKey } from '../../../lib/i18n/en';

/** The form's state. */
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

const largestNumber = 2 ** 31 - 1;

/** Errors of a draft: request field → message key. */
export type DraftErrors = Record<string, { key: MessageKey; values?: Record<string, string> }>;

/** Turns the form into a request. Only what cannot be sent at all is refused here; the server validates the rest. */
export function toRequest(draft: JobDraft): { request: Schemas['JobRequest']; errors: DraftErrors } {
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
    } else if (whole && Math.abs(value) > largestNumber) {
      errors[field] = { key: 'submit.large' };
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
  const repeated = draft.files.find((file, index) => draft.files.findIndex(one => one.path === file.path) < index);
  if (repeated) {
    errors[fileField(repeated.path)] = { key: 'submit.file.repeated' };
  }
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

/** What must be filled in and is not. The server refuses it too, but speaks of lengths. */
export function missingFields(draft: JobDraft): DraftErrors {
  const errors: DraftErrors = {};
  if (draft.name.trim() === '') {
    errors.name = { key: 'submit.name.missing' };
  }
  if (draft.command.trim() === '') {
    errors.command = { key: 'submit.command.missing' };
  }
  return errors;
}

function divide(line: string): [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1)];
}

/** The server's name for one file of a request; it truncates long paths. */
export function fileField(path: string): string {
  return `files['${path.length <= 100 ? path : `${path.slice(0, 99)}…`}']`;
}

const requestFields: Partial<Record<keyof JobDraft, string>> = {
  gpus: 'resources.gpus',
  cpus: 'resources.cpus',
  memoryMiB: 'resources.memoryMiB',
  maxAttempts: 'retry.maxAttempts',
  backoffSeconds: 'retry.backoffSeconds',
};

/** What is left of an errors map once a part of the draft was changed: errors of what changed no longer hold. */
export function errorsAfter(
  errors: Record<string, string[]>,
  before: JobDraft,
  part: Partial<JobDraft>,
): Record<string, string[]> {
  const changed = Object.keys(part).flatMap(name => changedFields(name as keyof JobDraft, before, part));
  return Object.fromEntries(
    Object.entries(errors).filter(([name]) => !changed.some(field => errorsFor({ [name]: ['-'] }, field).length > 0)),
  );
}

/** The request fields that change with a field of the form; of rows only those whose values differ. */
function changedFields(name: keyof JobDraft, before: JobDraft, part: Partial<JobDraft>): string[] {
  const whole = requestFields[name] ?? name;
  const [rows, next] = [before[name], part[name]];
  // Errors name rows by their place, which the rows after a removed one change.
  if (!Array.isArray(rows) || !Array.isArray(next) || next.length < rows.length) {
    return [whole];
  }
  return rows.flatMap((row, index) =>
    row === next[index]
      ? []
      : 'text' in row
        ? [fileField(row.path)]
        : Object.entries(row)
            .filter(([key, value]) => value !== (next[index] as unknown as Record<string, string>)[key])
            .map(([key]) => `${whole}[${index}].${key}`),
  );
}

/** Messages of an errors map for a field alone. */
export function errorsAt(errors: Record<string, string[]>, field: string): string[] {
  return errors[field] ?? [];
}

/** Messages for a field and what lies in it: `command` takes `command[1]`, and `env` says which of its variables. */
export function errorsFor(errors: Record<string, string[]>, field: string): string[] {
  return Object.entries(errors).flatMap(([name, messages]) => {
    const part = name.slice(field.length);
    if (!name.startsWith(field) || (part !== '' && part[0] !== '[' && part[0] !== '.')) {
      return [];
    }
    const key = part.match(/^\['(.*)'\]$/s)?.[1];
    return key === undefined ? messages : messages.map(message => `${key}: ${message}`);
  });
}

/** Messages for which the form has no field. */
export function errorsElsewhere(errors: Record<string, string[]>, fields: readonly string[]): string[] {
  return Object.entries(errors)
    .filter(([name]) => !fields.some(field => errorsFor({ [name]: ['-'] }, field).length > 0))
    .map(([name, messages]) => `${name}: ${messages.join(' ')}`);
}
