import { Link } from '@tanstack/react-router';
import { ExternalLink } from 'lucide-react';
import { Pending } from '../../../components/states';
import { useEditRefusal } from '../../../lib/caller';
import { useText } from '../../../lib/i18n/i18n';
import { useDestinations } from '../api/destinations';

interface DestinationChoiceProps {
  chosen: readonly string[];
  errors: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}

/** Chooses who is told. Those who may only look see how many are. */
export function DestinationChoice({ chosen, errors, onChange }: DestinationChoiceProps) {
  const t = useText();
  const isHidden = useEditRefusal() !== undefined;
  const { data, error, refetch } = useDestinations(!isHidden);
  if (isHidden) {
    return <p className="muted">{t('destinations.count', { count: chosen.length })}</p>;
  }
  if (!data) {
    return <Pending error={error} onRetry={refetch} rows={2} />;
  }
  return (
    <>
      {data.items.length === 0 && <p className="muted">{t('rule.destinations.none')}</p>}
      <ul className="choices">
        {data.items.map(({ id, name, kind, active }) => (
          <li key={id}>
            <label>
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                aria-invalid={errors.length > 0 || undefined}
                onChange={({ target }) => onChange(target.checked ? [...chosen, id] : chosen.filter(one => one !== id))}
              />
              <span className="choice-name">{name}</span>
              <span className="tag">{t(`destination.kind.${kind}`)}</span>
              {!active && <span className="muted">{t('status.paused')}</span>}
            </label>
          </li>
        ))}
      </ul>
      {errors.length > 0 && <p className="field-error">{errors.join(' ')}</p>}
      {/* Beside the form: what was typed stays, and the list is read again when the user comes back. */}
      <Link to="/alerts/destinations/new" target="_blank" className="with-button">
        {t('destinations.new')}
        <ExternalLink aria-hidden="true" />
      </Link>
    </>
  );
}
