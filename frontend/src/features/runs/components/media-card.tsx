import { useState } from 'react';
import { Button } from '../../../components/button';
import { Pending } from '../../../components/states';
import { isMessageKey, useText } from '../../../lib/i18n/i18n';
import { useInSight } from '../../../lib/use-in-sight';
import { mediaPerKey, useMediaSteps, type Media, type MediaKey } from '../api/run-media';
import { FileBytes } from './file-bytes';
import { Histograms } from './histograms';
import { MediaFigure } from './media-figure';
import { MediaTable } from './media-table';
import { MediaTexts } from './media-texts';
import { StepSlider, useChosenStep } from './step-slider';

interface MediaCardProps {
  runId: string;
  media: MediaKey;
}

/** How many samples of a step are shown at first. */
const fewSamples = 24;

/** What was logged under a key; fetched when it comes into sight. */
export function MediaCard({ runId, media }: MediaCardProps) {
  const t = useText();
  const { ref, inSight } = useInSight<HTMLElement>();
  const [wasSeen, setWasSeen] = useState(false);
  if (inSight && !wasSeen) {
    setWasSeen(true);
  }
  const kind = `media.kind.${media.kind}`;
  return (
    <section ref={ref} className="card media" data-kind={media.kind} aria-label={media.key}>
      <div className="card-head">
        <h2>{media.key}</h2>
        <span className="tag">{isMessageKey(kind) ? t(kind) : media.kind}</span>
      </div>
      {wasSeen &&
        (media.kind === 'text' ? (
          <MediaTexts runId={runId} media={media} />
        ) : (
          <MediaSteps runId={runId} media={media} />
        ))}
    </section>
  );
}

function MediaSteps({ runId, media }: MediaCardProps) {
  const t = useText();
  const { data, error, refetch } = useMediaSteps(runId, media);
  const steps = data ?? [];
  const numbers = steps.map(({ step }) => step);
  const [index, choose] = useChosenStep(numbers);
  const [isAll, setIsAll] = useState(false);
  const chosen = steps[index];
  if (!data) {
    return <Pending error={error} onRetry={refetch} rows={4} />;
  }
  if (!chosen) {
    return <p className="muted">–</p>;
  }
  const items = isAll ? chosen.items : chosen.items.slice(0, fewSamples);
  return (
    <>
      <StepSlider name={media.key} steps={numbers} index={index} onChange={choose} />
      {media.count > mediaPerKey && <p className="muted">{t('media.newest', { count: mediaPerKey })}</p>}
      {media.kind === 'histogram' ? (
        <Histograms runId={runId} name={media.key} steps={steps} chosen={chosen} />
      ) : (
        <div className="media-items">
          {/* By their place: while the next step is fetched, the one before stays. */}
          {items.map((item, place) => (
            <MediaFigure key={place} runId={runId} item={item}>
              <Shown runId={runId} item={item} />
            </MediaFigure>
          ))}
        </div>
      )}
      {items.length < chosen.items.length && media.kind !== 'histogram' && (
        <Button onClick={() => setIsAll(true)}>{t('media.all', { count: chosen.items.length })}</Button>
      )}
    </>
  );
}

function Shown({ runId, item }: { runId: string; item: Media }) {
  const t = useText();
  const { kind, path, at, caption, step, key } = item;
  if (kind === 'table') {
    return <MediaTable runId={runId} item={item} />;
  }
  return kind === 'image' || kind === 'audio' || kind === 'video' ? (
    <FileBytes runId={runId} path={path} version={at} kind={kind} label={caption ?? t('media.label', { key, step })} />
  ) : null;
}
