import { Link } from '@tanstack/react-router';
import { Package } from 'lucide-react';
import { deletionColumns, deletionNote, type ShowDeletion } from '../../../components/deletion-columns';
import { EmptyState } from '../../../components/states';
import { ListPage } from '../../../components/list-page';
import { Notes } from '../../../components/notes';
import { Ago } from '../../../components/time';
import type { Column } from '../../../components/virtual-table';
import { formatBytes } from '../../../lib/format';
import { useText, type Text } from '../../../lib/i18n/i18n';
import type { ListSearch } from '../../../lib/list-search';
import type { RowOf } from '../../../lib/use-rows';
import { artifactBin, useDeletedVersions } from '../api/artifacts';

const [listedArtifacts, deletedArtifacts] = [artifactBin(false), artifactBin(true)];

export function ArtifactsPage({ search }: { search: ListSearch }) {
  const t = useText();
  return (
    <ListPage
      title={t('app.artifacts')}
      rows="/api/artifacts"
      search={search}
      searchLabel={t('artifacts.search')}
      tableLabel={t('artifacts.table')}
      columns={search.deleted ? binColumns(t) : columns(t)}
      bin={search.deleted ? deletedArtifacts : listedArtifacts}
      deleteNote={t('artifacts.delete.note')}
      empty={
        <EmptyState
          title={t('artifacts.empty.title')}
          text={t('artifacts.empty.text')}
          icon={<Package aria-hidden="true" />}
        />
      }
    />
  );
}

type ArtifactRow = RowOf<'/api/artifacts'>;

const ofArtifact: ShowDeletion<ArtifactRow> = ({ name }, show) => <LastDeletion name={name} show={show} />;

/** Something of the last deletion of a version, which the list does not say. */
function LastDeletion({ name, show }: { name: string; show: Parameters<typeof ofArtifact>[1] }) {
  const { data } = useDeletedVersions(name);
  const last = data?.items.toSorted((a, b) => Date.parse(b.deletedAt ?? '') - Date.parse(a.deletedAt ?? ''))[0];
  return last?.deletedAt
    ? show({ at: last.deletedAt, by: last.deletedBy ?? null, reason: last.deleteReason ?? null })
    : null;
}

/** How many of its versions are deleted. */
function DeletedCount({ artifact: { name, versionCount } }: { artifact: ArtifactRow }) {
  const t = useText();
  const count = useDeletedVersions(name).data?.items.length;
  return count === undefined
    ? null
    : versionCount === 0
      ? t('unit.version', { count })
      : t('bin.versions.part', { count, total: count + versionCount });
}

function binColumns(t: Text): Column<ArtifactRow>[] {
  return [
    {
      key: 'name',
      name: t('common.name'),
      width: 'minmax(8rem, 2fr)',
      cell: artifactName,
      note: deletionNote(t, ofArtifact, artifact => <DeletedCount artifact={artifact} />),
    },
    {
      key: 'project',
      name: t('common.project'),
      width: 'minmax(6rem, 1fr)',
      wide: true,
      cell: artifact => artifact.project ?? '–',
    },
    {
      key: 'deletedVersions',
      name: t('bin.versions'),
      width: '9rem',
      wide: true,
      cell: artifact => <DeletedCount artifact={artifact} />,
    },
    ...deletionColumns(t, ofArtifact),
  ];
}

function artifactName(artifact: ArtifactRow) {
  return (
    <Link to="/artifacts/$name" params={{ name: artifact.name }} className="row-link">
      {artifact.name}
    </Link>
  );
}

function columns(t: Text): Column<ArtifactRow>[] {
  return [
    {
      key: 'name',
      name: t('common.name'),
      width: 'minmax(8rem, 2fr)',
      cell: artifactName,
      note: artifact => (
        <Notes
          items={[
            ['type', artifact.type],
            ['project', artifact.project],
            ['size', formatBytes(artifact.size)],
            ['updated', <Ago key="updated" at={artifact.updatedAt} />],
          ]}
        />
      ),
    },
    {
      key: 'type',
      name: t('artifacts.type'),
      width: '6.5rem',
      wide: true,
      cell: artifact => <span className="tag">{artifact.type}</span>,
    },
    {
      key: 'project',
      name: t('common.project'),
      width: 'minmax(6rem, 1fr)',
      wide: true,
      cell: artifact => artifact.project ?? '–',
    },
    {
      key: 'latest',
      name: t('artifacts.latest'),
      width: '4.5rem',
      number: true,
      cell: artifact => (artifact.latestVersion ? `v${artifact.latestVersion}` : '–'),
    },
    {
      key: 'versions',
      name: t('artifacts.versions'),
      width: '6rem',
      wide: true,
      number: true,
      cell: artifact => artifact.versionCount,
    },
    {
      key: 'size',
      name: t('artifacts.size'),
      width: '6rem',
      wide: true,
      number: true,
      cell: artifact => formatBytes(artifact.size),
    },
    {
      key: 'updated',
      name: t('artifacts.updated'),
      width: '6.5rem',
      wide: true,
      number: true,
      cell: artifact => <Ago at={artifact.updatedAt} />,
    },
  ];
}
