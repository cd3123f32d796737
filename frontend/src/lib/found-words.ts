/** Where a match is in a text. */
export interface Match {
  start: number;
  length: number;
}

/** A part of a text; the matches are marked. */
export interface TextPart {
  text: string;
  isMatch: boolean;
}

/** The words of a search in logs: what is between blanks, or in quotation marks. `\"` is a quotation mark. */
export function wordsOf(query: string): string[] {
  const parts = query.match(/"(?:\\"|[^"])*"?|(?:\\"|[^\s"])+/g) ?? [];
  return parts
    .map(part => (part.startsWith('"') ? part.slice(1).replace(/(^|[^\\])"$/, '$1') : part).replaceAll('\\"', '"'))
    .filter(word => word !== '');
}

/** Where words are in a text, in any case, in order and without overlaps. */
export function findWords(text: string, words: readonly string[], from = 0): Match[] {
  const any = [...words]
    .sort((one, other) => other.length - one.length)
    .map(word => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('|');
  if (any === '') {
    return [];
  }
  const matches = text.slice(from).matchAll(new RegExp(any, 'gi'));
  return Array.from(matches, ({ index, 0: match }) => ({ start: from + index, length: match.length }));
}

/** Cuts a text where its matches begin and end. */
export function partsOf(text: string, matches: readonly Match[]): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const { start, length } of matches) {
    parts.push(
      { text: text.slice(from, start), isMatch: false },
      { text: text.slice(start, start + length), isMatch: true },
    );
    from = start + length;
  }
  return [...parts, { text: text.slice(from), isMatch: false }].filter(part => part.text !== '');
}
