import type { LogBuffer } from './log-buffer';

/** The lines of a growing log that hold a text. Lines are searched only once. */
export class LogMatches {
  readonly #log: LogBuffer;
  readonly #text: string;
  #upTo = 0;
  #numbers: readonly number[] = [];

  constructor(log: LogBuffer, text: string) {
    this.#log = log;
    this.#text = text;
  }

  /** The numbers of all lines that match by now. */
  numbers(): readonly number[] {
    const end = this.#log.dropped + this.#log.length;
    if (this.#text && this.#upTo < end) {
      const found = this.#log.search(this.#text, this.#upTo + 1);
      this.#numbers = found.length > 0 ? [...this.#numbers, ...found] : this.#numbers;
      this.#upTo = end;
    }
    return this.#numbers;
  }
}
