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

/**
 * Bytes as text; null when they are none.
 * @param isWhole Whether they are not cut, which may be within a character.
 */
export function decodeText(bytes: Uint8Array, isWhole: boolean): string | null {
  if (bytes.includes(0)) {
    return null;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole });
  } catch {
    return null;
  }
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
