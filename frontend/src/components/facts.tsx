import type { ReactNode } from 'react';
import { formatValue } from '../lib/format';

/** A short list of names and values; what has no value is left out. */
export function Facts({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {items
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

interface PairsProps {
  values: Record<string, unknown>;
  /** Whether numbers are results, shown with few digits; otherwise they are shown as they were given. */
  rounded?: boolean;
}

/** Names and values in their given order, such as parameters or labels. */
export function Pairs({ values, rounded = false }: PairsProps) {
  const entries = Object.entries(values);
  if (entries.length === 0) {
    return <span className="muted">–</span>;
  }
  return (
    <dl className="pairs">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          {rounded && typeof value === 'number' ? (
            <dd title={String(value)}>{formatValue(value)}</dd>
          ) : (
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          )}
        </div>
      ))}
    </dl>
  );
}
