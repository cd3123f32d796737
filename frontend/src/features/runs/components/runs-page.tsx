import { Link, useNavigate } from '@tanstack/react-router';
import { ChartSpline } from 'lucide-react';
import { useCallback } from 'react';
import { EmptyState } from '../../../components/states';
import { ListPage } from '../../../components/list-page';
import { PageHeader } from '../../../components/page-header';
import { SearchBox } from '../../../components/search-box';
import { StatusBadge } from '../../../components/status-badge';
import { Ago, Duration } from '../../../components/time';
import type { Column } from '../../../components/virtual-table';
import { formatValue } from '../../../lib/format';
import { useText, type Text } from '../../../lib/i18n/i18n';
import { readValue } from '../../../lib/series';
import { useRows } from '../../../lib/use-rows';
import { runStatuses, type Run } from '../api/runs';

export interface RunsSearch {
  status?: string;
  project?: string;
  search?: string;
}

export function RunsPage({ search }: { search: RunsSearch }) {
  const t = useText();
  const navigate = useNavigate();
  const rows = useRows<Run>('/api/runs', { ...search });
  const { status, project, search: text } = search;
  const change = useCallback(
    (part: RunsSearch) => {
      const next = { status, project, search: text, ...part };
      void navigate({
        to: '/runs',
        search: Object.fromEntries(Object.entries(next).filter(([, value]) => value)),
        replace: true,
      });
    },
    [navigate, status, project, text],
  );
  const onSearch = useCallback((value: string) => change({ search: value }), [change]);
  const onProject = useCallback((value: string) => change({ project: value }), [change]);
  return (
    <div className="page page-fill">
      <PageHeader title={t('app.runs')} />
      <div className="filters">
        <SearchBox main label={t('runs.search')} value={text ?? ''} onChange={onSearch} />
        <SearchBox label={t('common.filter.project')} value={project ?? ''} onChange={onProject} />
        <div className="segments" role="group" aria-label={t('common.status')}>
          <button type="button" aria-pressed={!status} onClick={() => change({ status: '' })}>
            {t('common.all')}
          </button>
          {runStatuses.map(one => (
            <button key={one} type="button" aria-pressed={status === one} onClick={() => change({ status: one })}>
              {t(`status.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <ListPage
        label={t('runs.table')}
        rows={rows}
        columns={columns(t)}
        filtered={Boolean(status || project || text)}
        onClear={() => change({ status: '', project: '', search: '' })}
        empty={
          <EmptyState
            title={t('runs.empty.title')}
            text={t('runs.empty.text')}
            icon={<ChartSpline aria-hidden="true" />}
          />
        }
      />
    </div>
  );
}

function columns(t: Text): Column<Run>[] {
  return [
    { name: t('common.status'), width: '7.5rem', cell: run => <StatusBadge status={run.status} /> },
    {
      name: t('common.name'),
      width: 'minmax(7rem, 2fr)',
      cell: run => (
        <Link to="/runs/$id" params={{ id: run.id }} className="row-link">
          {run.name}
        </Link>
      ),
    },
    { name: t('common.project'), width: 'minmax(6rem, 1.2fr)', wide: true, cell: run => run.project ?? '–' },
    {
      name: t('runs.best'),
      width: 'minmax(8rem, 1fr)',
      wide: true,
      cell: run =>
        run.primaryMetric?.value == null ? (
          <span className="muted">–</span>
        ) : (
          <span className="number">
            {run.primaryMetric.name} {formatValue(readValue(run.primaryMetric.value))}
          </span>
        ),
    },
    {
      name: t('runs.duration'),
      width: '5.5rem',
      number: true,
      cell: run => <Duration from={run.startedAt} to={run.endedAt} />,
    },
    { name: t('runs.created'), width: '6.5rem', wide: true, number: true, cell: run => <Ago at={run.createdAt} /> },
  ];
}
