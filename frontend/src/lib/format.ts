import type { Text } from './i18n/i18n';

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${byteUnits[unit]}`;
}

export function formatMiB(mib: number): string {
  return formatBytes(mib * 1024 * 1024);
}

/** 3.4s, 2m 05s, 1h 02m, 3d 4h. */
export function formatDuration(milliseconds: number, t: Text): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) {
    return t('duration.seconds', { seconds: seconds.toFixed(1) });
  }
  const whole = Math.floor(seconds);
  if (whole < 60) {
    return t('duration.seconds', { seconds: whole });
  }
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) {
    return t('duration.minutes', { minutes, seconds: pad(whole % 60) });
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? t('duration.hours', { hours, minutes: pad(minutes % 60) })
    : t('duration.days', { days: Math.floor(hours / 24), hours: hours % 24 });
}

/** A duration that was given in whole seconds: 3s, 10m 00s. */
export function formatSeconds(seconds: number, t: Text): string {
  return seconds < 60 ? t('duration.seconds', { seconds }) : formatDuration(seconds * 1000, t);
}

const agoUnits = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** 12s ago, 3h ago: in whole units of the largest that fits. Chinese has a blank between number and unit, as all its texts here. */
export function formatAgo(milliseconds: number, locale: string): string {
  const [unit, size] = agoUnits.find(([, one]) => milliseconds >= one) ?? agoUnits[3];
  return new Intl.RelativeTimeFormat(locale, { style: 'narrow' })
    .format(-Math.floor(milliseconds / size), unit)
    .replace(/(\d)(?=\p{Script=Han})/u, '$1 ');
}

/** 2026-11-27, in local time. */
export function formatDate(at: Date): string {
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** 22:19:16, in local time. */
export function formatTime(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(':');
}

/** 2026-11-27 22:19:16, in local time; the same in every language. */
export function formatDateTime(at: Date): string {
  return `${formatDate(at)} ${formatTime(at)}`;
}

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 20 });

/** A metric's value: short, with few digits. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  return isPlain(Math.abs(value)) ? grouped.format(Number(value.toPrecision(5)) + 0) : scientific(value, 4);
}

/** A step or another count: all digits. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? grouped.format(value) : String(value);
}

/** A result that was logged once: integers in full, other numbers with few digits. */
export function formatResult(value: number | bigint): string {
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? grouped.format(value) : formatValue(value);
}

/** The labels of an axis' ticks, with as many digits as tell them apart. */
export function formatTicks(ticks: readonly number[]): string[] {
  const largest = Math.max(...ticks.map(Math.abs));
  const smallestGap = Math.min(...ticks.slice(1).map((tick, index) => Math.abs(tick - (ticks[index] ?? 0))));
  const digits = Math.min(12, 2 + Math.max(2, Math.ceil(Math.log10(largest / smallestGap))));
  const round = (tick: number) => Number(tick.toPrecision(Number.isFinite(digits) ? digits : 4)) + 0;
  return ticks.map(tick =>
    isPlain(largest) || tick === 0 ? grouped.format(round(tick)) : scientific(round(tick), digits),
  );
}

/** Whether numbers of this size are written without an exponent. */
function isPlain(size: number): boolean {
  return size === 0 || (size >= 1e-3 && size < 1e6);
}

/** 2.5e-5, 1.3e18. */
function scientific(value: number, digits: number): string {
  return Number(value.toPrecision(digits)).toExponential().replace('e+', 'e');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
