import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArchiveRestore } from 'lucide-react';
import { useState } from 'react';
import { flushSync } from 'react-dom';
import { Aliases } from '../../../components/aliases';
import { BatchNotice } from '../../../components/batch-report';
import { RestoreButton } from '../../../components/bin-actions';
import { Button } from '../../../components/button';
import { Facts } from '../../../components/facts';
import { PageHeader } from '../../../components/page-header';
import { SelectBox } from '../../../components/select-box';
import { SelectionBar } from '../../../components/selection-bar';
import { AbsentState, EmptyState, Pending, PendingPage } from '../../../components/states';
import { Ago } from '../../../components/time';
import { callerName } from '../../../lib/actor';
import { useEditRefusal } from '../../../lib/caller';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import type { Stretch } from '../../../lib/selection';
import { useBatch, useNotice, type Batch, type Report } from '../../../lib/use-batch';
import {
  keyOfArtifact,
  useArtifact,
  useDeletedVersions,
  useVersions,
  versionBin,
  type Artifact,
  type Version,
  type VersionId,
} from '../api/artifacts';
import { VersionView } from './version-view';

export interface ArtifactSearch {
  version?: number;
}

export function ArtifactPage({ name, search }: { name: string; search: ArtifactSearch }) {
  const t = useText();
  const client = useQueryClient();
  /** The artifact whose last versions were deleted permanently here: nothing is left to ask for. */
  const [purged, setPurged] = useState<string>();
  const isPurged = purged === name;
  const { data: artifact, error, refetch } = useArtifact(name, !isPurged);
  if (artifact && !isPurged) {
    const onPurged = () => {
      // Before anything of it is read again.
      flushSync(() => setPurged(name));
      client.removeQueries({ queryKey: keyOfArtifact(name) });
    };
    return <ArtifactView key={name} artifact={artifact} chosen={search.version} onPurged={onPurged} />;
  }
  if (isPurged || artifact === null) {
    const texts = isPurged
      ? { title: t('artifact.purged', { name }) }
      : { title: t('artifact.absent.title'), text: t('artifact.absent.text', { name }) };
    return (
      <AbsentState {...texts}>
        <Link to="/artifacts" className="button button-primary">
          {t('artifact.absent.back')}
        </Link>
      </AbsentState>
    );
  }
  return <PendingPage error={error} onRetry={refetch} />;
}

interface ArtifactViewProps {
  artifact: Artifact;
  /** The version that the user has chosen; without one, the newest is shown. */
  chosen: number | undefined;
  /** Called when its last versions were deleted permanently. */
  onPurged: () => void;
}

function ArtifactView({ artifact, chosen, onPurged }: ArtifactViewProps) {
  const t = useText();
  const notice = useNotice<VersionId>();
  const versions = useVersions(artifact.name);
  const { data: deletedVersions } = useDeletedVersions(artifact.name);
  const batch = useBatch(versionBin, listOf(artifact.name, versions.data?.items), notice);
  const deletedBin: typeof versionBin = {
    ...versionBin,
    purge: async (ids, dryRun) => {
      const result = await versionBin.purge(ids, dryRun);
      const isAll = artifact.versionCount === 0 && deletedVersions?.items.length === ids.length;
      if (!dryRun && isAll && result.items.every(({ done }) => done)) {
        onPurged();
      }
      return result;
    },
  };
  const deletedBatch = useBatch(deletedBin, listOf(`${artifact.name} deleted`, deletedVersions?.items), notice);
  const newest = useNewest(artifact.latestVersion ?? undefined, chosen, notice[0].report);
  const version = chosen ?? newest;
  return (
    <div className="page page-fill">
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
          <div className="versions-lists">
            {versions.data ? (
              <Versions versions={versions.data.items} shown={version} batch={batch} />
            ) : (
              <Pending error={versions.error} onRetry={versions.refetch} rows={3} />
            )}
            {deletedVersions && deletedVersions.items.length > 0 && (
              <DeletedVersions versions={deletedVersions.items} batch={deletedBatch} />
            )}
          </div>
          {/* Below both lists, whose rows stay where they are when it appears. */}
          <div className="versions-foot">
            <SelectionBar batch={batch} deleted={false} />
            <SelectionBar batch={deletedBatch} deleted />
            <BatchNotice batch={batch} />
          </div>
        </div>
        {version !== undefined ? (
          <VersionView key={version} name={artifact.name} version={version} batch={batch} />
        ) : (
          artifact.versionCount === 0 &&
          deletedVersions && <NoVersions deleted={deletedVersions.items} batch={deletedBatch} />
        )}
      </div>
    </div>
  );
}

/**
 * The newest version. When someone else deletes it, it stays until the user chooses: what is shown says that it is deleted, and
 * does not change to another without a word.
 */
function useNewest(
  latest: number | undefined,
  chosen: number | undefined,
  report: Report<VersionId> | undefined,
): number | undefined {
  const [shown, setShown] = useState(latest);
  const isOwn = report?.action === 'delete' && report.rows.some(({ version }) => version === shown);
  if (shown === latest || (shown !== undefined && shown > (latest ?? 0) && !isOwn && chosen === undefined)) {
    return shown;
  }
  setShown(latest);
  return latest;
}

/** The loaded versions of an artifact, which are all that it has. */
function listOf(key: string, versions: readonly Version[] | undefined): Stretch<Version> {
  return { key, loaded: versions ?? none, isStart: versions !== undefined, isEnd: versions !== undefined };
}

const none: readonly Version[] = [];

interface VersionsProps {
  versions: readonly Version[];
  batch: Batch<VersionId>;
}

/** What can be restored, or deleted permanently. */
function DeletedVersions({ versions, batch }: VersionsProps) {
  const t = useText();
  return (
    <section className="versions" aria-label={t('bin.versions')}>
      <h2>{t('bin.versions')}</h2>
      <ul>
        {versions.map(item => (
          <li key={item.version}>
            <SelectVersion version={item} batch={batch} />
            <DeletedVersion version={item} batch={batch} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function DeletedVersion({ version, batch }: { version: Version; batch: Batch<VersionId> }) {
  const t = useText();
  return (
    <div className="version-deleted">
      <strong>v{version.version}</strong>
      <RestoreButton
        label={t('bin.restore.label', { name: `v${version.version}` })}
        busy={batch.isRestoring(version)}
        onRestore={() => void batch.restore([version])}
      />
      <span className="muted versions-meta" title={version.deleteReason ?? undefined}>
        {version.deletedAt && <Ago at={version.deletedAt} />}
        {version.deletedBy && ` · ${callerName(t, version.deletedBy)}`}
        {version.deleteReason && ` · ${version.deleteReason}`}
      </span>
    </div>
  );
}

function SelectVersion({ version, batch: { selection } }: { version: Version; batch: Batch<VersionId> }) {
  const t = useText();
  return (
    <SelectBox
      label={t('batch.select', { name: `v${version.version}` })}
      checked={selection.has(version)}
      onChange={(isSelected, isRange) => selection.toggle(version, isSelected, isRange)}
    />
  );
}

function Versions({ versions, shown, batch }: VersionsProps & { shown: number | undefined }) {
  const t = useText();
  return (
    <nav className="versions" aria-label={t('artifacts.versions')}>
      <ul>
        {versions.map(item => (
          <li key={item.version}>
            <SelectVersion version={item} batch={batch} />
            <Link
              to="/artifacts/$name"
              params={{ name: item.name }}
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

/** Shown instead of a version where there is none. */
function NoVersions({ deleted, batch }: { deleted: readonly Version[]; batch: Batch<VersionId> }) {
  const t = useText();
  const refusal = useEditRefusal();
  return deleted.length === 0 ? (
    <EmptyState title={t('artifact.empty.title')} text={t('artifact.empty.text')} />
  ) : (
    <EmptyState title={t('artifact.empty.deleted')}>
      <Button
        icon={<ArchiveRestore aria-hidden="true" />}
        refusal={refusal}
        busy={deleted.some(batch.isRestoring)}
        onClick={() => void batch.restore(deleted)}
      >
        {t('artifact.empty.restore')}
      </Button>
    </EmptyState>
  );
}
