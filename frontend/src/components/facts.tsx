import { useState, type ClipboardEvent, type ReactNode } from 'react';
import { exactText } from '../lib/exact-json';
import { formatResult } from '../lib/format';
import { useText } from '../lib/i18n/i18n';
import { Button } from './button';

/** A short list of names and values; what has no value is left out. */
export function Facts({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {items
        .filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

interface PairsProps {
  values: Record<string, unknown>;
  /** Whether numbers are results, shown with few digits; otherwise they are shown as they were given. */
  rounded?: boolean;
}

/** Names and values in their given order, such as parameters or labels. */
export function Pairs({ values, rounded = false }: PairsProps) {
  const entries = Object.entries(values);
  if (entries.length === 0) {
    return <span className="muted">–</span>;
  }
  return (
    <dl className="pairs">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {rounded && (typeof value === 'number' || typeof value === 'bigint') ? (
              <Rounded shown={formatResult(value)} exact={String(value)} />
            ) : value === '' ? (
              <span className="muted">""</span>
            ) : (
              <LongText text={typeof value === 'string' ? value : exactText(value)} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A number with few digits; all of them are its tooltip, and what is copied. */
export function Rounded({ shown, exact }: { shown: string; exact: string }) {
  const copy = (event: ClipboardEvent) => {
    if (getSelection()?.toString().trim() === shown) {
      event.preventDefault();
      event.clipboardData.setData('text/plain', exact);
    }
  };
  return (
    <span title={exact} onCopy={copy}>
      {shown}
    </span>
  );
}

/** What is shown of a text at first. */
const fewLetters = 400;
const fewLines = 8;

/** The beginning of a long text; the text itself where it is short. */
export function beginningOf(text: string): string {
  return text.split('\n', fewLines).join('\n').slice(0, fewLetters);
}

/** A text of a user with its lines, in the direction of its script. Of a long one, the beginning is shown at first. */
export function LongText({ text }: { text: string }) {
  const t = useText();
  const [isAll, setIsAll] = useState(false);
  const beginning = beginningOf(text);
  const isLong = beginning.length < text.length;
  return (
    <>
      <bdi className="user-text">{isAll || !isLong ? text : `${beginning}…`}</bdi>
      {isLong && (
        <Button kind="quiet" aria-expanded={isAll} onClick={() => setIsAll(!isAll)}>
          {t(isAll ? 'common.less' : 'common.more')}
        </Button>
      )}
    </>
  );
}
