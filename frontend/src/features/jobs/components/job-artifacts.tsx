import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { Button } from '../../../components/button';
import { EmptyState, ErrorState, LoadingState } from '../../../components/states';
import { Ago } from '../../../components/time';
import { download } from '../../../lib/download';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { useJobArtifacts, type Job, type JobArtifact } from '../api/jobs';

export function JobArtifacts({ job }: { job: Job }) {
  const t = useText();
  const { data, error, refetch } = useJobArtifacts(job);
  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <LoadingState rows={3} />;
  }
  if (data.items.length === 0) {
    return <EmptyState title={t('job.artifacts.empty.title')} text={t('job.artifacts.empty.text')} />;
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
            {item.aliases.map(alias => (
              <span key={alias} className="tag tag-accent">
                {alias}
              </span>
            ))}
          </div>
          <div className="card-foot">
            <span className="muted">
              {t('artifact.fileCount', { count: item.fileCount })} · {formatBytes(item.size)} ·{' '}
              <Ago at={item.createdAt} />
            </span>
            <Button
              icon={<Download aria-hidden="true" />}
              onClick={() =>
                void download(
                  `/api/artifacts/${encodeURIComponent(item.name)}/versions/${item.version}/archive`,
                  `${item.name}-v${item.version}.tar`,
                )
              }
            >
              {t('common.download')}
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** What the training was for, before what it needs to go on after a loss. */
function outputsFirst(items: readonly JobArtifact[]): JobArtifact[] {
  const isOutput = (item: JobArtifact) => Number(item.type !== 'checkpoint');
  return items.toSorted((a, b) => isOutput(b) - isOutput(a));
}
