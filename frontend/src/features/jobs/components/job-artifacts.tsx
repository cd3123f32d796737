import { Link } from '@tanstack/react-router';
import { Aliases } from '../../../components/aliases';
import { DownloadButton } from '../../../components/download-button';
import { EmptyState, Pending } from '../../../components/states';
import { Ago } from '../../../components/time';
import { addressOf } from '../../../lib/address';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { isOver, useJobArtifacts, type Job, type JobArtifact } from '../api/jobs';

export function JobArtifacts({ job }: { job: Job }) {
  const t = useText();
  const { data, error, refetch } = useJobArtifacts(job);
  if (!data) {
    return <Pending error={error} onRetry={refetch} rows={3} />;
  }
  if (data.items.length === 0) {
    return isOver(job) ? (
      <EmptyState title={t('job.artifacts.none.title')} text={t('job.artifacts.none.text')} />
    ) : (
      <EmptyState title={t('job.artifacts.empty.title')} text={t('job.artifacts.empty.text')} />
    );
  }
  return (
    <ul className="cards">
      {outputsFirst(data.items).map(item => (
        <li key={`${item.name}:${item.version}`} className="card">
          <div className="card-head">
            <Link to="/artifacts/$name" params={{ name: item.name }} search={{ version: item.version }}>
              {item.name}
              <span className="muted"> v{item.version}</span>
            </Link>
            <span className="tag">{item.type}</span>
            <Aliases names={item.aliases} />
          </div>
          <div className="card-foot">
            <span className="muted">
              {t('artifact.fileCount', { count: item.fileCount })} · {formatBytes(item.size)} ·{' '}
              <Ago at={item.createdAt} />
            </span>
            <DownloadButton
              address={addressOf('/api/artifacts/{name}/versions/{version}/archive', {
                path: { name: item.name, version: String(item.version) },
              })}
              fileName={`${item.name}-v${item.version}.tar`}
              label={t('common.download')}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Models and data first, checkpoints last. */
function outputsFirst(items: readonly JobArtifact[]): JobArtifact[] {
  const isOutput = (item: JobArtifact) => Number(item.type !== 'checkpoint');
  return items.toSorted((a, b) => isOutput(b) - isOutput(a));
}
