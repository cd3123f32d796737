import { ChevronDown, ChevronUp, Search } from 'lucide-react';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { IconButton } from '../../../components/button';
import { useText } from '../../../lib/i18n/i18n';
import type { LogBuffer } from '../../../lib/log-buffer';

interface LogSearchState {
  text: string;
  setText: (text: string) => void;
  /** Numbers of the lines that match. */
  matches: number[];
  /** The match that is shown now. */
  current: number | undefined;
  step: (by: number) => void;
  at: number;
}

/** Searches a log as it grows: only lines that came since the last look are searched. */
export function useLogSearch(log: LogBuffer): LogSearchState {
  const [text, setText] = useState('');
  const [at, setAt] = useState(-1);
  const wanted = useDeferredValue(text);
  const seen = useRef({ log, wanted: '', upTo: 0, matches: [] as number[] });
  if (seen.current.log !== log || seen.current.wanted !== wanted) {
    seen.current = { log, wanted, upTo: 0, matches: [] };
  }
  const end = log.dropped + log.length;
  if (wanted && seen.current.upTo < end) {
    const found = log.search(wanted, seen.current.upTo + 1);
    seen.current.matches = found.length > 0 ? [...seen.current.matches, ...found] : seen.current.matches;
    seen.current.upTo = end;
  }
  const { matches } = seen.current;
  // A step that was asked for before the search was done is taken once it is.
  const asked = useRef(0);
  useEffect(() => {
    const found = seen.current.matches.length;
    setAt(asked.current === 0 || found === 0 ? -1 : asked.current > 0 ? 0 : found - 1);
    asked.current = 0;
  }, [wanted, log]);
  const step = (by: number) => {
    if (text !== wanted) {
      asked.current = by;
    } else if (matches.length > 0) {
      setAt(before =>
        before < 0 ? (by > 0 ? 0 : matches.length - 1) : (before + by + matches.length) % matches.length,
      );
    }
  };
  return { text, setText, matches, current: at >= 0 ? matches[at] : undefined, step, at };
}

export function LogSearch({ search }: { search: LogSearchState }) {
  const t = useText();
  const { text, setText, matches, step, at, current } = search;
  return (
    <div className="log-search">
      <div className="search-box">
        <Search aria-hidden="true" />
        <input
          type="search"
          data-main-search
          aria-label={t('log.search')}
          placeholder={t('log.search')}
          value={text}
          spellCheck={false}
          onChange={event => setText(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              event.preventDefault();
              step(event.shiftKey ? -1 : 1);
            } else if (event.key === 'Escape') {
              setText('');
            }
          }}
        />
      </div>
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
