import { stripAnsi } from './ansi';

/** More lines than this are dropped from the top, so that an endless log uses bounded memory. */
export const maxLines = 300_000;
const slack = 20_000;

/** The lines of one attempt's log as far as they were received. Line numbers count from 1 and never change. */
export class LogBuffer {
  #lines: string[] = [];
  #dropped = 0;
  #version = 0;
  #progress = '';
  #state: 'connecting' | 'open' | 'ended' = 'connecting';
  readonly #listeners = new Set<() => void>();
  #notifying = false;

  get length(): number {
    return this.#lines.length;
  }

  /** How many lines at the top are no longer held. */
  get dropped(): number {
    return this.#dropped;
  }

  get state(): 'connecting' | 'open' | 'ended' {
    return this.#state;
  }

  /** The incomplete last line, such as a progress bar. */
  get progress(): string {
    return this.#progress;
  }

  at(index: number): string {
    return this.#lines[index] ?? '';
  }

  numberOf(index: number): number {
    return index + this.#dropped + 1;
  }

  indexOf(number: number): number {
    return number - this.#dropped - 1;
  }

  append(lines: readonly string[]): void {
    for (const line of lines) {
      this.#lines.push(line);
    }
    if (this.#lines.length > maxLines + slack) {
      const excess = this.#lines.length - maxLines;
      this.#lines.splice(0, excess);
      this.#dropped += excess;
    }
    this.#progress = '';
    this.#state = 'open';
    this.#changed();
  }

  setProgress(text: string): void {
    this.#progress = text;
    this.#state = 'open';
    this.#changed();
  }

  /** The log is complete. */
  end(): void {
    this.#progress = '';
    this.#state = 'ended';
    this.#changed();
  }

  clear(): void {
    this.#lines = [];
    this.#dropped = 0;
    this.#progress = '';
    this.#state = 'connecting';
    this.#changed();
  }

  /**
   * Line numbers that hold the text, without regard to case.
   * @param from The first line number to look at; what was searched before need not be searched again.
   */
  search(text: string, from = 1): number[] {
    const wanted = text.toLowerCase();
    const found: number[] = [];
    for (let index = Math.max(0, this.indexOf(from)); index < this.#lines.length; index++) {
      if (
        stripAnsi(this.#lines[index] ?? '')
          .toLowerCase()
          .includes(wanted)
      ) {
        found.push(this.numberOf(index));
      }
    }
    return found;
  }

  text(): string {
    return this.#lines.map(stripAnsi).join('\n');
  }

  version = (): number => this.#version;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Notifies listeners at most once a frame: a fast log must not redraw the page for every line. */
  #changed(): void {
    if (this.#notifying) {
      return;
    }
    this.#notifying = true;
    // Not a frame's callback: those rest while the page is in the background.
    setTimeout(() => {
      this.#notifying = false;
      this.#version++;
      for (const listener of this.#listeners) {
        listener();
      }
    }, 16);
  }
}
