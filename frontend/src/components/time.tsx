import { useLocale, useText } from '../lib/i18n/i18n';
import { formatAgo, formatDate, formatDateTime, formatDuration, formatTime } from '../lib/format';
import { useNow } from '../lib/use-now';

/** How long ago something was, with the exact time as a hint. */
export function Ago({ at }: { at: string | null | undefined }) {
  const t = useText();
  const locale = useLocale();
  const now = useNow();
  if (!at) {
    return <span className="muted">–</span>;
  }
  const passed = now - Date.parse(at);
  return (
    <time dateTime={at} title={formatDateTime(new Date(at))}>
      {passed < 10_000 ? t('common.ago.now') : formatAgo(passed, locale)}
    </time>
  );
}

/** From start to end; to now while there is no end. */
export function Duration({ from, to }: { from: string | null | undefined; to: string | null | undefined }) {
  const t = useText();
  const now = useNow();
  if (!from) {
    return <span className="muted">–</span>;
  }
  return <span className="number">{formatDuration((to ? Date.parse(to) : now) - Date.parse(from), t)}</span>;
}

/** A time of day to the millisecond, with its date where it is another than that of the time before. */
export function ExactTime({ at, before }: { at: string; before?: string }) {
  const time = new Date(at);
  const date = formatDate(time);
  return (
    <time dateTime={at} title={formatDateTime(time)} className="number">
      {(!before || formatDate(new Date(before)) !== date) && `${date} `}
      {formatTime(time)}.{String(time.getMilliseconds()).padStart(3, '0')}
    </time>
  );
}
