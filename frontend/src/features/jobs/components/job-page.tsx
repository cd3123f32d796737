import { Link, useNavigate } from '@tanstack/react-router';
import { CircleStop, RotateCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { DeleteButton, InBin } from '../../../components/bin-actions';
import { Button } from '../../../components/button';
import { ConfirmDialog } from '../../../components/confirm-dialog';
import { CopyButton } from '../../../components/copy-button';
import { Curves } from '../../../components/curves/curves';
import { Facts } from '../../../components/facts';
import { JobLink } from '../../../components/job-link';
import { PageHeader } from '../../../components/page-header';
import { AbsentState, PendingPage, WaitingState } from '../../../components/states';
import { StatusBadge } from '../../../components/status-badge';
import { SubjectAlerts } from '../../../components/subject-alerts';
import { Tabs } from '../../../components/tabs';
import { Ago, Duration } from '../../../components/time';
import { useEditRefusal } from '../../../lib/caller';
import { formatDuration } from '../../../lib/format';
import { useText, useSay } from '../../../lib/i18n/i18n';
import type { Bin } from '../../../lib/use-bin';
import { useNow } from '../../../lib/use-now';
import { userName } from '../../../lib/user-name';
import { callerName, isImplied } from '../../../lib/actor';
import { cancellationOf } from '../api/cause';
import {
  canBeJobId,
  firstStart,
  isOver,
  isUnstarted,
  jobStatuses,
  placedOn,
  shownStatus,
  unendedChildren,
  useHistory,
  useJob,
  useJobBin,
  useJobCommand,
  type Job,
} from '../api/jobs';
import { reasonText } from './end-reason';
import { JobArtifacts } from './job-artifacts';
import { JobHistory } from './job-history';
import { JobLog } from './job-log';
import { JobRanks } from './job-ranks';
import { JobRequest } from './job-request';
import { jobTabs, type JobSearch } from './job-tabs';

export function JobPage(props: { id: string; search: JobSearch }) {
  const t = useText();
  return canBeJobId(props.id) ? (
    <ExpectedJob {...props} />
  ) : (
    <AbsentState title={t('job.absent.title')} text={t('job.absent.never', { id: props.id })}>
      <BackToJobs />
    </AbsentState>
  );
}

function BackToJobs() {
  const t = useText();
  return (
    <Link to="/jobs" className="button button-primary">
      {t('app.notFound.back')}
    </Link>
  );
}

/** A job that may not exist yet, as just after it was submitted. */
function ExpectedJob({ id, search }: { id: string; search: JobSearch }) {
  const t = useText();
  const { job, error, patient, retry } = useJob(id);
  if (job) {
    return <JobView job={job} search={search} />;
  }
  if (error || job === undefined) {
    return <PendingPage error={error} onRetry={retry} />;
  }
  return patient ? (
    <WaitingState title={t('job.waiting.title')} text={t('job.waiting.text', { id })} />
  ) : (
    <AbsentState title={t('job.absent.title')} text={t('job.absent.never', { id })}>
      <Button onClick={() => void retry()}>{t('common.retry')}</Button>
      <BackToJobs />
    </AbsentState>
  );
}

function JobView({ job, search }: { job: Job; search: JobSearch }) {
  const t = useText();
  const navigate = useNavigate();
  const bin = useJobBin(job.id);
  const tabs = job.ranks ? jobTabs : jobTabs.filter(one => one !== 'ranks');
  const tab = tabs.find(one => one === search.tab) ?? 'overview';
  const attempt = Math.min(search.attempt ?? job.attempt, job.attempt);
  const isBeyond = search.attempt !== undefined && search.attempt > job.attempt;
  useEffect(() => {
    if (isBeyond) {
      void navigate({ to: '.', search: { ...search, attempt: undefined, line: undefined }, replace: true });
    }
  }, [isBeyond, navigate, search]);
  // Back undoes the choice of a tab or an attempt; a line is only noted in the address.
  const go = (change: JobSearch, replace = false) =>
    void navigate({
      to: '/jobs/$id',
      params: { id: job.id },
      search: { ...search, ...change },
      replace,
    });
  return (
    <div className="page page-fill">
      <PageHeader title={job.name}>
        <StatusBadge status={shownStatus(job)} />
        <JobActions job={job} bin={bin} />
      </PageHeader>
      {job.deletion && <InBin text={t('bin.holds.job')} bin={bin} />}
      <SubjectAlerts subject={job.id} />
      <JobFacts job={job} />
      <Tabs
        names={tabs}
        chosen={tab}
        textOf={one => t(`job.tab.${one}`)}
        onChoose={one => one !== tab && go({ tab: one })}
      >
        {tab === 'overview' && (
          <>
            <JobLog
              job={job}
              attempt={attempt}
              line={search.line}
              find={search.find}
              onAttempt={chosen => go({ attempt: chosen, line: undefined })}
              onLine={line => go({ line, attempt }, true)}
            />
            <Curves
              key={job.runId}
              runId={job.runId}
              begun={Boolean(job.startedAt) || job.attempt > 1 || isOver(job)}
              ended={isOver(job)}
              unstarted={isOver(job) && isUnstarted(job) && job.attempt === 1}
            />
          </>
        )}
        {tab === 'ranks' && job.ranks && <JobRanks job={job} ranks={job.ranks} />}
        {tab === 'history' && <JobHistory job={job} />}
        {tab === 'artifacts' && <JobArtifacts job={job} />}
        {tab === 'request' && <JobRequest job={job} />}
      </Tabs>
    </div>
  );
}

function JobFacts({ job }: { job: Job }) {
  const t = useText();
  const say = useSay();
  const cancelledBy = useCanceller(job);
  return (
    <Facts
      items={[
        [
          t('common.project'),
          <Link key="project" to="/jobs" search={{ project: job.project }}>
            {job.project}
          </Link>,
        ],
        [t('job.parent'), job.parentId && <JobLink key="parent" id={job.parentId} />],
        [t('job.children'), job.children && <ChildrenLink key="children" id={job.id} counts={job.children} />],
        [t('job.node'), placedOn(job)],
        [
          t('job.attempt'),
          isUnstarted(job) && job.attempt === 1
            ? '–'
            : `${job.attempt} / ${Math.max(job.attempt, job.retry.maxAttempts)}`,
        ],
        [t('job.submitted'), <Ago key="at" at={job.submittedAt} />],
        [t('job.owner'), job.submittedBy && <OwnerLink key="owner" subject={job.submittedBy} />],
        [t('job.cancelledBy'), cancelledBy],
        [t('bin.deletedAt'), job.deletion && <Ago key="deleted" at={job.deletion.at} />],
        [t('bin.deletedBy'), job.deletion?.by && callerName(t, job.deletion.by)],
        [t('bin.deletedFor'), job.deletion?.reason],
        [t('job.duration'), job.startedAt ? <JobDuration key="for" job={job} /> : null],
        [t('job.exitCode'), hasOtherExitCode(job) ? job.exitCode : null],
        [t(job.status === 'succeeded' ? 'job.note' : 'job.reason'), reasonText(t, say, job)],
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

/** How long the current or last attempt took; of several also how long all of them, with the time between. */
function JobDuration({ job }: { job: Job }) {
  const t = useText();
  const now = useNow();
  const hasSeveral = job.attempt > 1;
  const { data } = useHistory(job, hasSeveral);
  const start = Date.parse((hasSeveral && data && firstStart(data.items)) || '');
  const end = job.endedAt ? Date.parse(job.endedAt) : now;
  return (
    <>
      <Duration from={job.startedAt} to={job.endedAt} />
      {start < Date.parse(job.startedAt ?? '') && (
        <span className="muted number">
          {' · '}
          {t('job.duration.whole', { duration: formatDuration(end - start, t) })}
        </span>
      )}
    </>
  );
}

/** Whether the exit code says more than the reason does. */
function hasOtherExitCode({ exitCode, reason }: Job): boolean {
  return exitCode != null && exitCode !== 0 && reason !== 'exit_code';
}

/** Who cancelled a job, or that its parent was; null where it was not. */
function useCanceller(job: Job): string | null {
  const t = useText();
  const isCancelled = job.status === 'cancelled';
  const { data } = useHistory(job, isCancelled);
  const cancellation = isCancelled && data ? cancellationOf(data.items) : null;
  if (!cancellation) {
    return null;
  }
  const { cause, entry } = cancellation;
  const parts = [
    cause === 'parent' && t('cause.parent'),
    entry.actor && !isImplied(entry.actor, cause) && callerName(t, entry.actor),
  ];
  return parts.filter(Boolean).join(' · ');
}

function OwnerLink({ subject }: { subject: string }) {
  const t = useText();
  return (
    <Link to="/jobs" search={{ submittedBy: userName(subject) ?? subject }}>
      {callerName(t, subject)}
    </Link>
  );
}

/** How many children a job has by status; leads to their list. */
function ChildrenLink({ id, counts }: { id: string; counts: NonNullable<Job['children']> }) {
  const t = useText();
  const parts = jobStatuses
    .filter(one => counts[one])
    .map(one => t('job.children.count', { count: counts[one] ?? 0, status: t(`status.${one}`).toLowerCase() }));
  return (
    <Link to="/jobs" search={{ parent: id }}>
      {parts.join(t('common.comma'))}
    </Link>
  );
}

function JobActions({ job, bin }: { job: Job; bin: Bin }) {
  const t = useText();
  const [asking, setAsking] = useState<'cancel' | 'retry' | null>(null);
  const cancel = useJobCommand(job.id, 'cancel');
  const retry = useJobCommand(job.id, 'retry');
  const children = unendedChildren(job);
  const refusal = useEditRefusal();
  const canRetry = !job.deletion && (job.status === 'failed' || job.status === 'cancelled');
  return (
    <>
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
      {isOver(job) && !job.deletion && (
        <DeleteButton name={job.name} note={t('job.delete.note')} onDelete={bin.remove.mutateAsync} />
      )}
      <ConfirmDialog
        open={asking === 'cancel'}
        danger
        title={t('job.cancel.title', { name: job.name })}
        text={children > 0 ? t('job.cancel.group', { count: children }) : t('job.cancel.text')}
        confirm={t('job.cancel')}
        refuse={t('job.keep')}
        onConfirm={() => cancel.mutateAsync()}
        onClose={() => setAsking(null)}
      />
      <ConfirmDialog
        open={asking === 'retry'}
        title={t('job.retry.title', { name: job.name })}
        text={t('job.retry.text')}
        confirm={t('job.retry')}
        refuse={t('common.cancel')}
        onConfirm={() => retry.mutateAsync()}
        onClose={() => setAsking(null)}
      />
    </>
  );
}
