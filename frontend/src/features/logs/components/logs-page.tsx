import { useNavigate } from '@tanstack/react-router';
import { Search, TextSearch } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button';
import { FilterChip } from '../../../components/filter-chip';
import { FilterRow } from '../../../components/filter-row';
import { JobLink } from '../../../components/job-link';
import { PageHeader } from '../../../components/page-header';
import { SearchInput } from '../../../components/search-input';
import { EmptyState, Pending, useReason } from '../../../components/states';
import { ApiError } from '../../../lib/api';
import { formatBytes, formatDateTime } from '../../../lib/format';
import { useSay, useText } from '../../../lib/i18n/i18n';
import { fieldErrors } from '../../../lib/i18n/sentences';
import { logAges, readLogSearch, type LogSearch } from '../api/log-address';
import { useLogSearch, useSearchAnew } from '../api/log-search';
import { FoundLines } from './found-lines';
import './logs.css';

/** Searches the logs of all jobs. What is searched for is in the address. */
export function LogsPage({ search }: { search: LogSearch }) {
  const t = useText();
  return (
    <div className="page page-logs">
      <PageHeader title={t('logs.title')} />
      <SearchForm search={search} />
      {search.q?.trim() ? (
        <Results key={JSON.stringify(search)} search={search} />
      ) : (
        <EmptyState
          title={t('logs.start.title')}
          text={t('logs.start.text')}
          icon={<TextSearch aria-hidden="true" />}
        />
      )}
    </div>
  );
}

/** A search is carried out when it is sent: each reads many logs. */
function SearchForm({ search }: { search: LogSearch }) {
  const t = useText();
  const navigate = useNavigate();
  const [q, setQ] = useState(search.q ?? '');
  const [project, setProject] = useState(search.project ?? '');
  const [seen, setSeen] = useState(search);
  if (seen.q !== search.q || seen.project !== search.project) {
    // Another address has other words.
    setSeen(search);
    setQ(search.q ?? '');
    setProject(search.project ?? '');
  }
  const searchAnew = useSearchAnew();
  const go = (part: Partial<LogSearch>) => {
    const next = readLogSearch({ ...search, q: q.trim(), project: project.trim(), ...part });
    searchAnew(next);
    void navigate({ to: '/logs', search: next });
  };
  return (
    <form
      role="search"
      onSubmit={event => {
        event.preventDefault();
        go({});
      }}
    >
      <FilterRow
        folded={[search.project, search.since].filter(Boolean).length}
        more={
          <>
            <SearchInput label={t('common.filter.project')} value={project} onChange={setProject} />
            <select
              aria-label={t('logs.since')}
              value={search.since ?? ''}
              onChange={event => go({ since: (event.target.value || undefined) as LogSearch['since'] })}
            >
              <option value="">{t('logs.since.all')}</option>
              {(Object.keys(logAges) as (keyof typeof logAges)[]).map(age => (
                <option key={age} value={age}>
                  {t(`logs.since.${age}`)}
                </option>
              ))}
            </select>
          </>
        }
        chips={
          <>
            <Button kind="primary" type="submit" icon={<Search aria-hidden="true" />}>
              {t('common.search')}
            </Button>
            {search.job && (
              <FilterChip name={t('logs.job')} onRemove={() => go({ job: undefined })}>
                <JobLink id={search.job} />
              </FilterChip>
            )}
          </>
        }
      >
        <SearchInput main label={t('logs.search')} value={q} onChange={setQ} />
      </FilterRow>
    </form>
  );
}

/** The lines in all states: loading, failed, none, and what was found. */
function Results({ search }: { search: LogSearch }) {
  const t = useText();
  const say = useSay();
  const { data, error, isFetching, isFetchingNextPage, isFetchNextPageError, refetch, fetchNextPage, hasNextPage } =
    useLogSearch(search);
  const reason = useReason(error);
  if (!data) {
    return error instanceof ApiError && error.status === 400 ? (
      <EmptyState
        title={t('logs.refused')}
        text={Object.values(fieldErrors(say, error.problem)).flat().join(' ') || error.message}
      />
    ) : (
      <Pending error={error} onRetry={refetch} rows={10} />
    );
  }
  const lines = data.pages.flatMap(page => page.items);
  const last = data.pages.at(-1);
  if (lines.length === 0 && !hasNextPage && isFetching) {
    // What was found when it was last searched may not be true any more.
    return <Pending error={null} onRetry={refetch} rows={10} />;
  }
  const unsearched = last?.unsearchedBytes ?? 0;
  return (
    <>
      <p className="off-screen" role="status">
        {t('logs.found', { count: lines.length })}
      </p>
      {unsearched > 0 && <p className="muted">{t('logs.unsearched', { size: formatBytes(unsearched) })}</p>}
      {lines.length > 0 && <FoundLines lines={lines} search={search} />}
      {lines.length === 0 && !hasNextPage && <EmptyState title={t('logs.none.title')} text={t('logs.none.text')} />}
      {hasNextPage ? (
        <div className="logs-foot">
          {isFetchNextPageError ? (
            <p role="alert" className="error-text">
              {t('common.loadFailed')}. {reason}
            </p>
          ) : (
            last &&
            !last.isComplete && (
              <p className="muted">
                {last.searchedTo
                  ? t('logs.searchedTo', { time: formatDateTime(new Date(last.searchedTo)) })
                  : t('logs.notDone')}
              </p>
            )
          )}
          {/* One button, which keeps the focus. */}
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t(isFetchNextPageError ? 'common.retry' : last && !last.isComplete ? 'logs.goOn' : 'logs.more')}
          </Button>
        </div>
      ) : (
        lines.length > 0 && <p className="muted logs-foot">{t('logs.all', { count: lines.length })}</p>
      )}
    </>
  );
}
