import { Download } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { saveText } from '../../lib/download';
import { formatCount, formatTime, formatValue } from '../../lib/format';
import { useText } from '../../lib/i18n/i18n';
import { loadModule } from '../../lib/load-module';
import { readSeries } from '../../lib/run-series';
import { toCsv } from '../../lib/series';
import { useInSight } from '../../lib/use-in-sight';
import { Button, IconButton } from '../button';
import { CutName } from '../cut-name';
import type { ChartProps, Point } from './chart';

/** The chart library is loaded with the first chart, not with the page. */
const Chart = lazy(() => loadModule(() => import('./chart')).then(module => ({ default: module.Chart })));

interface ChartFigureProps extends Omit<ChartProps, 'onPoint'> {
  runId: string;
  /** Whether it is the metric that the run is about. */
  isPrimary: boolean;
}

/** One metric with its name and its last value; drawn only while it is visible. */
export function ChartFigure({ runId, isPrimary, ...chart }: ChartFigureProps) {
  const t = useText();
  const { ref, inSight } = useInSight<HTMLDivElement>();
  const [point, setPoint] = useState<Point | null>(null);
  // The choice for this chart alone, until the one for all charts changes.
  const [own, setOwn] = useState<{ all: boolean; logarithmic: boolean } | null>(null);
  const logarithmic = own?.all === chart.logarithmic ? own.logarithmic : chart.logarithmic;
  const { key, values, steps } = chart.series;
  const isEmpty = logarithmic && !values.some(value => value > 0);
  const isOutside = !isEmpty && isBeside(chart);
  return (
    <figure className="chart" data-key={key}>
      <figcaption>
        <span className="chart-name">
          <CutName name={key} />
          {isPrimary && <span className="tag tag-accent">{t('run.primary')}</span>}
        </span>
        <NotFinite series={chart.series} />
        <Value point={point} x={chart.x} last={values.at(-1)} />
        <Button
          kind="quiet"
          aria-label={t('curves.log.one', { key })}
          title={t('curves.log.one', { key })}
          aria-pressed={logarithmic}
          onClick={() => setOwn({ all: chart.logarithmic, logarithmic: !logarithmic })}
        >
          {t('curves.log.short')}
        </Button>
        <SaveButton runId={runId} name={key} />
      </figcaption>
      <div ref={ref} className="chart-frame" data-points={steps.length}>
        {isEmpty && <p className="muted">{t('curves.log.none')}</p>}
        {isOutside && <p className="muted">{t('curves.outside')}</p>}
        {inSight && !isEmpty && !isOutside && (
          <Suspense>
            <Chart {...chart} logarithmic={logarithmic} onPoint={setPoint} />
          </Suspense>
        )}
      </div>
    </figure>
  );
}

/** Whether no point, nor any of earlier attempts, is in the part that all charts show. */
function isBeside({ series, x, zoom }: Pick<ChartProps, 'series' | 'x' | 'zoom'>): boolean {
  if (!zoom) {
    return false;
  }
  const all = [series, ...series.earlier].map(one => (x === 'step' ? one.steps : one.times));
  return all.every(xs => xs.every(at => at < zoom.min)) || all.every(xs => xs.every(at => at > zoom.max));
}

/** The value under the cursor, or else the last one. */
function Value({ point, x, last }: { point: Point | null; x: ChartProps['x']; last: number | undefined }) {
  const t = useText();
  if (!point && last === undefined) {
    return null;
  }
  return (
    <span className="chart-value muted number">
      {point ? (x === 'time' ? formatTime(new Date(point.x * 1000)) : formatCount(point.x)) : t('curves.last')}{' '}
      <b title={String(point?.value ?? last)}>{formatValue(point?.value ?? last ?? 0)}</b>
    </span>
  );
}

/** How many values are NaN or infinite, and at which steps the first of them are. */
function NotFinite({ series: { values, steps } }: Pick<ChartProps, 'series'>) {
  const t = useText();
  const found = steps.filter((_, index) => !Number.isFinite(values[index]));
  const infinite = values.filter(value => Math.abs(value) === Infinity).length;
  const shown = found.slice(0, 5).map(step => formatCount(step));
  return found.length === 0 ? null : (
    <span
      className="chart-not-finite"
      title={t('curves.notFinite.steps', {
        steps: [...shown, ...(found.length > 5 ? ['…'] : [])].join(t('common.comma')),
      })}
    >
      {[
        ...(found.length > infinite ? [t('curves.notFinite', { count: found.length - infinite })] : []),
        ...(infinite > 0 ? [t('curves.infinite', { count: infinite })] : []),
      ].join(t('common.comma'))}
    </span>
  );
}

function SaveButton({ runId, name }: { runId: string; name: string }) {
  const t = useText();
  const [failed, setFailed] = useState(false);
  const save = async () => {
    try {
      setFailed(false);
      saveText(toCsv(await readSeries(runId, name)), `${name.replaceAll(/[^\w.-]+/g, '_')}.csv`, 'text/csv');
    } catch {
      setFailed(true);
    }
  };
  return (
    <>
      {failed && <span role="alert">{t('common.loadFailed')}</span>}
      <IconButton
        label={t('curves.csv', { key: name })}
        icon={<Download aria-hidden="true" />}
        onClick={() => void save()}
      />
    </>
  );
}
