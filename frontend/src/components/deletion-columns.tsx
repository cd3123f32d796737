import type { ReactNode } from 'react';
import { callerName } from '../lib/actor';
import type { Text } from '../lib/i18n/i18n';
import type { Deletion } from '../lib/use-bin';
import { Notes } from './notes';
import { Ago } from './time';
import type { Column } from './virtual-table';

/** Shows something of a row's deletion, once that is known. */
export type ShowDeletion<Row> = (row: Row, show: (deletion: Deletion) => ReactNode) => ReactNode;

/** When, by whom and why the rows of a recycle bin were deleted. */
export function deletionColumns<Row>(t: Text, of: ShowDeletion<Row>): Column<Row>[] {
  return [
    {
      key: 'deletedAt',
      name: t('bin.deletedAt'),
      width: '6.5rem',
      wide: true,
      cell: row => of(row, ({ at }) => <Ago at={at} />),
    },
    {
      key: 'deletedBy',
      name: t('bin.deletedBy'),
      width: 'minmax(5rem, 0.8fr)',
      wide: true,
      cell: row => of(row, ({ by }) => (by ? callerName(t, by) : '–')),
    },
    {
      key: 'deletedFor',
      name: t('bin.deletedFor'),
      width: 'minmax(8rem, 1.5fr)',
      wide: true,
      cell: row => of(row, ({ reason }) => (reason ? <span title={reason}>{reason}</span> : '–')),
    },
  ];
}

/**
 * The same in one line.
 * @param first What comes before it.
 */
export function deletionNote<Row>(
  t: Text,
  of: ShowDeletion<Row>,
  first?: (row: Row) => ReactNode,
): (row: Row) => ReactNode {
  return row =>
    of(row, ({ at, by, reason }) => (
      <Notes
        items={[
          ['part', first?.(row)],
          ['deleted', <Ago key="deleted" at={at} />],
          ['owner', by && callerName(t, by)],
          ['result', reason],
        ]}
      />
    ));
}
