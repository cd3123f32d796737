import type { Table } from './media-content';

/** How many rows of a table in a text are shown. */
const mostRows = 20_000;

/** Cells as they are separated by commas or tabs; those with such a character, or with a line's end, are in quotes. */
export function readDelimited(text: string, delimiter: ',' | '\t'): Table | null {
  const [columns, ...data] = readRows(text, delimiter);
  if (!columns) {
    return null;
  }
  const width = Math.max(columns.length, ...data.map(row => row.length));
  const named = Array.from({ length: width }, (_, place) => columns[place] ?? '');
  const areNumbers = named.map((_, place) => data.every(row => isNumber(row[place])));
  return {
    columns: named,
    // Numbers stay as they are written.
    data: data.map(row => named.map((_, place) => row[place] ?? '')),
    areNumbers,
  };
}

function isNumber(cell: string | undefined): boolean {
  return cell === undefined || cell.trim() === '' || Number.isFinite(Number(cell));
}

function readRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length && rows.length <= mostRows) {
    const [cell, end] = text[at] === '"' ? readQuoted(text, at, delimiter) : readPlain(text, at, delimiter);
    row.push(cell);
    at = end + 1;
    if (text[end] !== delimiter) {
      rows.push(row);
      row = [];
      at += Number(text[end] === '\r' && text[end + 1] === '\n');
    } else if (at === text.length) {
      row.push('');
    }
  }
  return row.length > 0 ? [...rows, row] : rows;
}

/** A cell up to what ends it. */
function readPlain(text: string, from: number, delimiter: string): [cell: string, end: number] {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') {
    end++;
  }
  return [text.slice(from, end), end];
}

/** The same in quotes, which are doubled within. */
function readQuoted(text: string, from: number, delimiter: string): [cell: string, end: number] {
  let cell = '';
  let at = from + 1;
  while (at < text.length) {
    if (text[at] !== '"') {
      cell += text[at];
      at++;
    } else if (text[at + 1] === '"') {
      cell += '"';
      at += 2;
    } else {
      const [rest, end] = readPlain(text, at + 1, delimiter);
      return [cell + rest, end];
    }
  }
  return [cell, at];
}
