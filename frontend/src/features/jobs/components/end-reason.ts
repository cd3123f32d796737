import { isMessageKey, type Text, type Translate } from '../../../lib/i18n/i18n';
import { isOver, type JobItem } from '../api/jobs';

/** Why a job ended, or why it waits, in words; of one that did what it was asked for only what people should know. */
export function reasonText(t: Text, translate: Translate, job: JobItem): string | null {
  const isAsAsked = job.status === 'succeeded' || job.status === 'cancelled';
  const reason = isAsAsked ? null : job.reason && isOver(job) ? reasonWords(t, job.reason) : job.reason;
  const parts = [reason, job.detail].filter(part => part != null && part !== '') as string[];
  return parts.map(translate).join(' ') || null;
}

/** One of the reasons of the closed list in words. */
export function reasonWords(t: Text, reason: string): string {
  const key = `reason.${reason}`;
  return isMessageKey(key) ? t(key) : reason;
}
