import { Link } from '@tanstack/react-router';
import { ArchiveRestore } from 'lucide-react';
import { Aliases } from '../../../components/aliases';
import { RestoreButton } from '../../../components/bin-actions';
import { Button } from '../../../components/button';
import { Facts } from '../../../components/facts';
import { PageHeader } from '../../../components/page-header';
import { SelectBox } from '../../../components/select-box';
import { SelectionBar } from '../../../components/selection-bar';
import { AbsentState, ActionError, EmptyState, Pending, PendingPage } from '../../../components/states';
import { Ago } from '../../../components/time';
import { callerName } from '../../../lib/actor';
import { useEditRefusal } from '../../../lib/caller';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import type { Stretch } from '../../../lib/selection';
import { useBatch, type Batch } from '../../../lib/use-batch';
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
          [t('artifacts.size'), artifact.versionCount > 0 ? formatBytes(artifact.size) : null],
          [t('artifacts.updated'), <Ago key="at" at={artifact.updatedAt} />],
        ]}
      />
      <div className="columns columns-side">
        <div className="versions-side">
          <Versions name={artifact.name} shown={version} />
          <DeletedVersions name={artifact.name} />
        </div>
        {version !== undefined ? (
          <VersionView key={version} name={artifact.name} version={version} />
        ) : (
          artifact.versionCount === 0 && <NoVersions name={artifact.name} />
        )}
      </div>
    </div>
  );
}

/** The loaded versions of an artifact, which are all that it has. */
function listOf(name: string, versions: readonly Version[] | undefined): Stretch<Version> {
  return { key: name, loaded: versions ?? none, isStart: versions !== undefined, isEnd: versions !== undefined };
}

const none: readonly Version[] = [];

/** What can be restored, or deleted permanently. */
function DeletedVersions({ name }: { name: string }) {
  const t = useText();
  const { data } = useDeletedVersions(name);
  const batch = useBatch(versionBin, listOf(name, data?.items));
  if (!data || (data.items.length === 0 && !batch.report)) {
    return null;
  }
  return (
    <section className="versions" aria-label={t('bin.versions')}>
      <h2>{t('bin.versions')}</h2>
      <ul>
        {data.items.map(item => (
          <li key={item.version}>
            <SelectVersion version={item} batch={batch} />
            <DeletedVersion version={item} />
          </li>
        ))}
      </ul>
      <SelectionBar batch={batch} deleted />
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

function SelectVersion({ version, batch: { selection } }: { version: Version; batch: Batch<Version> }) {
  const t = useText();
  return (
    <SelectBox
      label={t('batch.select', { name: `v${version.version}` })}
      checked={selection.has(version)}
      onChange={(isSelected, isRange) => selection.toggle(version, isSelected, isRange)}
    />
  );
}

function Versions({ name, shown }: { name: string; shown: number | undefined }) {
  const t = useText();
  const { data, error, refetch } = useVersions(name);
  const batch = useBatch(versionBin, listOf(name, data?.items));
  if (!data) {
    return <Pending error={error} onRetry={refetch} rows={3} />;
  }
  return (
    <nav className="versions" aria-label={t('artifacts.versions')}>
      <ul>
        {data.items.map(item => (
          <li key={item.version}>
            <SelectVersion version={item} batch={batch} />
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
      <SelectionBar batch={batch} deleted={false} />
    </nav>
  );
}

/** Shown instead of a version where there is none. */
function NoVersions({ name }: { name: string }) {
  const t = useText();
  const { data } = useDeletedVersions(name);
  const batch = useBatch(versionBin, listOf(name, data?.items));
  const refusal = useEditRefusal();
  if (!data) {
    return null;
  }
  return data.items.length === 0 ? (
    <EmptyState title={t('artifact.empty.title')} text={t('artifact.empty.text')} />
  ) : (
    <EmptyState title={t('artifact.empty.deleted')}>
      <Button
        icon={<ArchiveRestore aria-hidden="true" />}
        refusal={refusal}
        onClick={() => void batch.restore(data.items)}
      >
        {t('artifact.empty.restore')}
      </Button>
      <ActionError error={batch.error} />
    </EmptyState>
  );
}
