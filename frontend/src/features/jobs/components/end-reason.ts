import { isMessageKey, type Text } from '../../../lib/i18n/i18n';
import type { Say } from '../../../lib/i18n/sentences';
import { isOver, type JobItem } from '../api/jobs';

/** Why a job ended or waits, as text; for a job that succeeded only its note. */
export function reasonText(t: Text, say: Say, job: JobItem): string | null {
  const isAsAsked = job.status === 'succeeded' || job.status === 'cancelled';
  const reason =
    isAsAsked || !job.reason
      ? null
      : isOver(job)
        ? reasonWords(t, job.reason, job.exitCode)
        : say(job.reason, job.reasonCode);
  return [reason, job.detail && say(job.detail, job.detailCode)].filter(Boolean).join(' ') || null;
}

/** The label of an end reason; with its exit code where that is the reason. */
export function reasonWords(t: Text, reason: string, exitCode?: number | null): string {
  if (reason === 'exit_code' && exitCode != null) {
    return t('reason.exit_code.known', { code: exitCode });
  }
  const key = `reason.${reason}`;
  return isMessageKey(key) ? t(key) : reason;
}
