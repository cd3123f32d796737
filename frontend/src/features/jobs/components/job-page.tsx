import { Link, useNavigate } from '@tanstack/react-router';
import { CircleStop, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button';
import { ConfirmDialog } from '../../../components/confirm-dialog';
import { CopyButton } from '../../../components/copy-button';
import { Curves } from '../../../components/curves/curves';
import { Facts } from '../../../components/facts';
import { PageHeader } from '../../../components/page-header';
import { AbsentState, ActionError, Pending, WaitingState } from '../../../components/states';
import { StatusBadge } from '../../../components/status-badge';
import { Tabs } from '../../../components/tabs';
import { Ago, Duration } from '../../../components/time';
import { useEditRefusal } from '../../../lib/caller';
import { useText, useTranslate } from '../../../lib/i18n/i18n';
import { isOver, shownStatus, useJob, useJobCommand, type Job } from '../api/jobs';
import { reasonText } from './end-reason';
import { JobArtifacts } from './job-artifacts';
import { JobHistory } from './job-history';
import { JobLog } from './job-log';
import { JobRequest } from './job-request';
import { jobTabs, type JobSearch } from './job-tabs';

export function JobPage({ id, search }: { id: string; search: JobSearch }) {
  const t = useText();
  const { job, error, patient, retry } = useJob(id);
  if (job) {
    return <JobView job={job} search={search} />;
  }
  if (error || job === undefined) {
    return <Pending error={error} onRetry={retry} />;
  }
  return patient ? (
    <WaitingState title={t('job.waiting.title')} text={t('job.waiting.text', { id })} />
  ) : (
    <AbsentState title={t('job.absent.title')} text={t('job.absent.text', { id })}>
      <Button onClick={() => void retry()}>{t('common.retry')}</Button>
    </AbsentState>
  );
}

function JobView({ job, search }: { job: Job; search: JobSearch }) {
  const t = useText();
  const navigate = useNavigate();
  const tab = search.tab ?? 'overview';
  const attempt = Math.min(search.attempt ?? job.attempt, job.attempt);
  const go = (change: JobSearch) =>
    void navigate({ to: '/jobs/$id', params: { id: job.id }, search: { ...search, ...change }, replace: true });
  return (
    <div className="page page-fill">
      <PageHeader title={job.name}>
        <StatusBadge status={shownStatus(job)} />
        <JobActions job={job} />
      </PageHeader>
      <JobFacts job={job} />
      <Tabs names={jobTabs} chosen={tab} textOf={one => t(`job.tab.${one}`)} onChoose={one => go({ tab: one })}>
        {tab === 'overview' && (
          <>
            <JobLog
              job={job}
              attempt={attempt}
              line={search.line}
              onAttempt={chosen => go({ attempt: chosen, line: undefined })}
              onLine={line => go({ line, attempt })}
            />
            <Curves key={job.runId} runId={job.runId} begun={Boolean(job.startedAt) || isOver(job)} />
          </>
        )}
        {tab === 'history' && <JobHistory job={job} />}
        {tab === 'artifacts' && <JobArtifacts job={job} />}
        {tab === 'request' && <JobRequest job={job} />}
      </Tabs>
    </div>
  );
}

function JobFacts({ job }: { job: Job }) {
  const t = useText();
  const translate = useTranslate();
  return (
    <Facts
      items={[
        [t('common.project'), job.project],
        [t('job.node'), job.nodes.map(node => node.nodeName).join(', ')],
        [t('job.attempt'), `${job.attempt} / ${Math.max(job.attempt, job.retry.maxAttempts)}`],
        [t('job.submitted'), <Ago key="at" at={job.submittedAt} />],
        [t('job.owner'), job.submittedBy?.replace(/^user:/, '')],
        [t('job.duration'), job.startedAt ? <Duration key="for" from={job.startedAt} to={job.endedAt} /> : null],
        [t('job.exitCode'), job.exitCode],
        [t(job.status === 'succeeded' ? 'job.note' : 'job.reason'), reasonText(t, translate, job)],
        [
          t('job.run'),
          <Link key="run" to="/runs/$id" params={{ id: job.runId }} className="mono">
            {job.runId.slice(-8)}
          </Link>,
        ],
        [
          'ID',
          <span key="id" className="with-button">
            <span className="mono">{job.id.slice(-8)}</span>
            <CopyButton text={job.id} label={t('job.copyId')} />
          </span>,
        ],
      ]}
    />
  );
}

function JobActions({ job }: { job: Job }) {
  const t = useText();
  const [asking, setAsking] = useState<'cancel' | 'retry' | null>(null);
  const cancel = useJobCommand(job.id, 'cancel');
  const retry = useJobCommand(job.id, 'retry');
  const refusal = useEditRefusal();
  const canRetry = job.status === 'failed' || job.status === 'cancelled';
  return (
    <>
      <ActionError error={cancel.error ?? retry.error} />
      {!isOver(job) && (
        <Button
          kind="danger"
          icon={<CircleStop aria-hidden="true" />}
          disabled={job.stopping || cancel.isPending}
          refusal={refusal}
          onClick={() => setAsking('cancel')}
        >
          {t('job.cancel')}
        </Button>
      )}
      {canRetry && (
        <Button
          icon={<RotateCw aria-hidden="true" />}
          disabled={retry.isPending}
          refusal={refusal}
          onClick={() => setAsking('retry')}
        >
          {t('job.retry')}
        </Button>
      )}
      <ConfirmDialog
        open={asking === 'cancel'}
        danger
        title={t('job.cancel.title', { name: job.name })}
        text={t('job.cancel.text')}
        confirm={t('job.cancel')}
        refuse={t('job.keep')}
        onConfirm={() => cancel.mutate()}
        onClose={() => setAsking(null)}
      />
      <ConfirmDialog
        open={asking === 'retry'}
        title={t('job.retry.title', { name: job.name })}
        text={t('job.retry.text')}
        confirm={t('job.retry')}
        refuse={t('job.back')}
        onConfirm={() => retry.mutate()}
        onClose={() => setAsking(null)}
      />
    </>
  );
}
