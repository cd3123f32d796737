import { Link } from '@tanstack/react-router';
import { Package } from 'lucide-react';
import { EmptyState } from '../../../components/states';
import { ListPage } from '../../../components/list-page';
import { Notes } from '../../../components/notes';
import { Ago } from '../../../components/time';
import type { Column } from '../../../components/virtual-table';
import { formatBytes } from '../../../lib/format';
import { useText, type Text } from '../../../lib/i18n/i18n';
import type { ListSearch } from '../../../lib/list-search';
import type { RowOf } from '../../../lib/use-rows';

export function ArtifactsPage({ search }: { search: ListSearch }) {
  const t = useText();
  return (
    <ListPage
      title={t('app.artifacts')}
      rows="/api/artifacts"
      search={search}
      searchLabel={t('artifacts.search')}
      tableLabel={t('artifacts.table')}
      columns={columns(t)}
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

function columns(t: Text): Column<RowOf<'/api/artifacts'>>[] {
  return [
    {
      key: 'name',
      name: t('common.name'),
      width: 'minmax(8rem, 2fr)',
      cell: artifact => (
        <Link to="/artifacts/$name" params={{ name: artifact.name }} className="row-link">
          {artifact.name}
        </Link>
      ),
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
