import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { Button } from '../../../components/button';
import { PageHeader } from '../../../components/page-header';
import { Tabs } from '../../../components/tabs';
import { useEditRefusal } from '../../../lib/caller';
import { useText } from '../../../lib/i18n/i18n';
import './alerts.css';

const tabs = ['alerts', 'rules', 'destinations'] as const;
const addresses = { alerts: '/alerts', rules: '/alerts/rules', destinations: '/alerts/destinations' } as const;

/** The page of alerts: its tabs, each with an address of its own, and what the chosen one shows. */
export function AlertsFrame() {
  const t = useText();
  const navigate = useNavigate();
  const last = useLocation({ select: ({ pathname }) => pathname.replace(/\/$/, '').split('/').at(-1) });
  const tab = tabs.find(one => one === last) ?? 'alerts';
  return (
    // A list scrolls in itself, cards with the page.
    <div className={tab === 'destinations' ? 'page' : 'page page-fill'}>
      <PageHeader title={t('app.alerts')}>
        {tab === 'destinations' ? (
          <NewLink to="/alerts/destinations/new" text={t('destinations.new')} />
        ) : (
          <NewLink to="/alerts/rules/new" text={t('rules.new')} />
        )}
      </PageHeader>
      <Tabs
        names={tabs}
        chosen={tab}
        textOf={one => t(`alerts.tab.${one}`)}
        onChoose={one => one !== tab && void navigate({ to: addresses[one] })}
      >
        <Outlet />
      </Tabs>
    </div>
  );
}

/** Leads to a form, if the user may use it. */
export function NewLink({ to, text }: { to: '/alerts/rules/new' | '/alerts/destinations/new'; text: string }) {
  const refusal = useEditRefusal();
  const icon = <Plus aria-hidden="true" />;
  return refusal ? (
    <Button kind="primary" icon={icon} refusal={refusal}>
      {text}
    </Button>
  ) : (
    <Link to={to} className="button button-primary">
      {icon}
      <span>{text}</span>
    </Link>
  );
}
