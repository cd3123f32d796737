import { RotateCcw } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useText } from '../../lib/i18n/i18n';
import { primaryFirst } from '../../lib/natural-order';
import { useRunSeries } from '../../lib/run-series';
import { useStore } from '../../lib/store';
import { theme } from '../../lib/theme';
import { useMediaQuery } from '../../lib/use-media-query';
import { Button } from '../button';
import { usePages } from '../pager';
import { SearchInput } from '../search-input';
import type { Zoom } from './chart';
import { ChartFigure } from './chart-figure';

interface CurvesProps {
  runId: string;
  /** Whether the training has started: until then the run may not even exist. */
  begun: boolean;
  /** Whether it has ended: nothing more is to come. */
  ended: boolean;
  /** Set when it has ended without having started. */
  unstarted?: boolean;
  /** The metric that the run is about: its chart is the first. */
  primary?: string;
  /** The name of the charts that are shown at first; all when it is left out. */
  wanted?: string;
}

/** With more charts than this, one searches among them. */
const manyCharts = 8;
/** How many are shown at once. */
const chartsPerPage = 60;

/** All curves of a run, live while it trains. */
export function Curves({ runId, begun, ended, unstarted = false, primary, wanted: first = '' }: CurvesProps) {
  const t = useText();
  const { state, series } = useRunSeries(runId, begun);
  const [smoothing, setSmoothing] = useState(0);
  const [logarithmic, setLogarithmic] = useState(false);
  const [x, setX] = useState<'step' | 'time'>('step');
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const [search, setSearch] = useState(first);
  const scheme = useScheme();
  const drawn = useMemo(
    () =>
      primaryFirst(
        series.filter(one => one.steps.length > 0),
        primary,
        one => one.key,
      ),
    [series, primary],
  );
  const wanted = search.trim().toLowerCase();
  const found = drawn.filter(one => one.key.toLowerCase().includes(wanted));
  const panel = useRef<HTMLElement>(null);
  const { shown, pager, restart } = usePages(found, chartsPerPage, {
    unit: 'charts',
    onTurn: isForward => {
      // The next charts begin where one sees them, and the focus is there too.
      panel.current?.scrollIntoView({ block: 'start' });
      panel.current?.querySelectorAll<HTMLElement>('.pager button')[isForward ? 1 : 0]?.focus({ preventScroll: true });
    },
  });
  if (drawn.length === 0) {
    const isNone = (ended && state !== 'loading' && state !== 'failed') || state === 'ended';
    return (
      <section className={`panel curves${isNone ? ' curves-none' : ''}`} aria-label={t('curves.title')}>
        <div className="panel-bar">
          <h2>{t('curves.title')}</h2>
        </div>
        <p className="panel-note muted">
          {state === 'loading'
            ? t('common.loading')
            : state === 'failed'
              ? t('curves.failed')
              : t(
                  isNone
                    ? unstarted
                      ? 'job.neverStarted'
                      : 'curves.none'
                    : state === 'absent'
                      ? 'curves.absent'
                      : 'curves.empty',
                )}
        </p>
      </section>
    );
  }
  return (
    <section ref={panel} className="panel curves" aria-label={t('curves.title')}>
      <div className="panel-bar">
        <h2>{t('curves.title')}</h2>
        {(drawn.length > manyCharts || first) && (
          <SearchInput
            label={t('curves.search')}
            value={search}
            onChange={text => {
              setSearch(text);
              restart();
            }}
          />
        )}
        <label className="slider">
          {t('curves.smoothing')}
          <input
            type="range"
            min={0}
            max={0.99}
            step={0.01}
            value={smoothing}
            onChange={event => setSmoothing(Number(event.target.value))}
          />
          <output className="number">{smoothing.toFixed(2)}</output>
        </label>
        <label className="check">
          <input type="checkbox" checked={logarithmic} onChange={event => setLogarithmic(event.target.checked)} />
          {t('curves.log')}
        </label>
        <label className="check">
          {t('curves.x')}
          <select
            value={x}
            onChange={event => {
              setX(event.target.value as 'step' | 'time');
              setZoom(null);
            }}
          >
            <option value="step">{t('curves.step')}</option>
            <option value="time">{t('curves.time')}</option>
          </select>
        </label>
        {drawn.some(one => one.earlier.some(piece => piece.steps.length > 1)) && (
          <span className="curves-earlier muted">{t('curves.earlier')}</span>
        )}
        {zoom && (
          <Button kind="quiet" icon={<RotateCcw aria-hidden="true" />} onClick={() => setZoom(null)}>
            {t('curves.reset')}
          </Button>
        )}
      </div>
      {pager}
      {shown.length === 0 && <p className="panel-note muted">{t('curves.noMatch')}</p>}
      <div className="charts">
        {shown.map(one => (
          <ChartFigure
            key={one.key}
            runId={runId}
            isPrimary={one.key === primary}
            series={one}
            x={x}
            smoothing={smoothing}
            logarithmic={logarithmic}
            zoom={zoom}
            onZoom={setZoom}
            scheme={scheme}
          />
        ))}
      </div>
      {pager}
    </section>
  );
}

/** The theme in effect, chosen by the user or the system. */
function useScheme(): string {
  const chosen = useStore(theme);
  const dark = useMediaQuery('(prefers-color-scheme: dark)');
  return chosen === 'auto' ? (dark ? 'dark' : 'light') : chosen;
}
