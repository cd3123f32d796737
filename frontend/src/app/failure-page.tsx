import type { ErrorComponentProps } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import { Button } from '../components/button';
import { EmptyState } from '../components/states';
import { useText } from '../lib/i18n/i18n';

export function FailurePage({ error }: ErrorComponentProps) {
  const t = useText();
  return (
    <EmptyState title={t('app.failed')} text={String(error)} icon={<CircleAlert aria-hidden="true" />}>
      <Button onClick={() => location.reload()}>{t('app.reload')}</Button>
    </EmptyState>
  );
}
