import { Download } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { saveText } from '../../lib/download';
import { formatValue } from '../../lib/format';
import { useText } from '../../lib/i18n/i18n';
import { readSeries } from '../../lib/run-series';
import { toCsv } from '../../lib/series';
import { IconButton } from '../button';
import type { ChartProps } from './chart';

/** The chart library is loaded with the first chart, not with the page. */
const Chart = lazy(() => import('./chart').then(module => ({ default: module.Chart })));

/** How far outside the viewport a chart is already drawn. */
const margin = '200px';

/** One metric with its name and its last value; drawn only while it is visible. */
export function ChartFigure({ runId, ...chart }: ChartProps & { runId: string }) {
  const t = useText();
  const frame = useRef<HTMLDivElement>(null);
  const [inSight, setInSight] = useState(false);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (!element) {
      return;
    }
    const observer = new IntersectionObserver(entries => setInSight(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: margin,
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { key, values, steps } = chart.series;
  const last = values.at(-1);
  const save = async () => {
    try {
      setFailed(false);
      saveText(toCsv(await readSeries(runId, key)), `${key.replaceAll(/[^\w.-]+/g, '_')}.csv`, 'text/csv');
    } catch {
      setFailed(true);
    }
  };
  return (
    <figure className="chart" data-key={key}>
      <figcaption>
        <span className="chart-name">{key}</span>
        {failed && <span role="alert">{t('common.loadFailed')}</span>}
        {last !== undefined && (
          <span className="muted">
            {t('curves.last')} <b className="number">{formatValue(last)}</b>
          </span>
        )}
        <IconButton
          label={t('curves.csv', { key })}
          icon={<Download aria-hidden="true" />}
          onClick={() => void save()}
        />
      </figcaption>
      <div ref={frame} className="chart-frame" data-points={steps.length}>
        {inSight && (
          <Suspense>
            <Chart {...chart} />
          </Suspense>
        )}
      </div>
    </figure>
  );
}
