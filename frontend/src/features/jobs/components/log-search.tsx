import { ChevronDown, ChevronUp } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { IconButton } from '../../../components/button';
import { SearchInput } from '../../../components/search-input';
import { useText } from '../../../lib/i18n/i18n';
import type { LogBuffer } from '../../../lib/log-buffer';
import { LogMatches } from '../../../lib/log-matches';

interface LogSearchState {
  text: string;
  setText: (text: string) => void;
  /** Numbers of the lines that match. */
  matches: readonly number[];
  /** The match that is shown now. */
  current: number | undefined;
  step: (by: number) => void;
  at: number;
}

const none = -1;

/** Searches a log as it grows. */
export function useLogSearch(log: LogBuffer): LogSearchState {
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text);
  const search = useMemo(() => new LogMatches(log, wanted), [log, wanted]);
  const matches = search.numbers();
  const stepFrom = (at: number, by: number) =>
    matches.length === 0
      ? none
      : at === none
        ? by > 0
          ? 0
          : matches.length - 1
        : (at + by + matches.length) % matches.length;
  const [place, setPlace] = useState({ search, at: none, asked: 0 });
  if (place.search !== search) {
    // A pending step to the next match is taken once the search is done.
    setPlace({ search, at: place.asked === 0 ? none : stepFrom(none, place.asked), asked: 0 });
  }
  const { at } = place;
  const step = (by: number) => {
    if (text !== wanted) {
      setPlace({ ...place, asked: by });
    } else {
      setPlace({ search, at: stepFrom(at, by), asked: 0 });
    }
  };
  return { text, setText, matches, current: at !== none ? matches[at] : undefined, step, at };
}

export function LogSearch({ search }: { search: LogSearchState }) {
  const t = useText();
  const { text, setText, matches, step, at, current } = search;
  return (
    <div className="log-search">
      <SearchInput
        main
        label={t('log.search')}
        value={text}
        onChange={setText}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            event.preventDefault();
            step(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape') {
            setText('');
          }
        }}
      />
      {text && (
        <>
          <span className="muted number" role="status">
            {matches.length === 0
              ? t('log.noMatch')
              : current === undefined
                ? t('log.matches', { count: matches.length })
                : t('log.match', { at: at + 1, count: matches.length, number: current })}
          </span>
          <IconButton label={t('log.previous')} icon={<ChevronUp aria-hidden="true" />} onClick={() => step(-1)} />
          <IconButton label={t('log.next')} icon={<ChevronDown aria-hidden="true" />} onClick={() => step(1)} />
        </>
      )}
    </div>
  );
}
