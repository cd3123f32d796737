import Anser from 'anser';

interface Span {
  text: string;
  className: string;
  /** Colours that have no class: those of 256 or of 16 million. */
  style?: Record<string, string>;
}

// CSI sequences (colours, cursor), OSC sequences (titles, links), and single-character escapes.
// eslint-disable-next-line no-control-regex -- escape sequences begin with a control character
const sequences = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** The text without its escape sequences. */
export function stripAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(sequences, '') : text;
}

/** Cuts a line into spans with class names such as `ansi-red-fg`, or with exact colours. */
export function parseAnsi(text: string): Span[] {
  if (!text.includes('\u001b')) {
    return [{ text, className: '' }];
  }
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true }).map(part => {
    const fg = exactColour(part.fg, part.fg_truecolor);
    const bg = exactColour(part.bg, part.bg_truecolor);
    const className = [
      fg ? (bg ? '' : 'ansi-exact-fg') : part.fg && `${part.fg}-fg`,
      bg ? 'ansi-exact-bg' : part.bg && `${part.bg}-bg`,
      ...part.decorations.map(decoration => `ansi-${decoration}`),
    ]
      .filter(Boolean)
      .join(' ');
    const span: Span = { text: stripAnsi(part.content), className };
    if (bg) {
      // A background set by the program needs its own text colour, or a readable one.
      span.style = { '--bg': css(bg), color: fg ? css(fg) : isBright(bg) ? '#000' : '#fff' };
    } else if (fg) {
      span.style = { '--fg': css(fg) };
    }
    return span;
  });
}

type Colour = readonly [number, number, number];

const levels = [0, 95, 135, 175, 215, 255];

/** The colours of class names outside the theme: `ansi-palette-123` and `ansi-truecolor`. */
function exactColour(name: string | null, exact: string | null): Colour | null {
  if (name === 'ansi-truecolor' && exact) {
    const [red = 0, green = 0, blue = 0] = exact.split(',').map(Number);
    return [red, green, blue];
  }
  const index = Number(name?.match(/^ansi-palette-(\d+)$/)?.[1] ?? Number.NaN);
  if (Number.isNaN(index)) {
    return null;
  }
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const cube = index - 16;
  const level = (part: number) => levels[part % 6] ?? 0;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6)), level(cube)];
}

function css([red, green, blue]: Colour): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

function isBright([red, green, blue]: Colour): boolean {
  return red * 0.299 + green * 0.587 + blue * 0.114 > 140;
}
