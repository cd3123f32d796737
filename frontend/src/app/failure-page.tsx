import type { ErrorComponentProps } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import { Button } from '../components/button';
import { EmptyState } from '../components/states';
import { connected } from '../lib/connection';
import { useText } from '../lib/i18n/i18n';
import { useStore } from '../lib/store';

export function FailurePage({ error }: ErrorComponentProps) {
  const t = useText();
  // A document that is loaded while the platform does not answer is the browser's error page.
  const isConnected = useStore(connected);
  return (
    <EmptyState title={t('app.failed')} text={String(error)} icon={<CircleAlert aria-hidden="true" />}>
      <Button disabled={!isConnected} onClick={() => location.reload()}>
        {t('app.reload')}
      </Button>
    </EmptyState>
  );
}
