import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../lib/i18n/i18n';
import { IconButton } from './button';

interface FilterChipProps {
  name: string;
  children: ReactNode;
  onRemove: () => void;
}

/** A filter without a control of its own, which can only be removed. */
export function FilterChip({ name, children, onRemove }: FilterChipProps) {
  const t = useText();
  return (
    <span className="filter-chip">
      <span className="muted">{name}</span>
      <span className="filter-chip-value">{children}</span>
      <IconButton label={t('common.removeFilter', { name })} icon={<X aria-hidden="true" />} onClick={onRemove} />
    </span>
  );
}
