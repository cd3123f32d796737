import { Pending } from '../../../components/states';
import { Pairs } from '../../../components/facts';
import { ExactTime } from '../../../components/time';
import { formatDuration } from '../../../lib/format';
import { isMessageKey, useText, useSay, type Text } from '../../../lib/i18n/i18n';
import type { Say, SentenceCode } from '../../../lib/i18n/sentences';
import { callerName, isImplied } from '../../../lib/actor';
import { causesOf, type Cause } from '../api/cause';
import { placedOn, useHistory, type HistoryEntry, type Job } from '../api/jobs';
import { reasonWords } from './end-reason';

/** Every event of a job with what caused it, oldest first. */
export function JobHistory({ job }: { job: Job }) {
  const { data, error, refetch } = useHistory(job);
  if (!data) {
    return <Pending error={error} onRetry={refetch} />;
  }
  const causes = causesOf(data.items);
  const nodeNames = nodeNamesOf(data.items);
  return (
    <ol className="timeline">
      {data.items.map((entry, index) => (
        <TimelineEntry
          key={entry.sequence}
          entry={entry}
          before={data.items[index - 1]}
          cause={causes[index] ?? 'request'}
          nodeNames={nodeNames}
          severalRanks={Boolean(job.ranks)}
        />
      ))}
    </ol>
  );
}

interface TimelineEntryProps {
  entry: HistoryEntry;
  before: HistoryEntry | undefined;
  cause: Cause;
  nodeNames: ReadonlyMap<string, string>;
  severalRanks: boolean;
}

function TimelineEntry({ entry, before, cause, nodeNames, severalRanks }: TimelineEntryProps) {
  const t = useText();
  const key = `event.${entry.type}`;
  const summary = [rankOf(t, entry, nodeNames, severalRanks), summaryOf(t, useSay(), entry)]
    .filter(Boolean)
    .join(' · ');
  return (
    <li data-type={entry.type}>
      <div className="timeline-head">
        <strong>{isMessageKey(key) ? t(key) : entry.type}</strong>
        <ExactTime at={entry.at} before={before?.at} />
        {before && (
          <span className="muted number">+{formatDuration(Date.parse(entry.at) - Date.parse(before.at), t)}</span>
        )}
        <span className="muted number">#{entry.sequence}</span>
      </div>
      {summary && <p>{summary}</p>}
      <p className="timeline-cause muted">
        {t('job.history.cause', { cause: t(`cause.${cause}`) })}
        {entry.actor && !isImplied(entry.actor, cause) && ` · ${actorOf(t, entry.actor, nodeNames)}`}
        {entry.cause && entry.cause === before?.cause && ` · ${t('job.history.same', { number: before.sequence })}`}
      </p>
      <details>
        <summary>{t('job.history.details')}</summary>
        <Pairs values={{ ...entry.data, ...(entry.cause && { cause: entry.cause }) }} />
      </details>
    </li>
  );
}

/** Who caused an event; a node is where it happened, too. */
function actorOf(t: Text, actor: string, nodeNames: ReadonlyMap<string, string>): string {
  const name = callerName(t, actor, nodeNames);
  return actor.startsWith('node:') ? name : t('job.history.actor', { name });
}

/** The names of all nodes that the job was placed on, by their ids. */
function nodeNamesOf(history: readonly HistoryEntry[]): ReadonlyMap<string, string> {
  const placed = history.flatMap(({ data }) => (data.nodes ?? []) as Job['nodes']);
  return new Map(placed.map(({ nodeId, nodeName }) => [nodeId, nodeName]));
}

/** Which process of several an event is about, and its node. */
function rankOf(
  t: Text,
  { data }: HistoryEntry,
  nodeNames: ReadonlyMap<string, string>,
  severalRanks: boolean,
): string {
  const { rank, nodeId } = data as { rank?: number; nodeId?: string };
  if (!severalRanks || rank === undefined) {
    return '';
  }
  return [t('job.rank.number', { number: rank }), nodeId && nodeNames.get(nodeId)].filter(Boolean).join(' · ');
}

interface PlacedNode {
  nodeId: string;
  nodeName: string;
  gpus: number[];
}

/** The nodes of a placement, and the GPUs on them. */
function placementOf(nodes: PlacedNode[]): string {
  return nodes.some(node => node.gpus.length > 0)
    ? nodes
        .map(({ nodeName, gpus }) => (gpus.length > 0 ? `${nodeName} (GPU ${gpus.join(', ')})` : nodeName))
        .join(', ')
    : placedOn({ nodes });
}

/** The main fields of an event. */
function summaryOf(t: Text, say: Say, { type, data }: HistoryEntry): string {
  const { attempt, nodes, reason, reasonCode, exitCode, detail, detailCode } = data as {
    attempt?: number;
    nodes?: PlacedNode[];
    reason?: string;
    reasonCode?: SentenceCode;
    exitCode?: number;
    detail?: string;
    detailCode?: SentenceCode;
  };
  const parts = [
    attempt && t('log.attempt', { number: attempt }),
    nodes && placementOf(nodes),
    // A queue reason is already a sentence; all others are codes.
    // What a user wrote stays as it is.
    reason &&
      (type === 'job_deleted'
        ? reason
        : type === 'job_queued'
          ? say(reason, reasonCode)
          : reasonWords(t, reason, exitCode)),
    exitCode && reason !== 'exit_code' && `${t('job.exitCode')} ${exitCode}`,
    detail && say(detail, detailCode),
  ];
  // Only the last part may end as a sentence.
  return parts
    .filter((part): part is string => Boolean(part))
    .map((part, index, all) => (index < all.length - 1 ? part.replace(/[.。]$/, '') : part))
    .join(' · ');
}
