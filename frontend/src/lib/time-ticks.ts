const day = 86_400;
const minute = 60;

/**
 * The labels of a time axis: the time of each mark, and below it the date where it is another than that of the mark before.
 * Marks that are days apart have their date, and below it the year.
 * @param marks In seconds since 1970.
 * @param increment The distance of two marks, in seconds.
 */
export function timeTicks(marks: readonly number[], increment: number, locale: string): string[] {
  const inDays = increment >= day;
  const upper = new Intl.DateTimeFormat(
    locale,
    inDays
      ? { month: 'short', day: 'numeric' }
      : {
          hour: '2-digit',
          minute: '2-digit',
          second: increment < minute ? '2-digit' : undefined,
          fractionalSecondDigits: increment < 1 ? (increment < 0.1 ? 3 : 1) : undefined,
          hourCycle: 'h23',
        },
  );
  const lower = new Intl.DateTimeFormat(locale, inDays ? { year: 'numeric' } : { month: 'short', day: 'numeric' });
  let before = '';
  return marks.map(mark => {
    const at = mark * 1000;
    const below = lower.format(at);
    const isNew = below !== before;
    before = below;
    return isNew ? `${upper.format(at)}\n${below}` : upper.format(at);
  });
}

/** How many characters a label has at most where the axis spans so many seconds and has no more than twenty marks. */
export function timeLabelLength(span: number): number {
  return span < 2 ? '00:00:00.000'.length : span < 20 ? '00:00:00.0'.length : '00:00:00'.length;
}
