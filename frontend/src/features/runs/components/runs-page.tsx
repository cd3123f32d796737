import { Link } from '@tanstack/react-router';
import { ChartSpline } from 'lucide-react';
import { deletionColumns, deletionNote, type ShowDeletion } from '../../../components/deletion-columns';
import { EmptyState } from '../../../components/states';
import { ListPage } from '../../../components/list-page';
import { Notes } from '../../../components/notes';
import { StatusBadge } from '../../../components/status-badge';
import { Ago, Duration } from '../../../components/time';
import type { Column } from '../../../components/virtual-table';
import { formatResult } from '../../../lib/format';
import { useText, type Text } from '../../../lib/i18n/i18n';
import type { ListSearch } from '../../../lib/list-search';
import { readValue } from '../../../lib/series';
import { runBin, runStatuses, type Run } from '../api/runs';

export function RunsPage({ search }: { search: ListSearch }) {
  const t = useText();
  return (
    <ListPage
      title={t('app.runs')}
      rows="/api/runs"
      search={search}
      searchLabel={t('runs.search')}
      statuses={runStatuses}
      tableLabel={t('runs.table')}
      columns={search.deleted ? binColumns(t) : columns(t)}
      bin={runBin}
      empty={
        <EmptyState
          title={t('runs.empty.title')}
          text={t('runs.empty.text')}
          icon={<ChartSpline aria-hidden="true" />}
        />
      }
    />
  );
}

const ofRun: ShowDeletion<Run> = ({ deletion }, show) => deletion && show(deletion);

function binColumns(t: Text): Column<Run>[] {
  return [
    {
      key: 'status',
      name: t('bin.status'),
      width: '7.5rem',
      wide: true,
      cell: run => <StatusBadge status={run.status} />,
    },
    { key: 'name', name: t('common.name'), width: 'minmax(7rem, 2fr)', cell: runName, note: deletionNote(t, ofRun) },
    {
      key: 'project',
      name: t('common.project'),
      width: 'minmax(6rem, 1.2fr)',
      wide: true,
      cell: run => run.project ?? '–',
    },
    ...deletionColumns(t, ofRun),
  ];
}

/** The runs of a project. */
function projectLink({ project }: Run) {
  return project ? (
    <Link to="/runs" search={{ project }} className="above-row" title={project}>
      {project}
    </Link>
  ) : (
    '–'
  );
}

function runName(run: Run) {
  return (
    <Link to="/runs/$id" params={{ id: run.id }} className="row-link">
      {run.name}
    </Link>
  );
}

function columns(t: Text): Column<Run>[] {
  return [
    {
      key: 'status',
      name: t('common.status'),
      width: '7.5rem',
      wide: true,
      cell: run => <StatusBadge status={run.status} />,
    },
    {
      key: 'name',
      name: t('common.name'),
      width: 'minmax(7rem, 2fr)',
      cell: runName,
      note: run => (
        <Notes
          items={[
            ['status', <StatusBadge key="status" status={run.status} />],
            ['project', run.project],
            ['result', resultOf(run)],
            // What it reached is worth more than its age, where there is no room for both.
            ['created', resultOf(run) ? null : <Ago key="created" at={run.createdAt} />],
          ]}
        />
      ),
    },
    {
      key: 'project',
      name: t('common.project'),
      width: 'minmax(6rem, 1.2fr)',
      wide: true,
      cell: projectLink,
    },
    {
      key: 'result',
      name: t('runs.result'),
      width: 'minmax(10rem, 1.5fr)',
      wide: true,
      cell: run => resultOf(run) ?? <span className="muted">–</span>,
    },
    {
      key: 'duration',
      name: t('runs.duration'),
      width: '6.5rem',
      narrow: '4.75rem',
      number: true,
      cell: run => <Duration from={run.startedAt} to={run.endedAt} />,
    },
    {
      key: 'created',
      name: t('runs.created'),
      width: '6.5rem',
      wide: true,
      number: true,
      cell: run => <Ago at={run.createdAt} />,
    },
  ];
}

/** What a run reached: the best value of its primary metric, or else the numbers of its summary; null while there is neither. */
function resultOf({ primaryMetric, summary }: Run) {
  const results: [string, number | string | null][] =
    primaryMetric?.value != null
      ? [[primaryMetric.name, primaryMetric.value]]
      : Object.entries(summary).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  const text = results.map(([name, value]) => `${name} ${formatResult(readValue(value))}`).join(' · ');
  return text ? (
    <span className="number" title={results.map(([name, value]) => `${name} ${value}`).join(' · ')}>
      {text}
    </span>
  ) : null;
}
