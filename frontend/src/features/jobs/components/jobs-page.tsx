import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { EmptyState } from '../../../components/states';
import { ListPage } from '../../../components/list-page';
import { Notes } from '../../../components/notes';
import { deletionColumns, deletionNote, type ShowDeletion } from '../../../components/deletion-columns';
import { StatusBadge } from '../../../components/status-badge';
import { Ago, Duration } from '../../../components/time';
import type { Column } from '../../../components/virtual-table';
import { useText, useSay, type Text } from '../../../lib/i18n/i18n';
import type { Say } from '../../../lib/i18n/sentences';
import type { ListSearch } from '../../../lib/list-search';
import { callerName } from '../../../lib/actor';
import { isUnstarted, jobBin, jobStatuses, placedOn, shownStatus, type JobItem } from '../api/jobs';
import { reasonText } from './end-reason';
import { SubmitLink } from './submit-link';

export function JobsPage({ search }: { search: ListSearch }) {
  const t = useText();
  const say = useSay();
  return (
    <ListPage
      title={t('app.jobs')}
      actions={<SubmitLink icon={<Plus aria-hidden="true" />} />}
      rows="/api/jobs"
      search={search}
      searchLabel={t('jobs.search')}
      statuses={jobStatuses}
      tableLabel={t('jobs.table')}
      columns={search.deleted ? binColumns(t) : columns(t, say)}
      bin={jobBin}
      deleteNote={t('job.delete.note.many')}
      empty={
        <EmptyState title={t('jobs.empty.title')} text={t('jobs.empty.text')}>
          <SubmitLink />
        </EmptyState>
      }
    />
  );
}

const ofJob: ShowDeletion<JobItem> = ({ deletion }, show) => deletion && show(deletion);

function binColumns(t: Text): Column<JobItem>[] {
  return [
    {
      key: 'status',
      name: t('bin.status'),
      width: '7.5rem',
      wide: true,
      cell: job => <StatusBadge status={shownStatus(job)} />,
    },
    { key: 'name', name: t('common.name'), width: 'minmax(6rem, 2fr)', cell: jobName, note: deletionNote(t, ofJob) },
    { key: 'project', name: t('common.project'), width: 'minmax(6rem, 1.2fr)', wide: true, cell: job => job.project },
    ...deletionColumns(t, ofJob),
  ];
}

function jobName(job: JobItem) {
  return (
    <Link to="/jobs/$id" params={{ id: job.id }} className="row-link">
      {job.name}
    </Link>
  );
}

function columns(t: Text, say: Say): Column<JobItem>[] {
  return [
    {
      key: 'status',
      name: t('common.status'),
      width: '7.5rem',
      wide: true,
      cell: job => <StatusBadge status={shownStatus(job)} />,
    },
    {
      key: 'name',
      name: t('common.name'),
      width: 'minmax(6rem, 2fr)',
      cell: jobName,
      note: job => (
        <Notes
          items={[
            ['status', <StatusBadge key="status" status={shownStatus(job)} />],
            ['project', job.project],
            ['owner', job.submittedBy && callerName(t, job.submittedBy)],
            ['submitted', <Ago key="submitted" at={job.submittedAt} />],
          ]}
        />
      ),
    },
    { key: 'project', name: t('common.project'), width: 'minmax(6rem, 1.2fr)', wide: true, cell: job => job.project },
    {
      key: 'owner',
      name: t('job.owner'),
      width: 'minmax(4rem, 0.7fr)',
      wide: true,
      cell: job => (job.submittedBy ? callerName(t, job.submittedBy) : '–'),
    },
    {
      key: 'node',
      name: t('jobs.column.node'),
      width: 'minmax(6rem, 1fr)',
      wide: true,
      cell: job => {
        const reason = reasonText(t, say, job);
        return job.nodes.length > 0 ? (
          placedOn(job)
        ) : (
          <span className="muted" title={reason ?? undefined}>
            {reason ?? '–'}
          </span>
        );
      },
    },
    {
      key: 'attempt',
      name: t('jobs.column.attempt'),
      width: '4.5rem',
      wide: true,
      number: true,
      cell: job => (isUnstarted(job) && job.attempt === 1 ? '–' : job.attempt),
    },
    {
      key: 'duration',
      name: t('jobs.column.duration'),
      width: '6.5rem',
      number: true,
      cell: job => <Duration from={job.startedAt} to={job.endedAt} />,
    },
    {
      key: 'submitted',
      name: t('jobs.column.submitted'),
      width: '6.5rem',
      wide: true,
      number: true,
      cell: job => <Ago at={job.submittedAt} />,
    },
  ];
}
