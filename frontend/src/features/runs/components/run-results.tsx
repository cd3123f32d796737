import { useMemo, useState } from 'react';
import { Button } from '../../../components/button';
import { Curves } from '../../../components/curves/curves';
import { CutName } from '../../../components/cut-name';
import { Pairs, Rounded } from '../../../components/facts';
import { usePages } from '../../../components/pager';
import { SearchInput } from '../../../components/search-input';
import { exactText } from '../../../lib/exact-json';
import { formatCount, formatValue } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { byName, compareMetrics, primaryFirst } from '../../../lib/natural-order';
import { readValue } from '../../../lib/series';
import type { Run } from '../api/runs';

/** With more values than this, only so many are shown at first, and one searches among the parameters. */
const fewValues = 10;
/** With more metrics than this, the table has pages, and one searches among them. */
const metricsPerPage = 100;

/**
 * What the run reached and how.
 * @param metric The metric whose chart is shown at first; all when it is left out.
 */
export function RunResults({ run, metric }: { run: Run; metric?: string }) {
  const t = useText();
  const hasNotes = Object.keys(run.summary).length + Object.keys(run.tags).length > 0;
  return (
    <>
      <div className="results-facts" data-split={hasNotes || undefined}>
        {hasNotes && (
          <section className="panel">
            <Named rounded name={t('run.summary')} values={run.summary} />
            <Named name={t('run.tags')} values={run.tags} />
          </section>
        )}
        <Parameters values={run.parameters} />
      </div>
      <Curves runId={run.id} begun ended={Boolean(run.endedAt)} primary={run.primaryMetric?.name} wanted={metric} />
      <Metrics run={run} />
    </>
  );
}

function Named({ name, values, rounded }: { name: string; values: Record<string, unknown>; rounded?: boolean }) {
  const [isAll, setIsAll] = useState(false);
  const entries = Object.entries(byName(values));
  return (
    <div className="panel-note">
      <h2>{name}</h2>
      <Pairs rounded={rounded} values={Object.fromEntries(isAll ? entries : entries.slice(0, fewValues))} />
      {entries.length > fewValues && <MoreButton count={entries.length} isAll={isAll} onChange={setIsAll} />}
    </div>
  );
}

function MoreButton({ count, isAll, onChange }: { count: number; isAll: boolean; onChange: (isAll: boolean) => void }) {
  const t = useText();
  return (
    <Button kind="quiet" aria-expanded={isAll} onClick={() => onChange(!isAll)}>
      {isAll ? t('run.parameters.few') : t('run.parameters.all', { count })}
    </Button>
  );
}

function Parameters({ values }: { values: Record<string, unknown> }) {
  const t = useText();
  const [search, setSearch] = useState('');
  const [isAll, setIsAll] = useState(false);
  const entries = Object.entries(byName(values));
  const wanted = search.trim().toLowerCase();
  const found = entries.filter(([name, value]) => `${name} ${exactText(value)}`.toLowerCase().includes(wanted));
  const shown = isAll || wanted ? found : found.slice(0, fewValues);
  const isLong = entries.length > fewValues;
  return (
    <section className="panel results-parameters" aria-label={t('run.parameters')}>
      <div className="panel-bar">
        <h2>{t('run.parameters')}</h2>
        {isLong && (
          <>
            <span className="muted number">{entries.length}</span>
            <SearchInput label={t('run.parameters.search')} value={search} onChange={setSearch} />
          </>
        )}
      </div>
      <div className="panel-note">
        {found.length === 0 && wanted ? (
          <p className="muted">{t('common.noMatch')}</p>
        ) : (
          <Pairs values={Object.fromEntries(shown)} />
        )}
        {isLong && !wanted && <MoreButton count={entries.length} isAll={isAll} onChange={setIsAll} />}
      </div>
    </section>
  );
}

/** The metrics as a table. */
function Metrics({ run: { latest, metrics, primaryMetric } }: { run: Run }) {
  const t = useText();
  const [search, setSearch] = useState('');
  const primary = primaryMetric?.name;
  const keys = useMemo(
    () => primaryFirst(Object.keys(latest ?? {}).sort(compareMetrics), primary, key => key),
    [latest, primary],
  );
  const wanted = search.trim().toLowerCase();
  const found = keys.filter(key => key.toLowerCase().includes(wanted));
  const { shown, pager, restart } = usePages(found, metricsPerPage);
  return (
    <section className="panel metrics-panel">
      <div className="panel-bar">
        <h2>{t('run.metrics')}</h2>
        {keys.length > metricsPerPage && (
          <SearchInput
            label={t('run.metrics.search')}
            value={search}
            onChange={text => {
              setSearch(text);
              restart();
            }}
          />
        )}
      </div>
      <div className="panel-note">
        {shown.length === 0 ? (
          <span className="muted">{keys.length === 0 ? '–' : t('common.noMatch')}</span>
        ) : (
          <MetricTable keys={shown} primary={primary} latest={latest} metrics={metrics} />
        )}
        {pager}
      </div>
    </section>
  );
}

interface MetricTableProps extends Pick<Run, 'latest' | 'metrics'> {
  keys: readonly string[];
  primary: string | undefined;
}

function MetricTable({ keys, primary, latest, metrics }: MetricTableProps) {
  const t = useText();
  const value = (logged: number | string | undefined) =>
    logged === undefined ? '–' : <Rounded shown={formatValue(readValue(logged))} exact={String(logged)} />;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t('run.metrics')}>
      <table className="plain metric-table">
        <thead>
          <tr>
            <th scope="col">{t('run.metric')}</th>
            <th scope="col" title={t('run.latest.hint')}>
              {t('run.latest')}
            </th>
            <th scope="col">{t('run.min')}</th>
            <th scope="col">{t('run.max')}</th>
            <th scope="col">{t('curves.step')}</th>
          </tr>
        </thead>
        <tbody>
          {keys.map(key => (
            <tr key={key}>
              <th scope="row">
                <span className="metric-name">
                  <CutName name={key} />
                  {key === primary && <span className="tag tag-accent">{t('run.primary')}</span>}
                </span>
              </th>
              <td>{value(latest?.[key]?.value)}</td>
              <td>{value(metrics?.[key]?.min?.value)}</td>
              <td>{value(metrics?.[key]?.max?.value)}</td>
              <td>{latest?.[key] ? formatCount(latest[key].step) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
