import { Link, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useCallback } from 'react';
import { EmptyState } from '../../../components/states';
import { ListPage } from '../../../components/list-page';
import { PageHeader } from '../../../components/page-header';
import { SearchBox } from '../../../components/search-box';
import { StatusBadge } from '../../../components/status-badge';
import { Ago, Duration } from '../../../components/time';
import type { Column } from '../../../components/virtual-table';
import { useText, type Text } from '../../../lib/i18n/i18n';
import { useRows } from '../../../lib/use-rows';
import { shownStatus, statuses, type JobItem } from '../api/jobs';
import { reasonText } from './end-reason';

export interface JobsSearch {
  status?: string;
  project?: string;
  search?: string;
}

export function JobsPage({ search }: { search: JobsSearch }) {
  const t = useText();
  const navigate = useNavigate();
  const rows = useRows<JobItem>('/api/jobs', { ...search });
  const { status, project, search: text } = search;
  const change = useCallback(
    (part: JobsSearch) =>
      void navigate({ to: '/jobs', search: clean({ status, project, search: text, ...part }), replace: true }),
    [navigate, status, project, text],
  );
  const onSearch = useCallback((value: string) => change({ search: value }), [change]);
  const onProject = useCallback((value: string) => change({ project: value }), [change]);
  return (
    <div className="page page-fill">
      <PageHeader title={t('app.jobs')}>
        <Link to="/jobs/new" className="button button-primary">
          <Plus aria-hidden="true" />
          <span>{t('jobs.submit')}</span>
        </Link>
      </PageHeader>
      <div className="filters">
        <SearchBox main label={t('jobs.search')} value={text ?? ''} onChange={onSearch} />
        <SearchBox label={t('common.filter.project')} value={project ?? ''} onChange={onProject} />
        <div className="segments" role="group" aria-label={t('common.status')}>
          <button type="button" aria-pressed={!status} onClick={() => change({ status: '' })}>
            {t('common.all')}
          </button>
          {statuses.map(one => (
            <button key={one} type="button" aria-pressed={status === one} onClick={() => change({ status: one })}>
              {t(`status.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <ListPage
        label={t('jobs.table')}
        rows={rows}
        columns={columns(t)}
        filtered={Boolean(status || project || text)}
        onClear={() => change({ status: '', project: '', search: '' })}
        empty={
          <EmptyState title={t('jobs.empty.title')} text={t('jobs.empty.text')}>
            <Link to="/jobs/new" className="button button-primary">
              {t('jobs.submit')}
            </Link>
          </EmptyState>
        }
      />
    </div>
  );
}

function clean(search: JobsSearch): JobsSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value));
}

function columns(t: Text): Column<JobItem>[] {
  return [
    { name: t('common.status'), width: '7.5rem', cell: job => <StatusBadge status={shownStatus(job)} /> },
    {
      name: t('common.name'),
      width: 'minmax(7rem, 2fr)',
      cell: job => (
        <Link to="/jobs/$id" params={{ id: job.id }} className="row-link">
          {job.name}
        </Link>
      ),
    },
    { name: t('common.project'), width: 'minmax(6rem, 1.2fr)', wide: true, cell: job => job.project },
    {
      name: t('jobs.column.node'),
      width: 'minmax(6rem, 1fr)',
      wide: true,
      cell: job => {
        const reason = reasonText(t, job);
        return job.nodes.length > 0 ? (
          job.nodes.map(node => node.nodeName).join(', ')
        ) : (
          <span className="muted" title={reason ?? undefined}>
            {reason ?? '–'}
          </span>
        );
      },
    },
    { name: t('jobs.column.attempt'), width: '4.5rem', wide: true, number: true, cell: job => job.attempt },
    {
      name: t('jobs.column.duration'),
      width: '5.5rem',
      number: true,
      cell: job => <Duration from={job.startedAt} to={job.endedAt} />,
    },
    {
      name: t('jobs.column.submitted'),
      width: '6.5rem',
      wide: true,
      number: true,
      cell: job => <Ago at={job.submittedAt} />,
    },
  ];
}
