import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellPlus, BellRing } from 'lucide-react';
import { api, read, untilRefused } from '../lib/api';
import { useEditRefusal } from '../lib/caller';
import { useSay, useText } from '../lib/i18n/i18n';
import { Button } from './button';

const refreshEvery = 5000;
/** How many alerts are shown; the rest is counted. */
const shown = 3;

/** The alerts about a run or job: those that are firing and were not dismissed in a strip, otherwise a line that leads to all. */
export function SubjectAlerts({ subject }: { subject: string }) {
  const t = useText();
  const say = useSay();
  const { data } = useQuery({
    queryKey: ['/api/alerts', 'of', subject],
    queryFn: async ({ signal }) => {
      const ask = (query: { state?: string; dismissed: string; limit: number }) =>
        read(api.GET('/api/alerts', { params: { query: { ...query, subject, total: 'exact' } }, signal }));
      const [firing, dismissed, all] = await Promise.all([
        ask({ state: 'firing', dismissed: 'false', limit: shown }),
        ask({ state: 'firing', dismissed: 'true', limit: 1 }),
        ask({ dismissed: 'all', limit: 1 }),
      ]);
      return {
        items: firing.items,
        firing: firing.total ?? firing.items.length,
        dismissed: dismissed.total ?? dismissed.items.length,
        total: all.total ?? 0,
      };
    },
    refetchInterval: untilRefused(refreshEvery),
  });
  if (!data || data.total === 0) {
    return null;
  }
  const all = { subject, dismissed: 'all' } as const;
  return data.firing === 0 ? (
    <p className="muted">
      {data.dismissed > 0 ? (
        <Link to="/alerts" search={{ subject, state: 'firing', dismissed: 'only' }}>
          {t('alerts.dismissedHere', { count: data.dismissed })}
        </Link>
      ) : (
        <Link to="/alerts" search={all}>
          {t('alerts.resolvedHere', { count: data.total })}
        </Link>
      )}
      {data.dismissed > 0 && data.total > data.dismissed && (
        <>
          {' · '}
          <Link to="/alerts" search={all}>
            {t('alerts.allHere', { count: data.total })}
          </Link>
        </>
      )}
    </p>
  ) : (
    <section className="alert-strip" aria-label={t('app.alerts')}>
      <BellRing aria-hidden="true" />
      <ul>
        {data.items.map(alert => (
          <li key={alert.id}>
            <Link to="/alerts/$id" params={{ id: alert.id }}>
              {alert.ruleName}
            </Link>{' '}
            <span>{say(alert.message, alert.messageCode)}</span>
          </li>
        ))}
      </ul>
      {data.total > data.items.length && (
        <Link to="/alerts" search={all}>
          {t('alerts.allHere', { count: data.total })}
        </Link>
      )}
    </section>
  );
}

interface CreateAlertLinkProps {
  run: string;
  project: string | null;
  /** The metric to begin with. */
  metric?: string;
}

/** Leads to the form for a rule about the metrics of a run's project, if the user may make one. */
export function CreateAlertLink({ run, project, metric }: CreateAlertLinkProps) {
  const t = useText();
  const refusal = useEditRefusal();
  const icon = <BellPlus aria-hidden="true" />;
  return refusal ? (
    <Button icon={icon} refusal={refusal}>
      {t('alerts.create')}
    </Button>
  ) : (
    <Link
      to="/alerts/rules/new"
      search={{ project: project ?? undefined, metric, run }}
      className="button button-plain"
    >
      {icon}
      <span>{t('alerts.create')}</span>
    </Link>
  );
}
