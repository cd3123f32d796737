const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const integer = /^-?\d+$/;

/** Marks an integer until it is read. The platform stores no text with this character. */
const mark = '\0';
const marked = /"\\u0000(-?\d+)"/g;

/** Reads JSON; integers that a number would round become a bigint. */
export function parseExact(text: string): unknown {
  const kept = text.replace(token, one =>
    integer.test(one) && !Number.isSafeInteger(Number(one)) ? JSON.stringify(mark + one) : one,
  );
  return JSON.parse(kept, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(1)) : value,
  );
}

/** A value as JSON, with all digits of its integers. */
export function exactText(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? mark + String(one) : one));
  return text.replace(marked, '$1');
}
