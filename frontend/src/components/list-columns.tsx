import { ArchiveRestore } from 'lucide-react';
import type { Text } from '../lib/i18n/i18n';
import type { Batch } from '../lib/use-batch';
import { Button } from './button';
import { SelectBox } from './select-box';
import type { Column } from './virtual-table';

/** A column of boxes that select rows. */
export function selectColumn<Row>(
  t: Text,
  { commands: { nameOf }, selection }: Batch<Row>,
  loaded: readonly Row[],
): Column<Row> {
  const selected = loaded.filter(selection.has).length;
  return {
    key: 'select',
    name: t('batch.column'),
    width: '1.25rem',
    control: true,
    head: (
      <SelectBox
        label={t('batch.selectAll', { count: loaded.length })}
        hint
        checked={loaded.length > 0 && selected === loaded.length}
        isPartial={selected > 0 && selected < loaded.length}
        onChange={isSelected => selection.set(loaded, isSelected)}
      />
    ),
    cell: row => (
      <SelectBox
        label={t('batch.select', { name: nameOf(row) })}
        checked={selection.has(row)}
        onChange={(isSelected, isRange) => selection.toggle(row, isSelected, isRange)}
      />
    ),
  };
}

/** A column of buttons that take rows out of the recycle bin. */
export function restoreColumn<Row>(t: Text, batch: Batch<Row>, refusal: string | undefined): Column<Row> {
  return {
    key: 'restore',
    name: t('batch.actions'),
    width: '6.25rem',
    control: true,
    cell: row => (
      <Button
        kind="quiet"
        aria-label={t('bin.restore.label', { name: batch.commands.nameOf(row) })}
        icon={<ArchiveRestore aria-hidden="true" />}
        refusal={refusal}
        busy={batch.isRestoring(row)}
        onClick={() => void batch.restore([row])}
      >
        {t('bin.restore')}
      </Button>
    ),
  };
}
