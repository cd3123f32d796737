import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDownToLine, ExternalLink, TextSearch, WrapText } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button, IconButton } from '../../../components/button';
import { CopyButton } from '../../../components/copy-button';
import { DownloadButton } from '../../../components/download-button';
import { addressOf } from '../../../lib/address';
import { wordsOf } from '../../../lib/found-words';
import { useLocale, useSay, useText } from '../../../lib/i18n/i18n';
import { useJobLog } from '../api/job-log';
import { isOver, isUnstarted, type Job } from '../api/jobs';
import { reasonText } from './end-reason';
import { LogLine } from './log-line';
import { LogSearch, useLogSearch } from './log-search';

interface JobLogProps {
  job: Job;
  attempt: number;
  /** The line that the address points at. */
  line: number | undefined;
  /** The search in logs that led here. */
  find: string | undefined;
  onAttempt: (attempt: number) => void;
  onLine: (line: number) => void;
}

const lineHeight = 20;
const overscan = 30;
/** Distances below this count as being at the end, in pixels. */
const nearEnd = 2 * lineHeight;

/** The live log of one attempt. It follows the end until the user scrolls up. */
export function JobLog({ job, attempt, line, find = '', onAttempt, onLine }: JobLogProps) {
  const t = useText();
  const say = useSay();
  const locale = useLocale();
  const log = useJobLog(job.id, attempt);
  const search = useLogSearch(log);
  const highlight = useMemo(() => (search.text ? [search.text] : wordsOf(find)), [search.text, find]);
  const [follow, setFollow] = useState(line === undefined);
  const [wrap, setWrap] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: log.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan,
    getItemKey: index => log.numberOf(index),
  });
  const height = virtual.getTotalSize();

  // With the new height, not after it: a scroll event in between would look like scrolling up.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (follow && element) {
      element.scrollTop = element.scrollHeight;
    }
  }, [follow, height, log.length, log.progress]);

  const shown = search.current ?? line;
  const goTo = useRef(0);
  useEffect(() => {
    if (shown !== undefined && shown !== goTo.current && log.indexOf(shown) < log.length) {
      goTo.current = shown;
      setFollow(false);
      virtual.scrollToIndex(Math.max(0, log.indexOf(shown)), { align: 'center' });
    }
  }, [shown, log, log.length, virtual]);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element) {
      const left = element.scrollHeight - element.scrollTop - element.clientHeight;
      setFollow(before => (left < nearEnd ? before : false));
    }
  }, []);
  const isWaiting = attempt === job.attempt && isUnstarted(job) && log.length === 0 && !log.progress;
  const isLive = log.state !== 'ended';
  const attempts = Array.from({ length: job.attempt }, (_, index) => index + 1);

  return (
    <section className="panel log" aria-label={t('log.title')}>
      <div className="panel-bar">
        <h2>{t('log.title')}</h2>
        {job.attempt > 1 && (
          <select
            aria-label={t('job.attempt')}
            value={attempt}
            onChange={event => onAttempt(Number(event.target.value))}
          >
            {attempts.map(number => (
              <option key={number} value={number}>
                {t('log.attempt', { number })}
              </option>
            ))}
          </select>
        )}
        <span className="muted number" data-testid="log-lines">
          {t('log.lines', { count: (log.length + log.dropped).toLocaleString(locale) })}
        </span>
        <LogSearch search={search} />
        <Button
          kind="quiet"
          aria-pressed={isLive ? follow && !isWaiting : undefined}
          disabled={isWaiting}
          title={isLive ? t('log.paused') : undefined}
          icon={<ArrowDownToLine aria-hidden="true" />}
          onClick={() => setFollow(!isLive || !follow)}
        >
          {t(isLive ? 'log.follow' : 'log.end')}
        </Button>
        <IconButton
          label={t('log.wrap')}
          aria-pressed={wrap}
          icon={<WrapText aria-hidden="true" />}
          onClick={() => {
            setWrap(!wrap);
            virtual.measure();
          }}
        />
        <CopyButton text={() => log.text()} label={t('log.copy')} />
        <DownloadButton
          small
          address={addressOf('/api/jobs/{id}/logs', { path: { id: job.id }, query: { attempt } })}
          fileName={`${job.name}-${attempt}.log`}
          label={t('log.download')}
        />
        <Link
          to="/logs"
          search={{ job: job.id }}
          className="icon-button"
          aria-label={t('log.searchAll')}
          title={t('log.searchAll')}
        >
          <TextSearch aria-hidden="true" />
        </Link>
        {job.kibanaUrl && (
          <a
            href={job.kibanaUrl}
            target="_blank"
            rel="noreferrer"
            className="icon-button"
            aria-label={t('log.kibana')}
            title={t('log.kibana')}
          >
            <ExternalLink aria-hidden="true" />
          </a>
        )}
      </div>
      {log.dropped > 0 && (
        <p className="panel-note muted">{t('log.dropped', { count: log.dropped.toLocaleString(locale) })}</p>
      )}
      <div
        ref={scroller}
        className={wrap ? 'log-lines log-wrapped' : 'log-lines'}
        role="log"
        aria-live="off"
        tabIndex={0}
        aria-label={t('log.title')}
        onScroll={onScroll}
      >
        {log.length === 0 && !log.progress && (
          <p className="panel-note">
            {isWaiting
              ? t(isOver(job) ? 'job.neverStarted' : 'job.notStarted')
              : t(!isLive ? 'log.silent' : isOver(job) ? 'log.connecting' : 'log.waiting')}
            {isWaiting && <span className="muted"> {reasonText(t, say, job)}</span>}
          </p>
        )}
        <div className="log-canvas" style={{ height }}>
          {virtual.getVirtualItems().map(item => (
            <div
              key={item.key}
              data-index={item.index}
              ref={wrap ? virtual.measureElement : undefined}
              className="log-row"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <LogLine
                number={log.numberOf(item.index)}
                text={log.at(item.index)}
                marked={log.numberOf(item.index) === shown}
                highlight={highlight}
                onLink={onLine}
              />
            </div>
          ))}
        </div>
        {log.progress && (
          <LogLine
            number={log.numberOf(log.length)}
            text={log.progress}
            marked={false}
            highlight={highlight}
            onLink={onLine}
          />
        )}
      </div>
    </section>
  );
}
