import { useState } from 'react';
import { Button } from '../../../components/button';
import { Pending } from '../../../components/states';
import { useText } from '../../../lib/i18n/i18n';
import { useInSight } from '../../../lib/use-in-sight';
import { mediaPerKey, useMediaSteps, type Media, type MediaKey } from '../api/run-media';
import { FileBytes } from './file-bytes';
import { Histograms } from './histograms';
import { ImageViewer } from './image-viewer';
import { MediaFigure } from './media-figure';
import { MediaTable } from './media-table';
import { MediaTexts } from './media-texts';
import { StepSlider, useChosenStep } from './step-slider';

interface MediaCardProps {
  runId: string;
  media: MediaKey;
  /** The step that is chosen for all cards; the newest while there is none. */
  step: number | undefined;
}

/** How many samples of a step are shown at first. */
const fewSamples = 24;

/** What was logged under a key; fetched when it comes into sight. */
export function MediaCard(props: MediaCardProps) {
  const { media } = props;
  const { ref, inSight } = useInSight<HTMLElement>();
  const [wasSeen, setWasSeen] = useState(false);
  if (inSight && !wasSeen) {
    setWasSeen(true);
  }
  return (
    <section ref={ref} className="card media" data-kind={media.kind} aria-label={media.key}>
      <h3 className="media-key">{media.key}</h3>
      {wasSeen && (media.kind === 'text' ? <MediaTexts {...props} /> : <MediaSteps {...props} />)}
    </section>
  );
}

function MediaSteps({ runId, media, step }: MediaCardProps) {
  const t = useText();
  const { data, error, refetch } = useMediaSteps(runId, media);
  const steps = data ?? [];
  const numbers = steps.map(one => one.step);
  const [index, choose] = useChosenStep(numbers, step);
  const [isAll, setIsAll] = useState(false);
  // The place of the sample that is shown in the whole window.
  const [viewed, setViewed] = useState<number | null>(null);
  const chosen = steps[index];
  if (!data) {
    return <Pending error={error} onRetry={refetch} rows={4} />;
  }
  if (!chosen) {
    return <p className="muted">–</p>;
  }
  const items = isAll ? chosen.items : chosen.items.slice(0, fewSamples);
  const slider = (
    <StepSlider label={t('media.stepOf', { key: media.key })} steps={numbers} index={index} onChange={choose} />
  );
  const enlarged = viewed === null ? undefined : (chosen.items[viewed] ?? chosen.items.at(-1));
  return (
    <>
      {media.kind !== 'histogram' && slider}
      {media.count > mediaPerKey && <p className="muted">{t('media.newest', { count: mediaPerKey })}</p>}
      {media.kind === 'histogram' ? (
        <Histograms runId={runId} name={media.key} steps={steps} chosen={chosen} slider={slider} />
      ) : (
        <div className="media-items">
          {/* By their place: while the next step is fetched, the one before stays. */}
          {items.map((item, place) => (
            <MediaFigure key={place} runId={runId} item={item}>
              <Shown runId={runId} item={item} onEnlarge={() => setViewed(place)} />
            </MediaFigure>
          ))}
        </div>
      )}
      {items.length < chosen.items.length && media.kind !== 'histogram' && (
        <Button onClick={() => setIsAll(true)}>{t('media.all', { count: chosen.items.length })}</Button>
      )}
      {enlarged && (
        <ImageViewer
          title={enlarged.caption ? `${media.key} · ${enlarged.caption}` : media.key}
          runId={runId}
          path={enlarged.path}
          version={enlarged.at}
          label={labelOf(t, enlarged)}
          onPrevious={index > 0 ? () => choose(index - 1) : undefined}
          onNext={index < steps.length - 1 ? () => choose(index + 1) : undefined}
          onClose={() => setViewed(null)}
        >
          {slider}
        </ImageViewer>
      )}
    </>
  );
}

function labelOf(t: ReturnType<typeof useText>, { caption, key, step }: Media): string {
  return caption ?? t('media.label', { key, step });
}

function Shown({ runId, item, onEnlarge }: { runId: string; item: Media; onEnlarge: () => void }) {
  const t = useText();
  const { kind, path, at } = item;
  if (kind === 'table') {
    return <MediaTable runId={runId} item={item} />;
  }
  return kind === 'image' || kind === 'audio' || kind === 'video' ? (
    <FileBytes runId={runId} path={path} version={at} kind={kind} label={labelOf(t, item)} onEnlarge={onEnlarge} />
  ) : null;
}
