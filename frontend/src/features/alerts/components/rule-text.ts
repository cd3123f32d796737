import { formatSeconds, formatValue } from '../../../lib/format';
import type { MessageKey } from '../../../lib/i18n/en';
import type { Text } from '../../../lib/i18n/i18n';
import { readValue } from '../../../lib/series';
import type { Alert } from '../api/alerts';
import type { Condition, Watch } from '../api/rule-draft';

/** What of a rule says when it fires; what is not known yet is left out. */
interface Said {
  watch: Watch;
  condition: Condition;
  metric?: string | null;
  threshold?: number | null;
  consecutive?: number | null;
  points?: number | null;
  seconds?: number | null;
}

/** When a rule fires, in a few words: `val/loss > 10, 3 points in a row`. */
export function ruleText(t: Text, rule: Said): string {
  const { watch, condition, consecutive, points, seconds } = rule;
  const time = seconds == null ? null : formatSeconds(seconds, t);
  if (watch === 'node') {
    return t('rule.says.node-lost');
  }
  if (watch === 'job') {
    return t(jobTexts[condition] ?? 'rule.says.job-lost', { time: time ?? '…' });
  }
  const spans = [points == null ? null : t('rule.points', { count: points }), time].filter(Boolean);
  const text = t(metricTexts[condition] ?? 'rule.says.greater', {
    metric: rule.metric ?? '…',
    threshold: rule.threshold == null ? '…' : formatValue(rule.threshold),
    span: spans.join(t('rule.or')) || '…',
  });
  return consecutive != null && consecutive > 1 ? t('rule.says.inARow', { text, count: consecutive }) : text;
}

const jobTexts: Partial<Record<Condition, MessageKey>> = {
  failed: 'rule.says.job-failed',
  lost: 'rule.says.job-lost',
  waiting: 'rule.says.waiting',
  running: 'rule.says.running',
};

const metricTexts: Partial<Record<Condition, MessageKey>> = {
  greater: 'rule.says.greater',
  less: 'rule.says.less',
  nan: 'rule.says.nan',
  infinity: 'rule.says.infinity',
  'no-progress': 'rule.says.no-progress',
  'z-score': 'rule.says.z-score',
};

/** A value of an alert, which may be NaN or infinite; null when it has none. */
export function valueText(value: number | string | null): string | null {
  return value === null ? null : formatValue(readValue(value));
}

/** What the value of an alert is compared with: `> 10`; null when it is compared with nothing. */
export function limitText({ condition, threshold }: Pick<Alert, 'condition' | 'threshold'>): string | null {
  const limit = valueText(threshold);
  switch (limit === null ? null : condition) {
    case 'greater':
      return `> ${limit}`;
    case 'less':
      return `< ${limit}`;
    case 'z-score':
      return `> ${limit}σ`;
    default:
      return null;
  }
}
