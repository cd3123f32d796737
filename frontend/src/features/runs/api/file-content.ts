/** How much of a text is shown. */
export const textLimit = 512 * 1024;
/** The largest picture, sound or video that is shown. */
export const mediaLimit = 64 * 1024 * 1024;

export type FileKind = 'image' | 'audio' | 'video' | 'text';

const endings: Record<Exclude<FileKind, 'text'>, readonly string[]> = {
  image: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'svg', 'bmp', 'avif', 'ico'],
  audio: ['wav', 'mp3', 'ogg', 'oga', 'flac', 'm4a'],
  video: ['mp4', 'webm', 'ogv', 'mov'],
};

/** What a file is shown as, by its name; what is none of the media may be text, as its bytes say. */
export function kindOfFile(path: string): FileKind {
  const name = nameOf(path);
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return (['image', 'audio', 'video'] as const).find(kind => endings[kind].includes(ending)) ?? 'text';
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder that something is in; empty for the run's own. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A folder and those around it, from the outermost; without the run's own. */
export function foldersTo(path: string): string[] {
  const parts = path ? path.split('/') : [];
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

export type TextPart = 'start' | 'end';

/** A text of which only the end may be of interest, as that of a log. */
export function isLog(path: string): boolean {
  return /\.(log|out|err)$/i.test(path) || /(^|\/)logs?\//i.test(path);
}

/** What separates the cells of a file that is a table; null when it is none. */
export function delimiterOf(path: string): ',' | '\t' | null {
  return /\.csv$/i.test(path) ? ',' : /\.tsv$/i.test(path) ? '\t' : null;
}

/** What was read of a file: a text, and whether its bytes are no UTF-8. */
export interface DecodedText {
  text: string;
  isForeign: boolean;
}

/** Of the bytes of a text in an old encoding, hardly any is a control character. */
const mostControls = 0.01;

/**
 * Bytes as text; null when they are none.
 * @param cut At which of their ends they may be cut within a character.
 */
export function decodeText(bytes: Uint8Array, cut?: TextPart): DecodedText | null {
  const from = cut === 'end' ? bytes.findIndex(byte => (byte & 0xc0) !== 0x80) : 0;
  const encoding = encodingOf(bytes);
  if (encoding === 'utf-8' && bytes.includes(0)) {
    return null;
  }
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(from), { stream: cut === 'start' });
    return { text, isForeign: false };
  } catch {
    const controls = bytes.reduce((count, byte) => count + Number(byte < 0x09 || (byte > 0x0d && byte < 0x20)), 0);
    return encoding === 'utf-8' && controls <= bytes.length * mostControls
      ? { text: new TextDecoder('windows-1252').decode(bytes), isForeign: true }
      : null;
  }
}

/** What the first bytes say; without a mark it is UTF-8. */
function encodingOf([first, second]: Uint8Array): string {
  return first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** A text whose first line may be cut, without that line. */
export function wholeLines(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

const jsonToken = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** JSON with a line for each value, whose numbers stay as they are written; what is no JSON stays as it is. */
export function indentJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  const parts: string[] = [];
  let depth = 0;
  let before = '';
  const line = () => parts.push(`\n${'  '.repeat(depth)}`);
  for (const token of text.match(jsonToken) ?? []) {
    const isEnd = token === '}' || token === ']';
    const isAfterStart = before === '{' || before === '[';
    if (isEnd) {
      depth--;
    }
    if (isEnd ? !isAfterStart : isAfterStart || before === ',') {
      line();
    }
    if (token === '{' || token === '[') {
      depth++;
    }
    parts.push(token === ':' ? ': ' : token);
    before = token;
  }
  return parts.join('');
}
