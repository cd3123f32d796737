import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, KeyRound, Pencil, Send, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../../components/button';
import { ConfirmDialog } from '../../../components/confirm-dialog';
import { ActionError } from '../../../components/states';
import { StatusBadge } from '../../../components/status-badge';
import { Ago } from '../../../components/time';
import { callerName } from '../../../lib/actor';
import type { Schemas } from '../../../lib/api';
import { useSay, useText } from '../../../lib/i18n/i18n';
import { useDeleteDestination, useRotation, useRulesOf, useTest, type Destination } from '../api/destinations';
import { SecretNote } from './secret-note';

/** A webhook or mail addresses, with what can be done to it. */
export function DestinationCard({ destination }: { destination: Destination }) {
  const t = useText();
  const { id, name, kind, url, recipients, active, createdAt, createdBy } = destination;
  const test = useTest(id);
  const rotate = useRotation(destination);
  const remove = useDeleteDestination(id);
  const [asked, setAsked] = useState<'rotate' | 'delete' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const rules = useRulesOf(id, asked === 'delete');
  const close = () => setAsked(null);
  return (
    <li className="card">
      <div className="card-head">
        <h2>{name}</h2>
        <span className="tag">{t(`destination.kind.${kind}`)}</span>
        {!active && <StatusBadge status="paused" />}
        <div className="card-actions">
          <Link
            to="/alerts/destinations/$id"
            params={{ id }}
            className="icon-button"
            aria-label={t('destinations.edit.label', { name })}
            title={t('destinations.edit.label', { name })}
          >
            <Pencil aria-hidden="true" />
          </Link>
          <IconButton
            label={t('destinations.delete.label', { name })}
            icon={<Trash2 aria-hidden="true" />}
            onClick={() => setAsked('delete')}
          />
        </div>
      </div>
      <p className="destination-target mono">{url ?? recipients?.join(', ')}</p>
      <p className="muted">
        {t('destinations.created')} <Ago at={createdAt} />
        {createdBy && ` · ${callerName(t, createdBy)}`}
      </p>
      <div className="destination-actions">
        <Button icon={<Send aria-hidden="true" />} busy={test.isPending} onClick={() => test.mutate()}>
          {t('destinations.test')}
        </Button>
        {kind === 'webhook' && (
          <Button kind="quiet" icon={<KeyRound aria-hidden="true" />} onClick={() => setAsked('rotate')}>
            {t('destinations.rotate')}
          </Button>
        )}
      </div>
      <ActionError error={test.error} />
      {test.data && <TestResult result={test.data} />}
      {secret && asked === null && (
        <SecretNote secret={secret}>
          <Button onClick={() => setSecret(null)}>{t('destination.secret.done')}</Button>
        </SecretNote>
      )}
      <ConfirmDialog
        open={asked === 'rotate'}
        danger
        title={t('destinations.rotate.title', { name })}
        text={t('destinations.rotate.text')}
        confirm={t('destinations.rotate')}
        refuse={t('common.cancel')}
        onConfirm={async () => setSecret((await rotate()).secret ?? null)}
        onClose={close}
      />
      <ConfirmDialog
        open={asked === 'delete'}
        danger
        title={t('bin.delete.title', { name })}
        text={t(
          rules.names.length > 0
            ? 'destinations.delete.used'
            : rules.isFetching
              ? 'destinations.delete.looking'
              : 'destinations.delete.text',
        )}
        confirm={t('bin.delete')}
        disabled={rules.names.length > 0 || rules.isFetching}
        refuse={t('common.cancel')}
        onConfirm={async () => {
          try {
            await remove();
          } catch (error) {
            // A rule may name it by now.
            await rules.refetch();
            throw error;
          }
        }}
        onClose={close}
      >
        {rules.names.length > 0 && (
          <p>{t('destinations.delete.rules', { names: rules.names.join(t('common.comma')) })}</p>
        )}
      </ConfirmDialog>
    </li>
  );
}

/** What became of a test. */
function TestResult({ result }: { result: Schemas['DeliveryResult'] }) {
  const t = useText();
  const say = useSay();
  const { delivered, status, error, errorCode } = result;
  return (
    <p role="status" className="test-result" data-delivered={delivered}>
      {delivered ? <CircleCheck aria-hidden="true" /> : <CircleAlert aria-hidden="true" />}
      <span>
        {delivered
          ? status === null
            ? t('destinations.tested')
            : t('destinations.tested.status', { status })
          : t('destinations.testFailed', { reason: error === null ? '' : say(error, errorCode) })}
      </span>
    </p>
  );
}
