import { useLocation } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useLayoutEffect,
  useRef,
  type CSSProperties,
  type PointerEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { columnWidths, setColumnWidths, type ColumnWidths } from '../lib/column-widths';
import { useText } from '../lib/i18n/i18n';
import { placeOf, setPlace } from '../lib/list-places';
import { useStore } from '../lib/store';
import { useMediaQuery } from '../lib/use-media-query';
import type { Rows } from '../lib/use-rows';
import { ColumnGrip } from './column-grip';

export interface Column<T> {
  /** The key under which its width is stored. */
  key: string;
  name: string;
  /** A track of the grid, such as `minmax(8rem, 1fr)`, until the user sets a width. */
  width: string;
  cell: (row: T) => ReactNode;
  /** Left out on narrow screens. */
  wide?: boolean;
  /** Its track on narrow screens, where it is another. */
  narrow?: string;
  /** A second line on narrow screens, for what the columns left out would say. */
  note?: (row: T) => ReactNode;
  /** Aligned to the right. */
  number?: boolean;
  /** Shown in the head instead of the name. */
  head?: ReactNode;
  /** It has controls, which work although the row is a link; its width is fixed. */
  control?: boolean;
}

interface VirtualTableProps<T> {
  /** The key under which its column widths are stored. */
  name: string;
  label: string;
  columns: readonly Column<T>[];
  rows: Rows<T>;
  keyOf: (row: T) => string;
  /** Called with the visible rows, counted from 1. */
  onVisibleRangeChange: (first: number, last: number) => void;
}

/** Where all columns of the widest list no longer fit; the same as in table.css. */
const narrowScreen = '(max-width: 960px)';
const rowHeight = 40;
/** With a second line. */
const narrowRowHeight = 58;
const overscan = 12;

/** A table of any length that renders only the visible rows. Rows that are still loading are shown as bars. */
export function VirtualTable<T>({ name, label, columns, rows, keyOf, onVisibleRangeChange }: VirtualTableProps<T>) {
  const table = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const widths = useStore(columnWidths(name));
  const isNarrow = useMediaQuery(narrowScreen);
  const height = isNarrow ? narrowRowHeight : rowHeight;
  const virtual = useVirtualizer({
    count: rows.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan,
  });
  // Finds the range of what is shown now; before, it is that of the last time.
  const items = virtual.getVirtualItems();
  const first = virtual.range?.startIndex ?? 0;
  const last = virtual.range?.endIndex ?? 0;
  const { show, key } = rows;
  const entry = useLocation({ select: location => location.state.__TSR_key ?? '' }) + key;
  /** How many rows should be above the visible ones, until the list is known to be that long. */
  const wanted = useRef(0);
  useEffect(() => {
    // Another list, or one that Back or a reload leads to; or rows of another height.
    virtual.measure();
    wanted.current = placeOf(entry);
    virtual.scrollToOffset(wanted.current * height);
    // The entry changes a moment before its list is shown.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [virtual, key, height]);
  const { total, isCounted } = rows;
  useEffect(() => {
    if (wanted.current > 0) {
      virtual.scrollToOffset(wanted.current * height);
      wanted.current = isCounted ? 0 : wanted.current;
    }
  }, [virtual, key, height, total, isCounted]);
  useGutter(scroller, head);
  useEffect(() => {
    show(first);
    onVisibleRangeChange(first + 1, last + 1);
  }, [show, onVisibleRangeChange, first, last]);
  const onScroll = () => {
    alignSideways(scroller.current, head.current);
    if (wanted.current === 0) {
      setPlace(entry, scroller.current!.scrollTop / height);
    }
  };

  const narrowTracks = tracksOf(
    columns.filter(column => !column.wide).map(({ key, width, narrow = width }) => ({ key, width: narrow })),
    {},
  );
  // Only this style changes during a drag: no row is rendered again.
  const preview = (changes: ColumnWidths) =>
    table.current?.style.setProperty('--tracks', tracksOf(columns, { ...widths, ...changes }));
  return (
    <div
      ref={table}
      className="table"
      role="table"
      aria-label={label}
      aria-rowcount={rows.total + 1}
      style={
        {
          '--tracks': tracksOf(columns, widths),
          '--narrow-tracks': narrowTracks,
          '--rows-height': `${virtual.getTotalSize()}px`,
        } as CSSProperties
      }
    >
      <div
        ref={head}
        role="rowgroup"
        className="table-head"
        onScroll={() => alignSideways(head.current, scroller.current)}
      >
        <HeadRow
          columns={columns}
          widths={widths}
          onPreview={preview}
          onChoose={changes => setColumnWidths(name, changes)}
        />
      </div>
      <div
        ref={scroller}
        className="table-body"
        role="rowgroup"
        tabIndex={0}
        aria-label={label}
        onScroll={onScroll}
        onPointerMove={showWhole}
      >
        <div role="presentation" className="table-canvas" style={{ height: virtual.getTotalSize() }}>
          {items.map(item => {
            const row = rows.at(item.index);
            return (
              <div
                // The focus stays with its row when others come before it.
                key={row === undefined ? item.index : `row ${keyOf(row)}`}
                role="row"
                aria-rowindex={item.index + 2}
                aria-busy={row === undefined || undefined}
                className="table-row"
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {columns.map(column => (
                  <div
                    key={column.key}
                    role="cell"
                    className={cellClass(column)}
                    // A name in Arabic or Hebrew is cut at its end, not at its beginning.
                    dir={column.note && !isNarrow ? 'auto' : undefined}
                  >
                    {row === undefined ? (
                      <span className="cell-bar" />
                    ) : isNarrow && column.note ? (
                      <>
                        <div className="cell" dir="auto">
                          {column.cell(row)}
                        </div>
                        <div className="cell-note">{column.note(row)}</div>
                      </>
                    ) : (
                      column.cell(row)
                    )}
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

interface HeadRowProps<T> {
  columns: readonly Column<T>[];
  widths: ColumnWidths;
  onPreview: (changes: ColumnWidths) => void;
  onChoose: (changes: Readonly<Record<string, number | undefined>>) => void;
}

function HeadRow<T>({ columns, widths, onPreview, onChoose }: HeadRowProps<T>) {
  const t = useText();
  const row = useRef<HTMLDivElement>(null);
  /** Sets a column's width and fixes the current widths of the columns before it, which would otherwise shrink and move it. */
  const changesFor = (index: number, width: number): ColumnWidths => {
    const changes: Record<string, number> = { [columns[index]!.key]: width };
    columns.slice(0, index).forEach((column, place) => {
      if (widths[column.key] === undefined && column.width.endsWith('fr)')) {
        changes[column.key] = row.current!.children[place]!.getBoundingClientRect().width;
      }
    });
    return changes;
  };
  return (
    <div ref={row} role="row" aria-rowindex={1} className="table-row">
      {columns.map((column, index) => (
        <div key={column.key} role="columnheader" aria-label={column.name} className={cellClass(column)}>
          {column.control ? column.head : <span className="column-name">{column.name}</span>}
          {!column.control && (
            <ColumnGrip
              label={t('table.width', { name: column.name })}
              onPreview={width => onPreview(width === null ? {} : changesFor(index, width))}
              onChoose={width => onChoose(width === null ? { [column.key]: undefined } : changesFor(index, width))}
            />
          )}
        </div>
      ))}
    </div>
  );
}

function tracksOf(columns: readonly { key: string; width: string }[], widths: ColumnWidths): string {
  return columns
    .map(({ key, width }) => {
      const chosen = widths[key];
      return chosen === undefined ? width : `${chosen}px`;
    })
    .join(' ');
}

function cellClass<T>(column: Column<T>): string {
  return `cell${column.wide ? ' cell-wide' : ''}${column.number ? ' cell-number' : ''}${column.note ? ' cell-noted' : ''}${column.control ? ' cell-control' : ''}`;
}

/** Leaves as much room at the end of the header as the rows leave to their scrollbar, which is there only when they need it. */
function useGutter(scroller: RefObject<HTMLElement | null>, head: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const { current: body } = scroller;
    if (!body) {
      return;
    }
    const observer = new ResizeObserver(() => {
      head.current!.style.paddingInlineEnd = `${body.offsetWidth - body.clientWidth}px`;
      alignSideways(body, head.current);
    });
    observer.observe(body);
    return () => observer.disconnect();
  }, [scroller, head]);
}

/** Makes the tooltip of a row, all of which is its link, say what lies under the pointer: its own tooltip, or what is cut off. */
function showWhole({ target, clientX, clientY }: PointerEvent): void {
  const link = target instanceof Element ? target.closest<HTMLElement>('.row-link') : null;
  if (!link) {
    return;
  }
  const row = link.closest('.table-row');
  const below = document.elementsFromPoint(clientX, clientY).filter(one => one !== link && row?.contains(one));
  const titled = below.find((one): one is HTMLElement => one instanceof HTMLElement && one.title !== '');
  const cut = below.find(one => one !== row && one.scrollWidth > one.clientWidth && one.clientWidth > 0);
  const title = titled?.title ?? cut?.textContent ?? '';
  if (link.title !== title) {
    link.title = title;
  }
}

/** Keeps the horizontal scroll of header and rows in sync. */
function alignSideways(moved: HTMLElement | null, other: HTMLElement | null): void {
  if (moved && other) {
    other.scrollLeft = moved.scrollLeft;
  }
}
