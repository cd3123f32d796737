import { Undo2, X } from 'lucide-react';
import type { BinCommands, Outcome } from '../lib/batch';
import { useEditRefusal } from '../lib/caller';
import { useLocale, useSay, useText } from '../lib/i18n/i18n';
import type { Batch, Report } from '../lib/use-batch';
import { Button, IconButton } from './button';
import { ActionError } from './states';

/** How many names are said before the rest is only counted. */
const mostNames = 5;

/** Says how many things rows are, and how many things they stand for; one thing is called by its name. */
export function useThings<Row>({ unit, part, nameOf }: BinCommands<Row>) {
  const t = useText();
  const locale = useLocale();
  return (rows: readonly Row[], parts?: number): string => {
    const partText = part && parts !== undefined && t(`unit.${part}`, { count: parts.toLocaleString(locale) });
    if (partText && rows.length === 0) {
      return partText;
    }
    const things =
      rows.length === 1 ? nameOf(rows[0]!) : t(`unit.${unit}`, { count: rows.length.toLocaleString(locale) });
    return partText ? t('unit.parts', { things, parts: partText }) : things;
  };
}

/** The names of rows; of many the first. One row is already called by its name where this is shown. */
export function Names<Row>({ rows, nameOf }: { rows: readonly Row[]; nameOf: (row: Row) => string }) {
  const t = useText();
  const locale = useLocale();
  if (rows.length < 2) {
    return null;
  }
  const more = rows.length - mostNames;
  return (
    <p className="names">
      {rows.slice(0, mostNames).map((row, index) => (
        <span key={index}>
          {index > 0 && t('common.comma')}
          <bdi>{nameOf(row)}</bdi>
        </span>
      ))}
      {more > 0 && ` ${t('batch.more', { count: more.toLocaleString(locale) })}`}
    </p>
  );
}

/** What became of the last batch, or why it failed. */
export function BatchNotice<Row>({ batch }: { batch: Batch<Row> }) {
  const { report, error } = batch.notice;
  return (
    <>
      <ActionError error={error} />
      {report && <BatchReport report={report} batch={batch} />}
    </>
  );
}

function BatchReport<Row>({ report, batch }: { report: Report<Row>; batch: Batch<Row> }) {
  const t = useText();
  const things = useThings(batch.commands);
  const refusal = useEditRefusal();
  const { action, rows, done } = report;
  return (
    <div className="batch-report" role="status">
      <div>
        {done.length > 0 && <p>{t(`batch.done.${action}`, { things: things(rows, done.length) })}</p>}
        <Names rows={rows} nameOf={batch.commands.nameOf} />
        <Refused items={report.refused} />
      </div>
      <div className="batch-report-actions">
        {action === 'delete' && done.length > 0 && (
          <Button
            kind="quiet"
            icon={<Undo2 aria-hidden="true" />}
            refusal={refusal}
            onClick={() => void batch.undo(done)}
          >
            {t('batch.undo')}
          </Button>
        )}
        <IconButton label={t('common.close')} icon={<X aria-hidden="true" />} onClick={batch.dismiss} />
      </div>
    </div>
  );
}

/** What was left as it was, and why. */
export function Refused({ items }: { items: Outcome<unknown>['refused'] }) {
  const t = useText();
  const say = useSay();
  const locale = useLocale();
  return items.length === 0 ? null : (
    <div>
      <p className="error-text">{t('batch.refused', { count: items.length.toLocaleString(locale) })}</p>
      <ul>
        {items.map(({ id, name, problem }) => (
          <li key={id}>
            <bdi>{name}</bdi>
            {problem && <span className="muted"> – {say(problem.detail, problem.detailCode)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
