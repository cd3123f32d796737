import { Images } from 'lucide-react';
import { useState } from 'react';
import { SearchInput } from '../../../components/search-input';
import { EmptyState, Pending } from '../../../components/states';
import { useText } from '../../../lib/i18n/i18n';
import { useMediaKeys } from '../api/run-media';
import type { Run } from '../api/runs';
import { MediaCard } from './media-card';

/** With more keys than this, one searches among them. */
const manyKeys = 6;

/** Images, tables, histograms and texts of a run: a card for each key. */
export function RunMedia({ run }: { run: Run }) {
  const t = useText();
  const { data: keys, error, refetch } = useMediaKeys(run.id, !run.endedAt);
  const [search, setSearch] = useState('');
  if (!keys) {
    return <Pending error={error} onRetry={refetch} />;
  }
  if (keys.length === 0) {
    return (
      <EmptyState title={t('media.empty.title')} text={t('media.empty.text')} icon={<Images aria-hidden="true" />} />
    );
  }
  const wanted = search.trim().toLowerCase();
  const shown = keys.filter(({ key, kind }) => `${key} ${kind}`.toLowerCase().includes(wanted));
  return (
    <>
      {keys.length > manyKeys && (
        <div className="filters media-filters">
          <SearchInput main label={t('media.search')} value={search} onChange={setSearch} />
        </div>
      )}
      {shown.length === 0 && <EmptyState title={t('common.noMatch')} />}
      <div className="cards media-cards">
        {shown.map(media => (
          <MediaCard key={`${media.kind} ${media.key}`} runId={run.id} media={media} />
        ))}
      </div>
    </>
  );
}
