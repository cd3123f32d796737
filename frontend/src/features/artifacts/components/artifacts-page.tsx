import { Link, useNavigate } from '@tanstack/react-router';
import { Package } from 'lucide-react';
import { useCallback } from 'react';
import { EmptyState } from '../../../components/states';
import { ListPage } from '../../../components/list-page';
import { PageHeader } from '../../../components/page-header';
import { SearchBox } from '../../../components/search-box';
import { Ago } from '../../../components/time';
import type { Column } from '../../../components/virtual-table';
import { formatBytes } from '../../../lib/format';
import { useText, type Text } from '../../../lib/i18n/i18n';
import { useRows } from '../../../lib/use-rows';
import type { Artifact } from '../api/artifacts';

export interface ArtifactsSearch {
  search?: string;
}

export function ArtifactsPage({ search }: { search: ArtifactsSearch }) {
  const t = useText();
  const navigate = useNavigate();
  const rows = useRows<Artifact>('/api/artifacts', { ...search });
  const onSearch = useCallback(
    (value: string) => void navigate({ to: '/artifacts', search: value ? { search: value } : {}, replace: true }),
    [navigate],
  );
  return (
    <div className="page page-fill">
      <PageHeader title={t('app.artifacts')} />
      <div className="filters">
        <SearchBox main label={t('artifacts.search')} value={search.search ?? ''} onChange={onSearch} />
      </div>
      <ListPage
        label={t('artifacts.table')}
        rows={rows}
        columns={columns(t)}
        filtered={Boolean(search.search)}
        onClear={() => onSearch('')}
        empty={
          <EmptyState
            title={t('artifacts.empty.title')}
            text={t('artifacts.empty.text')}
            icon={<Package aria-hidden="true" />}
          />
        }
      />
    </div>
  );
}

function columns(t: Text): Column<Artifact>[] {
  return [
    {
      name: t('common.name'),
      width: 'minmax(8rem, 2fr)',
      cell: artifact => (
        <Link to="/artifacts/$name" params={{ name: artifact.name }} className="row-link">
          {artifact.name}
        </Link>
      ),
    },
    { name: t('artifacts.type'), width: '6.5rem', cell: artifact => <span className="tag">{artifact.type}</span> },
    { name: t('common.project'), width: 'minmax(6rem, 1fr)', wide: true, cell: artifact => artifact.project ?? '–' },
    { name: t('artifacts.latest'), width: '4.5rem', number: true, cell: artifact => `v${artifact.latestVersion}` },
    { name: t('artifacts.versions'), width: '6rem', wide: true, number: true, cell: artifact => artifact.versionCount },
    {
      name: t('artifacts.size'),
      width: '6rem',
      wide: true,
      number: true,
      cell: artifact => formatBytes(artifact.size),
    },
    {
      name: t('artifacts.updated'),
      width: '6.5rem',
      wide: true,
      number: true,
      cell: artifact => <Ago at={artifact.updatedAt} />,
    },
  ];
}
