import { compareNames } from '../../../lib/natural-order';
import { wholeText, type Table } from './media-content';

/** By which column a table is sorted. */
export interface TableOrder {
  column: number;
  isDescending: boolean;
}

/** Whether each column has numbers only, which are aligned at their ends. */
export function columnsOfNumbers({ columns, data, areNumbers }: Table): boolean[] {
  return columns.map(
    (_, place) =>
      areNumbers?.[place] ??
      (data.some(row => isNumber(row[place])) && data.every(row => isNumber(row[place]) || isMissing(row[place]))),
  );
}

/** The rows that have a text in one of their cells. */
export function findRows(rows: readonly unknown[][], text: string): unknown[][] {
  const wanted = text.trim().toLowerCase();
  return wanted ? rows.filter(row => row.some(cell => wholeText(cell).toLowerCase().includes(wanted))) : [...rows];
}

/** Rows in an order of their own, or as they were logged; what is missing comes last. */
export function sortRows(rows: readonly unknown[][], order: TableOrder | null): unknown[][] {
  if (!order) {
    return [...rows];
  }
  const { column, isDescending } = order;
  return [...rows].sort(
    ({ [column]: one }, { [column]: other }) =>
      Number(isMissing(one)) - Number(isMissing(other)) || (isDescending ? compare(other, one) : compare(one, other)),
  );
}

/** A column is sorted from its least, then from its greatest, then not. */
export function nextTableOrder(order: TableOrder | null, column: number): TableOrder | null {
  return order?.column !== column
    ? { column, isDescending: false }
    : order.isDescending
      ? null
      : { column, isDescending: true };
}

function isNumber(cell: unknown): boolean {
  return typeof cell === 'number' || typeof cell === 'bigint';
}

function isMissing(cell: unknown): boolean {
  return cell === null || cell === undefined || cell === '';
}

function compare(one: unknown, other: unknown): number {
  const [first, second] = [Number(one), Number(other)];
  return Number.isNaN(first) || Number.isNaN(second) ? compareNames(wholeText(one), wholeText(other)) : first - second;
}
