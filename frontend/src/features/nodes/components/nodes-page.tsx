import { Server } from 'lucide-react';
import { EmptyState, Pending } from '../../../components/states';
import { PageHeader } from '../../../components/page-header';
import { useText } from '../../../lib/i18n/i18n';
import { useNodes } from '../api/nodes';
import { NodeCard } from './node-card';

export function NodesPage() {
  const t = useText();
  const { data, error, refetch } = useNodes();
  return (
    <div className="page">
      <PageHeader title={t('app.nodes')} />
      {data ? (
        data.items.length > 0 ? (
          <ul className="cards">
            {data.items.map(node => (
              <NodeCard key={node.id} node={node} />
            ))}
          </ul>
        ) : (
          <EmptyState
            title={t('nodes.empty.title')}
            text={t('nodes.empty.text')}
            icon={<Server aria-hidden="true" />}
          />
        )
      ) : (
        <Pending error={error} onRetry={refetch} rows={3} />
      )}
    </div>
  );
}
