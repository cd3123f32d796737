import { Link, useLocation } from '@tanstack/react-router';
import { AbsentState } from '../components/states';
import { useText } from '../lib/i18n/i18n';

export function NotFoundPage() {
  const t = useText();
  const path = useLocation({ select: location => location.publicHref.split(/[?#]/)[0] ?? '' });
  return (
    <AbsentState title={t('app.notFound.title')} text={t('app.notFound.text', { path })}>
      <Link to="/jobs" className="button button-primary">
        {t('app.notFound.back')}
      </Link>
    </AbsentState>
  );
}
