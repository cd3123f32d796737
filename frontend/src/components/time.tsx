import { useLocale, useText } from '../lib/i18n/i18n';
import { formatAgo, formatDuration } from '../lib/format';
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
    <time dateTime={at} title={new Date(at).toLocaleString(locale)}>
      {passed < 10_000 ? t('common.ago.now') : formatAgo(passed, locale)}
    </time>
  );
}

/** From start to end; to now while there is no end. */
export function Duration({ from, to }: { from: string | null | undefined; to: string | null | undefined }) {
  const now = useNow();
  if (!from) {
    return <span className="muted">–</span>;
  }
  return <span className="number">{formatDuration((to ? Date.parse(to) : now) - Date.parse(from))}</span>;
}

export function ExactTime({ at }: { at: string }) {
  const locale = useLocale();
  const time = new Date(at);
  const seconds = time.toLocaleTimeString(locale, { hour12: false });
  return (
    <time dateTime={at} title={time.toLocaleString(locale)} className="number">
      {seconds}.{String(time.getMilliseconds()).padStart(3, '0')}
    </time>
  );
}
