import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useLocale, useText } from '../lib/i18n/i18n';
import { pageOf } from '../lib/page-of';
import { IconButton } from './button';

/** What a page of a list has; its buttons are named for it. */
type Unit = 'rows' | 'charts';

interface PagerProps {
  unit?: Unit;
  page: number;
  last: number;
  /** The first of the rows that are shown, how many they are, and how many there are. */
  first: number;
  rows: number;
  total: number;
  setChosen: (page: number) => void;
}

/** Leads from one page of a list to the next. Its buttons keep the focus also at the ends. */
export function Pager({ unit = 'rows', page, last, first, rows, total, setChosen }: PagerProps) {
  const t = useText();
  const locale = useLocale();
  const number = (value: number) => value.toLocaleString(locale);
  return (
    <div className="pager">
      <IconButton
        label={t(`pager.previous.${unit}`)}
        icon={<ChevronLeft aria-hidden="true" />}
        aria-disabled={page === 0}
        onClick={() => page > 0 && setChosen(page - 1)}
      />
      <span className="muted number" role="status">
        {t('common.rows', {
          first: number(Math.min(first + 1, total)),
          last: number(first + rows),
          total: number(total),
        })}
      </span>
      <IconButton
        label={t(`pager.next.${unit}`)}
        icon={<ChevronRight aria-hidden="true" />}
        aria-disabled={page === last}
        onClick={() => page < last && setChosen(page + 1)}
      />
    </div>
  );
}

/** The part of a list that is shown, and the pager that leads to the rest; null where all of it is shown. */
export function usePages<T>(
  items: readonly T[],
  size: number,
  { unit, onTurn }: { unit?: Unit; onTurn?: (isForward: boolean) => void } = {},
) {
  const [chosen, setChosen] = useState(0);
  const { page, last, first, shown } = pageOf(items, size, chosen);
  const turn = (to: number) => {
    setChosen(to);
    onTurn?.(to > page);
  };
  return {
    shown,
    /** Begins again, as for another list. */
    restart: () => setChosen(0),
    pager: last > 0 && (
      <Pager {...{ unit, page, last, first, rows: shown.length, total: items.length, setChosen: turn }} />
    ),
  };
}
