import { useQueries } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Pending } from '../../../components/states';
import { formatTicks, formatValue } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { commonEdges, readHistogram, rebin, spread, type Histogram } from '../api/media-content';
import { bytesOf } from '../api/run-files';
import type { Media, MediaStep } from '../api/run-media';
import { MediaFigure } from './media-figure';

/** How many steps and how many bins are drawn over steps. */
const mostSteps = 48;
const binsOverSteps = 40;
/** How many values the vertical axis over steps names. */
const valueTicks = 5;

interface HistogramsProps {
  runId: string;
  name: string;
  steps: readonly MediaStep[];
  chosen: MediaStep;
  /** What chooses a step, where one of several is shown. */
  slider: ReactNode;
}

/** Histograms of a key: those of the chosen step as bars, or all steps beside each other. */
export function Histograms({ runId, name, steps, chosen, slider }: HistogramsProps) {
  const t = useText();
  const [isOver, setIsOver] = useState(false);
  return (
    <>
      {steps.length > 1 && (
        <div className="segments" role="group" aria-label={t('media.view')}>
          <button type="button" aria-pressed={!isOver} onClick={() => setIsOver(false)}>
            {t('media.oneStep')}
          </button>
          <button type="button" aria-pressed={isOver} onClick={() => setIsOver(true)}>
            {t('media.overSteps')}
          </button>
        </div>
      )}
      {isOver && steps.length > 1 ? (
        <OverSteps runId={runId} name={name} steps={steps} />
      ) : (
        <>
          {slider}
          <OneStep runId={runId} items={chosen.items} />
        </>
      )}
    </>
  );
}

function useHistograms(runId: string, items: readonly Media[]) {
  const results = useQueries({
    queries: items.map(item => ({
      ...bytesOf(runId, item.path, item.at, async answer => readHistogram(await answer.text())),
    })),
  });
  return {
    isLoaded: results.every(one => one.data !== undefined),
    error: results.find(one => one.error)?.error ?? null,
    retry: () => Promise.all(results.filter(one => one.error).map(one => one.refetch())),
    histograms: results.map(one => one.data ?? null),
  };
}

function OneStep({ runId, items }: { runId: string; items: readonly Media[] }) {
  const t = useText();
  const { isLoaded, error, retry, histograms } = useHistograms(runId, items);
  if (!isLoaded) {
    return <Pending error={error} onRetry={retry} rows={4} />;
  }
  return items.map((item, place) => {
    const histogram = histograms[place];
    return (
      <MediaFigure key={item.path} runId={runId} item={item}>
        {histogram ? (
          <Bars histogram={histogram} label={t('media.label', { key: item.key, step: item.step })} />
        ) : (
          <p className="muted">{t('file.broken')}</p>
        )}
      </MediaFigure>
    );
  });
}

function Bars({ histogram: { counts, edges }, label }: { histogram: Histogram; label: string }) {
  const low = edges[0]!;
  const high = edges.at(-1)!;
  const span = high - low || 1;
  const top = Math.max(...counts) || 1;
  return (
    <div className="plot">
      <span className="plot-top number muted">{formatValue(top)}</span>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={label}>
        {counts.map((count, bin) => {
          const [from, to] = [edges[bin]!, edges[bin + 1]!];
          const height = (count / top) * 100;
          return (
            <rect
              key={bin}
              x={((from - low) / span) * 100}
              width={((to - from) / span) * 100}
              y={100 - height}
              height={height}
            >
              <title>{`${formatValue(from)} – ${formatValue(to)}: ${formatValue(count)}`}</title>
            </rect>
          );
        })}
      </svg>
      <Ends from={formatValue(low)} to={formatValue(high)} />
    </div>
  );
}

/** What the ends of an axis stand for. */
function Ends({ from, to, name }: { from: string; to: string; name?: string }) {
  return (
    <div className="plot-ends number muted">
      <span>{from}</span>
      {name && <span>{name}</span>}
      <span>{to}</span>
    </div>
  );
}

/** Steps from left to right, values from bottom to top; the darker, the more values of a step are there. */
function OverSteps({ runId, name, steps }: Pick<HistogramsProps, 'runId' | 'name' | 'steps'>) {
  const t = useText();
  const shown = spread(steps, mostSteps);
  const loaded = useHistograms(
    runId,
    shown.map(({ items }) => items[0]!),
  );
  if (!loaded.isLoaded) {
    return <Pending error={loaded.error} onRetry={loaded.retry} rows={4} />;
  }
  const columns = loaded.histograms.flatMap((histogram, place) =>
    histogram ? [{ histogram, step: shown[place]!.step }] : [],
  );
  if (columns.length === 0) {
    return <p className="muted">{t('file.broken')}</p>;
  }
  const bounds = commonEdges(
    columns.map(({ histogram }) => histogram),
    binsOverSteps,
  );
  const drawn = columns.map(({ histogram, step }) => {
    const counts = rebin(histogram, bounds);
    const total = counts.reduce((sum, count) => sum + count, 0) || 1;
    return { step, counts, shares: counts.map(count => count / total) };
  });
  const most = Math.max(...drawn.flatMap(({ shares }) => shares)) || 1;
  return (
    <div className="plot plot-over">
      <div className="plot-axis number muted">
        {formatTicks(spread(bounds, valueTicks))
          .reverse()
          .map((tick, place) => (
            <span key={place}>{tick}</span>
          ))}
      </div>
      <svg
        viewBox={`0 0 ${drawn.length} ${binsOverSteps}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('media.overStepsOf', { key: name })}
      >
        {drawn.map(({ step, counts, shares }, column) =>
          shares.map(
            (share, bin) =>
              share > 0 && (
                <rect
                  key={`${step} ${bin}`}
                  x={column}
                  y={binsOverSteps - 1 - bin}
                  width={1.02}
                  height={1.02}
                  fillOpacity={0.08 + 0.92 * Math.sqrt(share / most)}
                >
                  <title>
                    {t('media.bin', {
                      step,
                      from: formatValue(bounds[bin]!),
                      to: formatValue(bounds[bin + 1]!),
                      count: formatValue(counts[bin]!),
                    })}
                  </title>
                </rect>
              ),
          ),
        )}
      </svg>
      <Ends from={String(drawn[0]!.step)} name={t('curves.step')} to={String(drawn.at(-1)!.step)} />
      <p className="plot-legend muted number">
        0 <span aria-hidden="true" /> {t('media.share', { percent: Math.round(100 * most) })}
        {shown.length < steps.length && ` · ${t('media.someSteps', { shown: shown.length, all: steps.length })}`}
      </p>
    </div>
  );
}
