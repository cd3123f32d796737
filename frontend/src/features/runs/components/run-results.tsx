import { useState, type ReactNode } from 'react';
import { Button } from '../../../components/button';
import { Curves } from '../../../components/curves/curves';
import { CutName } from '../../../components/cut-name';
import { Pairs } from '../../../components/facts';
import { SearchInput } from '../../../components/search-input';
import { formatValue } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { byName, compareMetrics, primaryFirst } from '../../../lib/natural-order';
import { readValue } from '../../../lib/series';
import type { Run } from '../api/runs';

/** With more parameters than this, only so many are shown at first, and one searches among them. */
const fewParameters = 10;

/** What the run reached and how. */
export function RunResults({ run }: { run: Run }) {
  const t = useText();
  const hasNotes = Object.keys(run.summary).length + Object.keys(run.tags).length > 0;
  return (
    <>
      <div className="results-facts" data-split={hasNotes || undefined}>
        {hasNotes && (
          <section className="panel">
            <Named name={t('run.summary')}>
              <Pairs rounded values={byName(run.summary)} />
            </Named>
            <Named name={t('run.tags')}>
              <Pairs values={byName(run.tags)} />
            </Named>
          </section>
        )}
        <Parameters values={run.parameters} />
      </div>
      <Curves runId={run.id} begun ended={Boolean(run.endedAt)} primary={run.primaryMetric?.name} />
      <section className="panel">
        <div className="panel-bar">
          <h2>{t('run.metrics')}</h2>
        </div>
        <div className="panel-note">
          <MetricTable run={run} />
        </div>
      </section>
    </>
  );
}

function Named({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="panel-note">
      <h2>{name}</h2>
      {children}
    </div>
  );
}

function Parameters({ values }: { values: Record<string, unknown> }) {
  const t = useText();
  const [search, setSearch] = useState('');
  const [isAll, setIsAll] = useState(false);
  const entries = Object.entries(byName(values));
  const wanted = search.trim().toLowerCase();
  const found = entries.filter(([name, value]) => `${name} ${JSON.stringify(value)}`.toLowerCase().includes(wanted));
  const shown = isAll || wanted ? found : found.slice(0, fewParameters);
  const isLong = entries.length > fewParameters;
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
        {isLong && !wanted && (
          <Button kind="quiet" aria-expanded={isAll} onClick={() => setIsAll(!isAll)}>
            {isAll ? t('run.parameters.few') : t('run.parameters.all', { count: entries.length })}
          </Button>
        )}
      </div>
    </section>
  );
}

function MetricTable({ run }: { run: Run }) {
  const t = useText();
  const primary = run.primaryMetric?.name;
  const keys = primaryFirst(Object.keys(run.latest ?? {}).sort(compareMetrics), primary, key => key);
  if (keys.length === 0) {
    return <span className="muted">–</span>;
  }
  const shown = (value: number | string | undefined) => (value === undefined ? '–' : formatValue(readValue(value)));
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
              <td>{shown(run.latest?.[key]?.value)}</td>
              <td>{shown(run.metrics?.[key]?.min?.value)}</td>
              <td>{shown(run.metrics?.[key]?.max?.value)}</td>
              <td>{shown(run.latest?.[key]?.step)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
