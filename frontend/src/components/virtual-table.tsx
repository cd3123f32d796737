import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode } from 'react';

export interface Column<T> {
  name: string;
  /** A track of the grid, such as <c>minmax(8rem, 1fr)</c>. */
  width: string;
  cell: (row: T) => ReactNode;
  /** Left out on narrow screens. */
  wide?: boolean;
  /** Aligned to the right. */
  number?: boolean;
}

interface VirtualTableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  idOf: (row: T) => string;
  hasMore: boolean;
  onMore: () => void;
}

const rowHeight = 40;
const overscan = 12;
/** The next page is fetched this many rows before it is needed. */
const ahead = 60;

/** A table that draws only the rows in sight, and asks for the next page before its end is reached. */
export function VirtualTable<T>({ label, columns, rows, idOf, hasMore, onMore }: VirtualTableProps<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    getItemKey: index => idOf(rows[index] as T),
  });
  const visible = virtual.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - ahead) {
      onMore();
    }
  }, [hasMore, last, rows.length, onMore]);

  const tracks = columns.map(column => column.width).join(' ');
  const narrowTracks = columns
    .filter(column => !column.wide)
    .map(column => column.width)
    .join(' ');
  const cellClass = (column: Column<T>) =>
    `cell${column.wide ? ' cell-wide' : ''}${column.number ? ' cell-number' : ''}`;
  return (
    <div
      className="table"
      role="table"
      aria-label={label}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      style={{ '--tracks': tracks, '--narrow-tracks': narrowTracks } as React.CSSProperties}
    >
      <div role="rowgroup" className="table-head">
        <div role="row" className="table-row">
          {columns.map(column => (
            <div key={column.name} role="columnheader" className={cellClass(column)}>
              {column.name}
            </div>
          ))}
        </div>
      </div>
      <div ref={scroller} className="table-body" role="rowgroup" tabIndex={0} aria-label={label}>
        <div role="presentation" className="table-canvas" style={{ height: virtual.getTotalSize() }}>
          {visible.map(item => {
            const row = rows[item.index] as T;
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                className="table-row"
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {columns.map(column => (
                  <div key={column.name} role="cell" className={cellClass(column)}>
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
