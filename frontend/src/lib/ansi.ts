import Anser from 'anser';

export interface Span {
  text: string;
  className: string;
}

// CSI sequences (colours, cursor), OSC sequences (titles, links), and single-character escapes.
const sequences = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** The text without its escape sequences. */
export function stripAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(sequences, '') : text;
}

/** Cuts a line into spans with class names such as <c>ansi-red-fg</c>. */
export function parseAnsi(text: string): Span[] {
  if (!text.includes('\u001b')) {
    return [{ text, className: '' }];
  }
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true }).map(part => ({
    text: stripAnsi(part.content),
    className: [
      part.fg && `${part.fg}-fg`,
      part.bg && `${part.bg}-bg`,
      ...part.decorations.map(decoration => `ansi-${decoration}`),
    ]
      .filter(Boolean)
      .join(' '),
  }));
}
