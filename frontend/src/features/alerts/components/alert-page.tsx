import { Link } from '@tanstack/react-router';
import { CopyButton } from '../../../components/copy-button';
import { Facts } from '../../../components/facts';
import { PageHeader } from '../../../components/page-header';
import { AbsentState, PendingPage } from '../../../components/states';
import { StatusBadge } from '../../../components/status-badge';
import { SubjectLink } from '../../../components/subject-link';
import { Ago, Duration } from '../../../components/time';
import { isMessageKey, useSay, useText } from '../../../lib/i18n/i18n';
import { useAlert, type Alert, type Delivery } from '../api/alerts';
import './alerts.css';
import { DismissalNotice, DismissButton, useDismissing } from './dismissal';
import { limitText, valueText } from './rule-text';

/** One alert: what happened, and who was told. */
export function AlertPage({ id }: { id: string }) {
  const t = useText();
  const { data, error, refetch } = useAlert(id);
  if (data) {
    return <AlertView alert={data.alert} deliveries={data.deliveries} />;
  }
  if (data === null) {
    return (
      <AbsentState title={t('alert.absent.title')} text={t('alert.absent.text', { id })}>
        <Link to="/alerts" className="button button-primary">
          {t('alert.absent.back')}
        </Link>
      </AbsentState>
    );
  }
  return <PendingPage error={error} onRetry={refetch} />;
}

function AlertView({ alert, deliveries }: { alert: Alert; deliveries: readonly Delivery[] }) {
  const t = useText();
  const say = useSay();
  const dismissing = useDismissing();
  const cause = `alert.cause.${alert.cause}`;
  return (
    <div className="page">
      <PageHeader title={alert.ruleName}>
        <StatusBadge status={alert.state} />
        {alert.dismissed && <span className="tag">{t('alerts.dismissed')}</span>}
        <DismissButton alert={alert} dismissing={dismissing} />
      </PageHeader>
      <p className="alert-message">{say(alert.message, alert.messageCode)}</p>
      <Facts
        items={[
          [t(`watch.${alert.watch}`), <SubjectLink key="subject" alert={alert} />],
          [
            t('common.project'),
            alert.project && (
              <Link key="project" to={alert.watch === 'job' ? '/jobs' : '/runs'} search={{ project: alert.project }}>
                {alert.project}
              </Link>
            ),
          ],
          [
            t('alerts.rule'),
            alert.cause === 'rule-deleted' ? (
              alert.ruleName
            ) : (
              <Link key="rule" to="/alerts/rules/$id" params={{ id: alert.ruleId }}>
                {alert.ruleName}
              </Link>
            ),
          ],
          [
            t('run.metric'),
            alert.metric && (
              <Link
                key="metric"
                to="/runs/$id"
                params={{ id: alert.subjectId }}
                search={{ search: alert.metric }}
                className="mono"
              >
                {alert.metric}
              </Link>
            ),
          ],
          [
            t('alerts.value'),
            alert.value === null ? null : (
              <span key="value" className="number">
                {valueText(alert.value)} <span className="muted">{limitText(alert)}</span>
              </span>
            ),
          ],
          [t('curves.step'), alert.step?.toLocaleString('en')],
          [t('alerts.fired'), <Ago key="fired" at={alert.firedAt} />],
          [t('alerts.lasted'), <Duration key="for" from={alert.firedAt} to={alert.resolvedAt} />],
          [t('alerts.resolved'), alert.resolvedAt && <Ago key="resolved" at={alert.resolvedAt} />],
          [t('alerts.resolvedBy'), isMessageKey(cause) ? t(cause) : null],
          [t('alerts.resolvedValue'), valueText(alert.resolvedValue)],
          [
            'ID',
            <span key="id" className="with-button">
              <span className="mono">{alert.id}</span>
              <CopyButton text={alert.id} label={t('job.copyId')} />
            </span>,
          ],
        ]}
      />
      <DismissalNotice dismissing={dismissing} />
      <section className="request">
        <h2>{t('alert.deliveries')}</h2>
        {deliveries.length === 0 ? (
          <p className="muted">{t('alert.deliveries.none')}</p>
        ) : (
          <Deliveries deliveries={deliveries} />
        )}
      </section>
    </div>
  );
}

function Deliveries({ deliveries }: { deliveries: readonly Delivery[] }) {
  const t = useText();
  const say = useSay();
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t('alert.deliveries')}>
      <table className="plain deliveries">
        <thead>
          <tr>
            <th scope="col">{t('alert.delivery.to')}</th>
            <th scope="col">{t('alert.delivery.change')}</th>
            <th scope="col">{t('common.status')}</th>
            <th scope="col">{t('alert.delivery.attempts')}</th>
            <th scope="col">{t('alert.delivery.when')}</th>
            <th scope="col">{t('alert.delivery.error')}</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map(one => (
            <tr key={one.id}>
              <th scope="row">{one.destinationName ?? <span className="muted">{t('alert.delivery.deleted')}</span>}</th>
              <td>{t(one.change === 'fired' ? 'status.firing' : 'status.resolved')}</td>
              <td>
                <StatusBadge status={one.state} />
              </td>
              <td data-name={t('alert.delivery.attempts')}>{one.attempts}</td>
              <td>
                <Ago at={one.deliveredAt ?? one.createdAt} />
              </td>
              <td className="delivery-error" data-failed={errorOf(one) === null ? undefined : true}>
                {errorOf(one) === null ? '–' : say(errorOf(one)!, one.lastErrorCode)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Why the last try failed; null once another has succeeded. */
function errorOf({ state, lastError }: Delivery): string | null {
  return state === 'delivered' ? null : lastError;
}
