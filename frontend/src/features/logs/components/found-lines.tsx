import { Link } from '@tanstack/react-router';
import { Ago } from '../../../components/time';
import { partsOf } from '../../../lib/found-words';
import { useText } from '../../../lib/i18n/i18n';
import { useListPlace } from '../../../lib/use-list-place';
import type { LogSearch } from '../api/log-address';
import { cutSides, matchesOf, type FoundLine } from '../api/log-search';

/** Lines that were found, each with a link to its place in the log of its job. */
export function FoundLines({ lines, search }: { lines: readonly FoundLine[]; search: LogSearch }) {
  const t = useText();
  const { list, onClick } = useListPlace('/logs');
  return (
    // What is clicked are the links in it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <ol ref={list} className="found-lines" aria-label={t('logs.results')} onClick={onClick}>
      {lines.map(line => {
        const key = `${line.jobId}/${line.attempt}/${line.rank}/${line.offset}`;
        return (
          <li key={key} data-key={key}>
            <p className="found-place">
              {/* The page of a job shows the log of its first process. */}
              <Link
                to="/jobs/$id"
                params={{ id: line.jobId }}
                search={{
                  attempt: line.attempt,
                  line: line.rank === 0 ? line.line : undefined,
                  find: line.rank === 0 ? search.q : undefined,
                }}
              >
                {line.jobName}
              </Link>
              <span className="muted">{line.project}</span>
              <span className="muted number">{t('logs.line', { number: line.line })}</span>
              {line.attempt > 1 && <span className="muted">{t('log.attempt', { number: line.attempt })}</span>}
              {line.rank > 0 && <span className="muted">{t('logs.rank', { number: line.rank })}</span>}
              <span className="muted">
                <Ago at={line.at} />
              </span>
            </p>
            <FoundText line={line} q={search.q ?? ''} />
          </li>
        );
      })}
    </ol>
  );
}

/** What is shown of a line, with its matches. */
export function FoundText({ line, q }: { line: Pick<FoundLine, 'text' | 'isCut' | 'matches'>; q: string }) {
  const { before, after } = cutSides(line);
  return (
    <code>
      {before && '… '}
      {partsOf(line.text, matchesOf(line, q)).map((part, index) =>
        part.isMatch ? <mark key={index}>{part.text}</mark> : part.text,
      )}
      {after && ' …'}
    </code>
  );
}
