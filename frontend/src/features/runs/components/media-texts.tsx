import { useQueries } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../../components/button';
import { Pending } from '../../../components/states';
import { useText } from '../../../lib/i18n/i18n';
import { bytesOf } from '../api/run-files';
import { useNewestMedia, type MediaKey } from '../api/run-media';

/** How many more parts of a text are fetched at once: one that grows has a file every few seconds. */
const partsAtOnce = 25;
/** How close to the end the text must be to follow it. */
const endMargin = 30;

/** What was logged as text under a key, in the order of time; at its end it follows what is added. */
export function MediaTexts({ runId, media }: { runId: string; media: MediaKey }) {
  const t = useText();
  const [parts, setParts] = useState(partsAtOnce);
  const { data: items, error, isFetching, refetch } = useNewestMedia(runId, media, parts);
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
      {items.length < media.count && (
        <Button kind="quiet" busy={isFetching} onClick={() => setParts(parts + partsAtOnce)}>
          {t('media.earlier')}
        </Button>
      )}
      <pre
        ref={frame}
        className="media-text"
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
              {item.caption && <b>{`${item.caption}\n`}</b>}
              {text && !text.endsWith('\n') ? `${text}\n` : text}
            </span>
          );
        })}
      </pre>
      {failed && <Pending error={failed.error} onRetry={failed.refetch} />}
    </>
  );
}
