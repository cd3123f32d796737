import { CircleAlert, Inbox, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../lib/api';
import { useText } from '../lib/i18n/i18n';
import { Button } from './button';

interface StateProps {
  title: string;
  text?: string;
  icon?: ReactNode;
  children?: ReactNode;
}

/** What stands where a list would be when there is nothing in it. */
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

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useText();
  return (
    <div className="state state-error" role="alert">
      <CircleAlert aria-hidden="true" />
      <h2>{t('common.loadFailed')}</h2>
      <p>{useReason(error)}</p>
      {onRetry && <Button onClick={onRetry}>{t('common.retry')}</Button>}
    </div>
  );
}

export function LoadingState({ rows = 6 }: { rows?: number }) {
  const t = useText();
  return (
    <div className="skeletons" role="status" aria-label={t('common.loading')}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="skeleton" />
      ))}
    </div>
  );
}

export function WaitingState({ title, text }: { title: string; text: string }) {
  return <EmptyState title={title} text={text} icon={<LoaderCircle className="spin" aria-hidden="true" />} />;
}

/** Why a request failed, for people. */
export function useReason(error: unknown): string {
  const t = useText();
  if (error instanceof ApiError) {
    return error.status === 0 ? t('common.unreachable') : error.message;
  }
  return String(error);
}
