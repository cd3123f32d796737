import type { ReactNode } from 'react';

/** A text so short that cutting it off would leave nothing to read. */
function isShort(item: ReactNode): boolean {
  return typeof item === 'string' && item.length <= 10;
}

/** Short pieces of text in one line, separated by dots; what has no value is left out. */
export function Notes({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
  return items
    .filter(([, item]) => item !== null && item !== undefined && item !== '')
    .map(([key, item], index) => (
      <span key={key} data-note={key} data-short={isShort(item) || undefined}>
        {index > 0 && ' · '}
        {item}
      </span>
    ));
}
