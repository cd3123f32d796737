import type { ReactNode } from 'react';

/** Short pieces of text in one line, separated by dots; what has no value is left out. */
export function Notes({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
  return items
    .filter(([, item]) => item !== null && item !== undefined && item !== '')
    .map(([key, item], index) => (
      <span key={key} data-note={key}>
        {index > 0 && ' · '}
        {item}
      </span>
    ));
}
