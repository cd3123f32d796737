import { memo, type ReactNode } from 'react';
import { parseAnsi } from '../../../lib/ansi';
import { useText } from '../../../lib/i18n/i18n';

/** Longer lines are cut on the screen; copy and download have all of them. */
const maxShown = 8000;

interface LogLineProps {
  number: number;
  text: string;
  marked: boolean;
  highlight: string;
  onLink: (line: number) => void;
}

/** One line in its colours, with a number that makes the address point at it. */
export const LogLine = memo(function LogLine({ number, text, marked, highlight, onLink }: LogLineProps) {
  const t = useText();
  const shown = text.length > maxShown ? `${text.slice(0, maxShown)} …` : text;
  return (
    <div className={marked ? 'log-line log-line-marked' : 'log-line'}>
      <button type="button" tabIndex={-1} aria-label={t('log.line', { number })} onClick={() => onLink(number)}>
        {number}
      </button>
      <code>
        {parseAnsi(shown).map((span, index) => (
          <span key={index} className={span.className || undefined} style={span.style}>
            {mark(span.text, highlight)}
          </span>
        ))}
      </code>
    </div>
  );
});

function mark(text: string, wanted: string): ReactNode {
  if (!wanted) {
    return text;
  }
  const parts: ReactNode[] = [];
  const lower = text.toLowerCase();
  const search = wanted.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(search); at >= 0; at = lower.indexOf(search, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + search.length)}</mark>);
    from = at + search.length;
  }
  return parts.length === 0 ? text : [...parts, text.slice(from)];
}
