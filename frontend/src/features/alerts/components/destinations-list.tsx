import { Send } from 'lucide-react';
import { EmptyState, Pending } from '../../../components/states';
import { useEditRefusal } from '../../../lib/caller';
import { useText } from '../../../lib/i18n/i18n';
import { useDestinations } from '../api/destinations';
import { NewLink } from './alerts-frame';
import { DestinationCard } from './destination-card';

/** Who can be told of alerts. Those who may only look do not see it: the address of a webhook is a secret. */
export function DestinationsList() {
  const t = useText();
  const refusal = useEditRefusal();
  const { data, error, refetch } = useDestinations(refusal === undefined);
  const icon = <Send aria-hidden="true" />;
  if (refusal) {
    return <EmptyState title={t('destinations.refused')} text={refusal} icon={icon} />;
  }
  if (!data) {
    return <Pending error={error} onRetry={refetch} rows={3} />;
  }
  return data.items.length === 0 ? (
    <EmptyState title={t('destinations.empty.title')} text={t('destinations.empty.text')} icon={icon}>
      <NewLink to="/alerts/destinations/new" text={t('destinations.new')} />
    </EmptyState>
  ) : (
    <ul className="cards">
      {data.items.map(one => (
        <DestinationCard key={one.id} destination={one} />
      ))}
    </ul>
  );
}
