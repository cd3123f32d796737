import { ErrorState, LoadingState } from '../../../components/states';
import { Pairs } from '../../../components/facts';
import { ExactTime } from '../../../components/time';
import { formatDuration } from '../../../lib/format';
import { isMessageKey, useText } from '../../../lib/i18n/i18n';
import { useHistory, type HistoryEntry, type Job } from '../api/jobs';

/** Every event of a job with what caused it, oldest first. */
export function JobHistory({ job }: { job: Job }) {
  const { data, error, refetch } = useHistory(job);
  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <LoadingState />;
  }
  return (
    <ol className="timeline">
      {data.items.map((entry, index) => (
        <TimelineEntry key={entry.sequence} entry={entry} before={data.items[index - 1]} />
      ))}
    </ol>
  );
}

function TimelineEntry({ entry, before }: { entry: HistoryEntry; before: HistoryEntry | undefined }) {
  const t = useText();
  const key = `event.${entry.type}`;
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
      <p className="timeline-cause muted">
        {t('job.history.cause')}: <span className="mono">{entry.cause ?? '–'}</span>
        {entry.subject && (
          <>
            {' · '}
            {t('job.history.subject')} {entry.subject}
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
