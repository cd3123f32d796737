import { ListFilter } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useText } from '../lib/i18n/i18n';
import { Button } from './button';
import type { KnownStatus } from './status-badge';

interface FilterRowProps {
  /** What is always shown. */
  children?: ReactNode;
  /** What a phone folds. */
  more: ReactNode;
  /** How many of the folded filters are set. */
  folded: number;
  /** What follows them, as filters without a control of their own. */
  chips?: ReactNode;
}

/** The filters of a list. */
export function FilterRow({ children, more, folded, chips }: FilterRowProps) {
  const t = useText();
  const [isUnfolded, setIsUnfolded] = useState(false);
  return (
    <div className="filters">
      {children}
      <Button
        className="filters-toggle"
        icon={<ListFilter aria-hidden="true" />}
        aria-expanded={isUnfolded}
        onClick={() => setIsUnfolded(!isUnfolded)}
      >
        {t('common.filters')}
        {folded > 0 && ` · ${folded}`}
      </Button>
      <div className="filters-more" data-unfolded={isUnfolded || undefined}>
        {more}
      </div>
      {chips}
    </div>
  );
}

interface StateFilterProps<State extends KnownStatus> {
  states: readonly State[];
  chosen: State | undefined;
  onChoose: (state: State | undefined) => void;
}

/** Chooses one state, or all. */
export function StateFilter<State extends KnownStatus>({ states, chosen, onChoose }: StateFilterProps<State>) {
  const t = useText();
  return (
    <div className="segments" role="group" aria-label={t('common.status')}>
      <button type="button" aria-pressed={chosen === undefined} onClick={() => onChoose(undefined)}>
        {t('common.all')}
      </button>
      {states.map(one => (
        <button key={one} type="button" aria-pressed={chosen === one} onClick={() => onChoose(one)}>
          {t(`status.${one}`)}
        </button>
      ))}
    </div>
  );
}
