import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Bell, ChartSpline, ListChecks, LoaderCircle, Package, Server, TextSearch } from 'lucide-react';
import { lazy, Suspense, useRef } from 'react';
import { useFiringCount } from '../features/alerts/api/firing-count';
import { useText } from '../lib/i18n/i18n';
import { connected } from '../lib/connection';
import { loadModule } from '../lib/load-module';
import { session } from '../lib/session';
import { useStore } from '../lib/store';
import { DiskBanner } from './disk-banner';
import { useShortcuts } from './shortcuts';

// Loaded after the page: it is not visible at first.
const SettingsMenu = lazy(() =>
  loadModule(() => import('./settings-menu')).then(module => ({ default: module.SettingsMenu })),
);
const ShortcutHelp = lazy(() =>
  loadModule(() => import('./shortcut-help')).then(module => ({ default: module.ShortcutHelp })),
);
const SignInPage = lazy(() =>
  loadModule(() => import('../features/session/components/sign-in-page')).then(module => ({
    default: module.SignInPage,
  })),
);

const places = [
  { to: '/jobs', text: 'app.jobs', Icon: ListChecks },
  { to: '/nodes', text: 'app.nodes', Icon: Server },
  { to: '/runs', text: 'app.runs', Icon: ChartSpline },
  { to: '/artifacts', text: 'app.artifacts', Icon: Package },
  { to: '/logs', text: 'app.logs', Icon: TextSearch },
] as const;

export function Layout() {
  const t = useText();
  const { refused } = useStore(session);
  const isConnected = useStore(connected);
  const { helpOpen, setHelpOpen } = useShortcuts();
  // Alone, a fragment would belong to the address of <base>.
  const address = useLocation({ select: location => location.publicHref.split('#')[0] });
  const content = useRef<HTMLElement>(null);
  if (refused) {
    return (
      <Suspense>
        <SignInPage />
      </Suspense>
    );
  }
  return (
    <div className="shell">
      <a href={`${address}#content`} className="skip-link">
        {t('app.skip')}
      </a>
      {/* The page below scrolls, not the document: a wheel over the bar would do nothing. */}
      <header className="top-bar" onWheel={event => content.current?.scrollBy({ top: event.deltaY })}>
        <Link to="/jobs" className="brand" aria-label="Platform">
          <img src="favicon.svg" alt="" width={22} height={22} />
          <span>Platform</span>
        </Link>
        <nav aria-label={t('app.main')}>
          {places.map(({ to, text, Icon }) => (
            <Link key={to} to={to}>
              <Icon aria-hidden="true" />
              {t(text)}
            </Link>
          ))}
          <AlertsLink />
        </nav>
        <Suspense fallback={<div className="settings" />}>
          <SettingsMenu onHelp={() => setHelpOpen(true)} />
        </Suspense>
      </header>
      {!isConnected && (
        <div className="banner" role="alert">
          <LoaderCircle className="spin" aria-hidden="true" />
          {t('app.reconnecting')}
        </div>
      )}
      {isConnected && <DiskBanner />}
      <main id="content" ref={content} tabIndex={-1}>
        <Outlet />
      </main>
      {helpOpen && (
        <Suspense>
          <ShortcutHelp onClose={() => setHelpOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** The largest number that is shown. */
const mostFiring = 99;

/** Leads to the alerts and counts those that are firing. */
function AlertsLink() {
  const t = useText();
  const count = useFiringCount() ?? 0;
  return (
    <Link to="/alerts">
      <Bell aria-hidden="true" />
      {t('app.alerts')}
      {count > 0 && (
        <>
          <span className="nav-count number" aria-hidden="true">
            {count > mostFiring ? `${mostFiring}+` : count}
          </span>
          <span className="off-screen"> {t('rules.firing.count', { count })}</span>
        </>
      )}
    </Link>
  );
}
