import { memo, type ReactNode } from 'react';
import { parseAnsi } from '../../../lib/ansi';
import { findWords, partsOf } from '../../../lib/found-words';
import { useText } from '../../../lib/i18n/i18n';

/** Longer lines are cut on the screen; copy and download have all of them. */
const maxShown = 8000;

interface LogLineProps {
  number: number;
  text: string;
  marked: boolean;
  /** The words that are marked in it. */
  highlight: readonly string[];
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

function mark(text: string, words: readonly string[]): ReactNode {
  const matches = findWords(text, words);
  return matches.length === 0
    ? text
    : partsOf(text, matches).map((part, index) => (part.isMatch ? <mark key={index}>{part.text}</mark> : part.text));
}
