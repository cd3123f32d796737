import { Link } from '@tanstack/react-router';
import { callerName } from '../../../lib/actor';
import { Aliases } from '../../../components/aliases';
import { RestoreButton } from '../../../components/bin-actions';
import { Facts } from '../../../components/facts';
import { PageHeader } from '../../../components/page-header';
import { SelectionBar, useBatch } from '../../../components/selection-bar';
import { AbsentState, Pending, PendingPage } from '../../../components/states';
import { Ago } from '../../../components/time';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { useSelection, type Selection } from '../../../lib/use-selection';
import {
  useArtifact,
  useDeletedVersions,
  useVersionBin,
  useVersions,
  versionBin,
  type Artifact,
  type Version,
} from '../api/artifacts';
import { VersionView } from './version-view';

export interface ArtifactSearch {
  version?: number;
}

export function ArtifactPage({ name, search }: { name: string; search: ArtifactSearch }) {
  const t = useText();
  const { data: artifact, error, refetch } = useArtifact(name);
  if (artifact) {
    return <ArtifactView artifact={artifact} version={search.version ?? artifact.latestVersion ?? undefined} />;
  }
  if (artifact === null) {
    return (
      <AbsentState title={t('artifact.absent.title')} text={t('artifact.absent.text', { name })}>
        <Link to="/artifacts" className="button button-primary">
          {t('artifact.absent.back')}
        </Link>
      </AbsentState>
    );
  }
  return <PendingPage error={error} onRetry={refetch} />;
}

function ArtifactView({ artifact, version }: { artifact: Artifact; version: number | undefined }) {
  const t = useText();
  return (
    <div className="page">
      <PageHeader title={artifact.name}>
        <span className="tag">{artifact.type}</span>
      </PageHeader>
      <Facts
        items={[
          [t('common.project'), artifact.project],
          [t('artifacts.versions'), artifact.versionCount],
          [t('artifacts.size'), formatBytes(artifact.size)],
          [t('artifacts.updated'), <Ago key="at" at={artifact.updatedAt} />],
        ]}
      />
      <div className="columns columns-side">
        <div>
          <Versions name={artifact.name} shown={version} />
          <DeletedVersions name={artifact.name} />
        </div>
        {version !== undefined && <VersionView key={version} name={artifact.name} version={version} />}
      </div>
    </div>
  );
}

/** What can be restored, or deleted permanently. */
function DeletedVersions({ name }: { name: string }) {
  const t = useText();
  const { data } = useDeletedVersions(name);
  const batch = useBatch(versionBin);
  const selection = useSelection(name, versionBin.keyOf);
  if (!data || (data.items.length === 0 && !batch.report)) {
    return null;
  }
  return (
    <section className="versions" aria-label={t('bin.versions')}>
      <h2>{t('bin.versions')}</h2>
      <SelectionBar selection={selection} batch={batch} deleted />
      <ul>
        {data.items.map(item => (
          <li key={item.version}>
            <SelectVersion version={item} selection={selection} />
            <DeletedVersion version={item} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function DeletedVersion({ version }: { version: Version }) {
  const t = useText();
  const bin = useVersionBin(version.name, version.version);
  return (
    <div className="version-deleted">
      <strong>v{version.version}</strong>
      <RestoreButton bin={bin} />
      <span className="muted versions-meta" title={version.deleteReason ?? undefined}>
        {version.deletedAt && <Ago at={version.deletedAt} />}
        {version.deletedBy && ` · ${callerName(t, version.deletedBy)}`}
        {version.deleteReason && ` · ${version.deleteReason}`}
      </span>
    </div>
  );
}

function SelectVersion({ version, selection }: { version: Version; selection: Selection<Version> }) {
  const t = useText();
  return (
    <input
      type="checkbox"
      aria-label={t('batch.select', { name: `v${version.version}` })}
      checked={selection.has(version)}
      onChange={event => selection.set([version], event.target.checked)}
    />
  );
}

function Versions({ name, shown }: { name: string; shown: number | undefined }) {
  const t = useText();
  const { data, error, refetch } = useVersions(name);
  const batch = useBatch(versionBin);
  const selection = useSelection(name, versionBin.keyOf);
  if (!data) {
    return <Pending error={error} onRetry={refetch} rows={3} />;
  }
  return (
    <nav className="versions" aria-label={t('artifacts.versions')}>
      <SelectionBar selection={selection} batch={batch} deleted={false} />
      <ul>
        {data.items.map(item => (
          <li key={item.version}>
            <SelectVersion version={item} selection={selection} />
            <Link
              to="/artifacts/$name"
              params={{ name }}
              search={{ version: item.version }}
              aria-current={item.version === shown ? 'page' : undefined}
            >
              <strong>v{item.version}</strong>
              <Aliases names={item.aliases} />
              <span className="muted versions-meta">
                {formatBytes(item.size)} · <Ago at={item.createdAt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
