import { Link } from '@tanstack/react-router';
import { Ago } from '../../../components/time';
import { useText } from '../../../lib/i18n/i18n';
import { partsOf, type FoundLine } from '../api/log-search';

/** Lines that were found, each with a link to its place in the log of its job. */
export function FoundLines({ lines }: { lines: readonly FoundLine[] }) {
  const t = useText();
  return (
    <ol className="found-lines" aria-label={t('logs.results')}>
      {lines.map(line => (
        <li key={`${line.jobId}/${line.attempt}/${line.rank}/${line.offset}`}>
          <p className="found-place">
            {/* The page of a job shows the log of its first process. */}
            <Link
              to="/jobs/$id"
              params={{ id: line.jobId }}
              search={{ attempt: line.attempt, line: line.rank === 0 ? line.line : undefined }}
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
          <code>
            {line.isCut && '… '}
            {partsOf(line).map((part, index) => (part.isMatch ? <mark key={index}>{part.text}</mark> : part.text))}
            {line.isCut && ' …'}
          </code>
        </li>
      ))}
    </ol>
  );
}
