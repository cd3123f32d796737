/**
 * Splits a command into program and arguments: blanks divide, quotes hold together, a backslash takes the next
 * character as it is.
 * @returns null when a quote is not closed.
 */
export function splitCommand(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quote) {
      if (c === quote) {
        quote = '';
      } else if (c === '\\' && quote === '"' && i + 1 < text.length) {
        word = (word ?? '') + text[++i];
      } else {
        word = (word ?? '') + c;
      }
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= '';
    } else if (c === '\\' && i + 1 < text.length) {
      word = (word ?? '') + text[++i];
    } else if (/\s/.test(c)) {
      if (word !== null) {
        words.push(word);
      }
      word = null;
    } else {
      word = (word ?? '') + c;
    }
  }
  if (quote) {
    return null;
  }
  return word === null ? words : [...words, word];
}

/** Puts a command together so that it can be read and pasted. */
export function joinCommand(words: readonly string[]): string {
  return words.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
