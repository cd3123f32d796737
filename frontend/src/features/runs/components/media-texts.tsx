import { useQueries } from '@tanstack/react-query';
import { WrapText } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../../../components/button';
import { CopyButton } from '../../../components/copy-button';
import { Pending } from '../../../components/states';
import { useText, type Text } from '../../../lib/i18n/i18n';
import { bytesOf } from '../api/run-files';
import { useNewestMedia, type Media, type MediaKey } from '../api/run-media';
import { ShowInFiles } from './media-figure';

/** How many more parts of a text are fetched at once: one that grows has a file every few seconds. */
const partsAtOnce = 25;
/** How close to the end the text must be to follow it. */
const endMargin = 30;

interface MediaTextsProps {
  runId: string;
  media: MediaKey;
  /** The step that is chosen for all cards: what was logged later is left out. */
  step: number | undefined;
}

/** What was logged as text under a key, in the order of time; at its end it follows what is added. */
export function MediaTexts({ runId, media, step }: MediaTextsProps) {
  const t = useText();
  const [isWrapped, setIsWrapped] = useState(true);
  const [parts, setParts] = useState(partsAtOnce);
  const { data, error, isFetching, refetch } = useNewestMedia(runId, media, parts);
  const items = step === undefined ? data : data?.filter(item => item.step <= step);
  const frame = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  const texts = useQueries({
    queries: (items ?? []).map(item => bytesOf(runId, item.path, item.at, answer => answer.text())),
  });
  const failed = texts.find(one => one.error);
  const isLoading = texts.some(one => one.data === undefined && !one.error);
  const length = texts.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
  useEffect(() => {
    if (frame.current && isAtEnd.current) {
      frame.current.scrollTop = frame.current.scrollHeight;
    }
  }, [length]);
  if (!items) {
    return <Pending error={error} onRetry={refetch} rows={4} />;
  }
  return (
    <>
      {data!.length < media.count && (
        <Button kind="quiet" busy={isFetching} onClick={() => setParts(parts + partsAtOnce)}>
          {t('media.earlier')}
        </Button>
      )}
      <pre
        ref={frame}
        className="media-text"
        data-wrapped={isWrapped || undefined}
        tabIndex={0}
        aria-label={media.key}
        aria-busy={isLoading || undefined}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < endMargin;
        }}
      >
        {items.map((item, place) => {
          const text = texts[place]?.data;
          return (
            <span key={item.path} title={t('media.label', { key: item.key, step: item.step })}>
              {(items.length > 1 || item.caption) && (
                <b className="media-part">{`${partName(t, item, items.length > 1)}\n`}</b>
              )}
              {text && !text.endsWith('\n') ? `${text}\n` : text}
            </span>
          );
        })}
      </pre>
      <div className="media-foot">
        {items.length === 0 && <span className="muted">{t('media.noneUntil', { step: step ?? 0 })}</span>}
        <span className="file-actions">
          <IconButton
            label={t('log.wrap')}
            icon={<WrapText aria-hidden="true" />}
            aria-pressed={isWrapped}
            onClick={() => setIsWrapped(!isWrapped)}
          />
          <CopyButton text={() => texts.map(one => one.data ?? '').join('')} label={t('file.copy')} />
          {items.length > 0 && <ShowInFiles runId={runId} path={items.at(-1)!.path} />}
        </span>
      </div>
      {failed && <Pending error={failed.error} onRetry={failed.refetch} />}
    </>
  );
}

/** What a part of a text is called: by its step, and by what it was called when it was logged. */
function partName(t: Text, { step, caption }: Media, hasStep: boolean): string {
  return [hasStep && t('media.atStep', { step }), caption].filter(Boolean).join(' · ');
}
