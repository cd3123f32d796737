import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../../components/button';
import { Field } from '../../../components/field';
import { PageHeader } from '../../../components/page-header';
import { AbsentState, useReason } from '../../../components/states';
import { ApiError } from '../../../lib/api';
import { useEditRefusal } from '../../../lib/caller';
import { useText, useSay } from '../../../lib/i18n/i18n';
import { fieldErrors } from '../../../lib/i18n/sentences';
import { useStandingError } from '../../../lib/standing-error';
import {
  emptyDraft,
  errorsAfter,
  errorsAt,
  errorsElsewhere,
  errorsFor,
  missingFields,
  toRequest,
  type DraftErrors,
  type JobDraft,
} from '../api/job-draft';
import { useSubmitJob } from '../api/jobs';
import { FileRows, InputRows, OutputRows } from './submit-rows';

const draftKey = 'platform.job-draft';

/** Fields that are typed as plain text. */
type TextField = { [Name in keyof JobDraft]: JobDraft[Name] extends string ? Name : never }[keyof JobDraft];

/** The request fields for which the form shows errors. */
const fields = [
  'name',
  'project',
  'command',
  'files',
  'source',
  'inputs',
  'outputs',
  'resources.gpus',
  'resources.cpus',
  'resources.memoryMiB',
  'priority',
  'retry.maxAttempts',
  'retry.backoffSeconds',
  'timeoutSeconds',
  'env',
  'labels',
];

/** The form for a new job. Who may not submit one reads so before typing; what was typed stays. */
export function SubmitPage() {
  const t = useText();
  const refusal = useEditRefusal();
  return refusal ? (
    <AbsentState title={t('submit.refused')} text={refusal}>
      <Link to="/jobs" className="button button-primary">
        {t('app.notFound.back')}
      </Link>
    </AbsentState>
  ) : (
    <SubmitForm />
  );
}

function SubmitForm() {
  const t = useText();
  const say = useSay();
  const navigate = useNavigate();
  const submitJob = useSubmitJob();
  const [draft, setDraft] = useState(readDraft);
  const [errors, setErrors] = useState<Record<string, string[]>>({});
  const [refusals, setRefusals] = useState(0);
  const [latestFailure, setFailure] = useState<unknown>(null);
  const failure = useStandingError(latestFailure);
  const [sending, setSending] = useState(false);
  const key = useRef({ body: '', key: '' });
  const form = useRef<HTMLFormElement>(null);
  const reason = useReason(failure);
  useEffect(() => sessionStorage.setItem(draftKey, JSON.stringify(draft)), [draft]);
  // After a submit, not while mistakes are corrected.
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [refusals]);

  const change = (part: Partial<JobDraft>) => {
    setErrors(before => errorsAfter(before, draft, part));
    setDraft(before => ({ ...before, ...part }));
  };
  const refuse = (mistakes: Record<string, string[]>) => {
    setErrors(mistakes);
    setRefusals(before => before + 1);
  };
  const of = (field: string) => errorsFor(errors, field);
  const at = (field: string) => errorsAt(errors, field);
  const text = (name: TextField) => ({
    value: draft[name],
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => change({ [name]: event.target.value }),
  });
  const number = (name: TextField) => ({ ...text(name), inputMode: 'decimal' as const });

  const told = (mistakes: DraftErrors) =>
    Object.fromEntries(Object.entries(mistakes).map(([field, { key, values }]) => [field, [t(key, values)]]));

  const submit = async () => {
    const { request, errors: own } = toRequest(draft);
    const missing = told(missingFields(draft));
    setFailure(null);
    if (Object.keys(own).length > 0) {
      refuse({ ...missing, ...told(own) });
      return;
    }
    const body = JSON.stringify(request);
    if (key.current.body !== body) {
      key.current = { body, key: newKey() };
    }
    setErrors({});
    setSending(true);
    try {
      const job = await submitJob(request, key.current.key);
      sessionStorage.removeItem(draftKey);
      await navigate({ to: '/jobs/$id', params: { id: job.id } });
    } catch (error) {
      setSending(false);
      const mistakes = error instanceof ApiError ? fieldErrors(say, error.problem) : {};
      if (Object.keys(mistakes).length > 0) {
        refuse({ ...mistakes, ...missing });
      } else {
        setFailure(error);
      }
    }
  };

  const hasErrors = Object.keys(errors).length > 0;
  return (
    <div className="page page-form">
      <PageHeader title={t('submit.title')} />
      <form
        ref={form}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <fieldset>
          <legend>{t('submit.basics')}</legend>
          <div className="field-row">
            <Field label={t('submit.name')} errors={of('name')}>
              {/* eslint-disable-next-line jsx-a11y/no-autofocus -- the page is this form */}
              <input {...text('name')} autoFocus />
            </Field>
            <Field label={t('submit.project')} hint={t('submit.project.hint')} errors={of('project')}>
              <input {...text('project')} />
            </Field>
          </div>
          <Field label={t('submit.command')} hint={t('submit.command.hint')} errors={of('command')}>
            <input {...text('command')} className="mono" placeholder="python3 train.py --epochs 5" />
          </Field>
          <FileRows files={draft.files} errorsAt={at} onChange={files => change({ files })} />
          <Field label={t('submit.source')} hint={t('submit.source.hint')} errors={of('source')}>
            <input {...text('source')} className="mono" />
          </Field>
        </fieldset>
        <fieldset>
          <legend>{t('submit.resources')}</legend>
          <div className="field-row field-row-small">
            <Field label={t('submit.gpus')} errors={of('resources.gpus')}>
              <input {...number('gpus')} />
            </Field>
            <Field label={t('submit.cpus')} errors={of('resources.cpus')}>
              <input {...number('cpus')} />
            </Field>
            <Field label={t('submit.memory')} hint={t('submit.limits')} errors={of('resources.memoryMiB')}>
              <input {...number('memoryMiB')} />
            </Field>
            <Field label={t('submit.priority')} errors={of('priority')}>
              <input {...number('priority')} />
            </Field>
            <Field label={t('submit.attempts')} errors={of('retry.maxAttempts')}>
              <input {...number('maxAttempts')} />
            </Field>
            <Field label={t('submit.backoff')} errors={of('retry.backoffSeconds')}>
              <input {...number('backoffSeconds')} />
            </Field>
            <Field label={t('submit.timeout')} errors={of('timeoutSeconds')}>
              <input {...number('timeoutSeconds')} placeholder={t('submit.timeout.none')} />
            </Field>
          </div>
        </fieldset>
        <fieldset>
          <legend>{t('submit.data')}</legend>
          <InputRows inputs={draft.inputs} errorsAt={at} onChange={inputs => change({ inputs })} />
          <OutputRows outputs={draft.outputs} errorsAt={at} onChange={outputs => change({ outputs })} />
        </fieldset>
        <fieldset>
          <legend>{t('submit.more')}</legend>
          <div className="field-row">
            <Field label={t('submit.env')} hint={t('submit.env.hint')} errors={of('env')}>
              <textarea {...text('env')} rows={3} className="mono" />
            </Field>
            <Field label={t('submit.labels')} hint={t('submit.labels.hint')} errors={of('labels')}>
              <textarea {...text('labels')} rows={3} className="mono" />
            </Field>
          </div>
        </fieldset>
        <div className="form-foot">
          <Button kind="primary" type="submit" disabled={sending}>
            {t(sending ? 'submit.sending' : 'submit.send')}
          </Button>
          <span role="alert" className="error-text">
            {hasErrors
              ? [t('submit.errors'), ...errorsElsewhere(errors, fields)].join(' ')
              : failure
                ? t('submit.failed', { reason })
                : ''}
          </span>
        </div>
      </form>
    </div>
  );
}

function readDraft(): JobDraft {
  const stored = sessionStorage.getItem(draftKey);
  return stored ? { ...emptyDraft, ...(JSON.parse(stored) as Partial<JobDraft>) } : emptyDraft;
}

/** Not randomUUID, which pages that came over plain HTTP do not have. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), part => part.toString(16).padStart(8, '0')).join('');
}
