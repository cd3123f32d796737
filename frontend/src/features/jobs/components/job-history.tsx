import { Pending } from '../../../components/states';
import { Pairs } from '../../../components/facts';
import { ExactTime } from '../../../components/time';
import { formatDuration } from '../../../lib/format';
import { isMessageKey, useText, useTranslate, type Text, type Translate } from '../../../lib/i18n/i18n';
import { causesOf, type Cause } from '../api/cause';
import { useHistory, type HistoryEntry, type Job } from '../api/jobs';
import { reasonWords } from './end-reason';

/** Every event of a job with what caused it, oldest first. */
export function JobHistory({ job }: { job: Job }) {
  const { data, error, refetch } = useHistory(job);
  if (!data) {
    return <Pending error={error} onRetry={refetch} />;
  }
  const causes = causesOf(data.items);
  return (
    <ol className="timeline">
      {data.items.map((entry, index) => (
        <TimelineEntry
          key={entry.sequence}
          entry={entry}
          before={data.items[index - 1]}
          cause={causes[index] ?? 'request'}
        />
      ))}
    </ol>
  );
}

interface TimelineEntryProps {
  entry: HistoryEntry;
  before: HistoryEntry | undefined;
  cause: Cause;
}

function TimelineEntry({ entry, before, cause }: TimelineEntryProps) {
  const t = useText();
  const key = `event.${entry.type}`;
  const summary = summaryOf(t, useTranslate(), entry);
  return (
    <li data-type={entry.type}>
      <div className="timeline-head">
        <strong>{isMessageKey(key) ? t(key) : entry.type}</strong>
        <ExactTime at={entry.at} />
        {before && (
          <span className="muted number">+{formatDuration(Date.parse(entry.at) - Date.parse(before.at))}</span>
        )}
        <span className="muted number">#{entry.sequence}</span>
      </div>
      {summary && <p>{summary}</p>}
      <p className="timeline-cause muted">
        {t('job.history.cause', { cause: t(`cause.${cause}`) })}
        {entry.actor && ` · ${t('job.history.actor', { name: entry.actor })}`}
        {entry.cause && (
          <>
            {' · '}
            <span className="mono">{entry.cause}</span>
            {entry.cause === before?.cause && ` · ${t('job.history.same', { number: before.sequence })}`}
          </>
        )}
      </p>
      <details>
        <summary>{t('job.history.details')}</summary>
        <Pairs values={entry.data} />
      </details>
    </li>
  );
}

/** The main fields of an event. */
function summaryOf(t: Text, translate: Translate, { type, data }: HistoryEntry): string {
  const { attempt, nodes, reason, exitCode, detail } = data as {
    attempt?: number;
    nodes?: { nodeName: string; gpus: number[] }[];
    reason?: string;
    exitCode?: number;
    detail?: string;
  };
  const parts = [
    attempt && t('log.attempt', { number: attempt }),
    nodes
      ?.map(node => (node.gpus.length > 0 ? `${node.nodeName} (GPU ${node.gpus.join(', ')})` : node.nodeName))
      .join(', '),
    // A queue reason is already a sentence; all others are codes.
    reason && (type === 'job_queued' ? translate(reason) : reasonWords(t, reason)),
    exitCode !== undefined && `${t('job.exitCode')} ${exitCode}`,
    detail && translate(detail),
  ];
  // Only the last part may end as a sentence.
  return parts
    .filter((part): part is string => Boolean(part))
    .map((part, index, all) => (index < all.length - 1 ? part.replace(/[.。]$/, '') : part))
    .join(' · ');
}
