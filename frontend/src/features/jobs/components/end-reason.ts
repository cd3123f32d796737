import { isMessageKey, type Text, type Translate } from '../../../lib/i18n/i18n';
import { isOver, type JobItem } from '../api/jobs';

/** Why a job ended or waits, as text; for a job that succeeded only its note. */
export function reasonText(t: Text, translate: Translate, job: JobItem): string | null {
  const isAsAsked = job.status === 'succeeded' || job.status === 'cancelled';
  const reason = isAsAsked ? null : job.reason && isOver(job) ? reasonWords(t, job.reason, job.exitCode) : job.reason;
  const parts = [reason, job.detail].filter(part => part != null && part !== '') as string[];
  return parts.map(translate).join(' ') || null;
}

/** The label of an end reason; with its exit code where that is the reason. */
export function reasonWords(t: Text, reason: string, exitCode?: number | null): string {
  if (reason === 'exit_code' && exitCode != null) {
    return t('reason.exit_code.known', { code: exitCode });
  }
  const key = `reason.${reason}`;
  return isMessageKey(key) ? t(key) : reason;
}
