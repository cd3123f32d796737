import { CircleAlert, Compass, Inbox, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../lib/api';
import { useText, useSay } from '../lib/i18n/i18n';
import { problemText } from '../lib/i18n/sentences';
import { useStandingError } from '../lib/standing-error';
import { Button } from './button';
import { useTitle } from './page-header';

interface StateProps {
  title: string;
  text?: string;
  icon?: ReactNode;
  children?: ReactNode;
}

/** Shown instead of an empty list. */
export function EmptyState({ title, text, icon, children }: StateProps) {
  return (
    <div className="state">
      {icon ?? <Inbox aria-hidden="true" />}
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

interface PendingProps {
  /** Why loading failed; null while it is still loading. */
  error: unknown;
  onRetry: () => unknown;
  /** The expected height. */
  rows?: number;
}

/** A placeholder while something loads, or the reason why it failed. */
export function Pending({ error, onRetry, rows = 6 }: PendingProps) {
  const t = useText();
  const reason = useReason(error);
  if (error) {
    return (
      <div className="state state-error" role="alert">
        <CircleAlert aria-hidden="true" />
        <h2>{t('common.loadFailed')}</h2>
        <p>{reason}</p>
        <Button onClick={() => void onRetry()}>{t('common.retry')}</Button>
      </div>
    );
  }
  return (
    <div className="skeletons" role="status" aria-label={t('common.loading')}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="skeleton" />
      ))}
    </div>
  );
}

/** A page of which nothing is known yet. */
export function PendingPage(props: Partial<PendingProps>) {
  return (
    <div className="page">
      <Pending error={null} onRetry={() => undefined} {...props} />
    </div>
  );
}

/** A page for something that does not exist; the browser tab shows the title too. */
export function AbsentState({ title, text, children }: Omit<StateProps, 'icon'>) {
  useTitle(title);
  return (
    <EmptyState title={title} text={text} icon={<Compass aria-hidden="true" />}>
      {children}
    </EmptyState>
  );
}

export function WaitingState({ title, text }: { title: string; text: string }) {
  return <EmptyState title={title} text={text} icon={<LoaderCircle className="spin" aria-hidden="true" />} />;
}

/** The error of an action, beside its control; nothing while there is none, or when the platform that did not answer is back. */
export function ActionError({ error: latest }: { error: unknown }) {
  const t = useText();
  const error = useStandingError(latest);
  const reason = useReason(error);
  return error ? (
    <span role="alert" className="error-text">
      {t('common.actionFailed', { reason })}
    </span>
  ) : null;
}

/** A readable reason for a failed request. */
export function useReason(error: unknown): string {
  const t = useText();
  const say = useSay();
  if (error instanceof ApiError) {
    return error.status === 0
      ? t('common.unreachable')
      : error.is('gateway.not-allowed')
        ? t('common.notAllowed')
        : problemText(say, error.problem, error.message);
  }
  return String(error);
}
