import { Link, useLocation } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { useTitle } from '../components/page-header';
import { EmptyState } from '../components/states';
import { useText } from '../lib/i18n/i18n';

export function NotFoundPage() {
  const t = useText();
  const path = useLocation({ select: location => location.pathname });
  useTitle(t('app.notFound.title'));
  return (
    <EmptyState
      title={t('app.notFound.title')}
      text={t('app.notFound.text', { path })}
      icon={<Compass aria-hidden="true" />}
    >
      <Link to="/jobs" className="button button-primary">
        {t('app.notFound.back')}
      </Link>
    </EmptyState>
  );
}
