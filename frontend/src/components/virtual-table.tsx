import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type CSSProperties, type ReactNode } from 'react';
import type { Rows } from '../lib/use-rows';

export interface Column<T> {
  name: string;
  /** A track of the grid, such as `minmax(8rem, 1fr)`. */
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
  rows: Rows<T>;
  /** Says which rows are in sight, counted from 1. */
  onSight: (first: number, last: number) => void;
}

const rowHeight = 40;
const overscan = 12;

/** A table of any length that draws only the rows in sight. Rows on their way are shown as bars. */
export function VirtualTable<T>({ label, columns, rows, onSight }: VirtualTableProps<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
  });
  const first = virtual.range?.startIndex ?? 0;
  const last = virtual.range?.endIndex ?? 0;
  const { show, key } = rows;
  useEffect(() => {
    show(first);
    onSight(first + 1, last + 1);
  }, [show, onSight, first, last]);
  useEffect(() => {
    scroller.current?.scrollTo(0, 0);
  }, [key]);

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
      aria-rowcount={rows.total + 1}
      style={{ '--tracks': tracks, '--narrow-tracks': narrowTracks } as CSSProperties}
    >
      <div role="rowgroup" className="table-head">
        <div role="row" aria-rowindex={1} className="table-row">
          {columns.map(column => (
            <div key={column.name} role="columnheader" className={cellClass(column)}>
              {column.name}
            </div>
          ))}
        </div>
      </div>
      <div ref={scroller} className="table-body" role="rowgroup" tabIndex={0} aria-label={label}>
        <div role="presentation" className="table-canvas" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(item => {
            const row = rows.at(item.index);
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                aria-busy={row === undefined || undefined}
                className="table-row"
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {columns.map(column => (
                  <div key={column.name} role="cell" className={cellClass(column)}>
                    {row === undefined ? <span className="cell-bar" /> : column.cell(row)}
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
