import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Field } from '../../../components/field';
import { PageHeader } from '../../../components/page-header';
import { AbsentState, PendingPage } from '../../../components/states';
import { useEditRefusal } from '../../../lib/caller';
import { Unsaved } from '../../../components/unsaved';
import type { MessageKey } from '../../../lib/i18n/en';
import { useText } from '../../../lib/i18n/i18n';
import { useFresh } from '../../../lib/use-fresh';
import { newSecrets, useDestination, useSaveDestination, type Destination } from '../api/destinations';
import {
  destinationDraftOf,
  emptyDestination,
  toDestinationRequest,
  type DestinationDraft,
} from '../api/destination-draft';
import './alerts.css';
import { FormFoot } from './form-foot';
import { SecretNote } from './secret-note';
import { useDraft } from './use-draft';
import { useForm } from './use-form';

/** The form for a new destination. Who may not make one reads so before typing. */
export function NewDestinationPage() {
  const t = useText();
  const refusal = useEditRefusal();
  return refusal ? (
    <AbsentState title={t('destinations.refused')} text={refusal}>
      <BackLink />
    </AbsentState>
  ) : (
    <DestinationForm title={t('destinations.new')} />
  );
}

/** A destination, which can be changed here. */
export function DestinationPage({ id }: { id: string }) {
  const t = useText();
  const query = useDestination(id);
  const { data, error, refetch } = query;
  const isFresh = useFresh(query);
  const [secret] = useState(() => newSecrets.get(id));
  // Shown once: not when the page is opened again.
  useEffect(() => {
    newSecrets.delete(id);
  }, [id]);
  if (secret) {
    return (
      <div className="page page-form">
        <PageHeader title={data?.name ?? t('alerts.tab.destinations')} />
        <SecretNote secret={secret}>
          <Link to="/alerts/destinations" className="button button-primary">
            {t('destination.secret.done')}
          </Link>
        </SecretNote>
      </div>
    );
  }
  if (data && isFresh) {
    return (
      <DestinationForm
        title={data.name}
        before={data}
        onRead={async () => (await refetch({ throwOnError: true })).data ?? null}
      />
    );
  }
  if (data === null && isFresh) {
    return (
      <AbsentState title={t('destination.absent.title')} text={t('destination.absent.text', { id })}>
        <BackLink />
      </AbsentState>
    );
  }
  return <PendingPage error={error} onRetry={refetch} />;
}

function BackLink() {
  const t = useText();
  return (
    <Link to="/alerts/destinations" className="button button-primary">
      {t('destination.absent.back')}
    </Link>
  );
}

const fields: readonly (keyof DestinationDraft)[] = ['name', 'kind', 'url', 'recipients', 'active'];

/** Their names in the form. */
const names: Partial<Record<string, MessageKey>> = {
  kind: 'destination.kind',
  recipients: 'destination.recipients',
  active: 'destination.active',
};

interface DestinationFormProps {
  title: string;
  /** The destination that is changed; left out for a new one. */
  before?: Destination;
  /** Reads it again; null when it is no longer there. */
  onRead?: () => Promise<Destination | null>;
}

function DestinationForm({ title, before, onRead }: DestinationFormProps) {
  const t = useText();
  const navigate = useNavigate();
  const save = useSaveDestination();
  const element = useRef<HTMLFormElement>(null);
  const form = useForm(fields, element);
  // What the form began with: the destination may be read again while it is being changed.
  const [first, setFirst] = useState(before);
  const typed = useDraft(first ? destinationDraftOf(first) : emptyDestination);
  const { draft } = typed;
  const change = (part: Partial<DestinationDraft>) => {
    form.clear(Object.keys(part));
    typed.change(part);
  };
  const submit = () => {
    const { request, errors } = toDestinationRequest(draft);
    const own = Object.fromEntries(Object.entries(errors).map(([field, key]) => [field, [t(key)]]));
    void form.send(own, async () => {
      const saved = await save(request, first);
      if (saved.secret) {
        newSecrets.set(saved.id, saved.secret);
        // At the destination's own address, so that Back and a reload do not lead to an empty form.
        await navigate({
          to: '/alerts/destinations/$id',
          params: { id: saved.id },
          replace: true,
          ignoreBlocker: true,
        });
      } else {
        await navigate({ to: '/alerts/destinations', ignoreBlocker: true });
      }
    });
  };
  const load = async () => {
    const now = await onRead?.();
    if (now) {
      setFirst(now);
      typed.load(destinationDraftOf(now));
    }
  };
  return (
    <div className="page page-form">
      <PageHeader title={title} />
      <form
        ref={element}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          submit();
        }}
      >
        <fieldset>
          <div className="field-row">
            <Field label={t('common.name')} errors={form.of('name')}>
              <input
                value={draft.name}
                // eslint-disable-next-line jsx-a11y/no-autofocus -- the page is this form
                autoFocus={!first}
                onChange={({ target }) => change({ name: target.value })}
              />
            </Field>
            <Field label={t('destination.kind')} errors={form.of('kind')}>
              <select
                value={draft.kind}
                disabled={first !== undefined}
                onChange={({ target }) => change({ kind: target.value as DestinationDraft['kind'] })}
              >
                <option value="webhook">{t('destination.kind.webhook')}</option>
                <option value="mail">{t('destination.kind.mail')}</option>
              </select>
            </Field>
          </div>
          {draft.kind === 'webhook' ? (
            <Field label="URL" hint={t('destination.url.hint')} errors={form.of('url')}>
              <input
                type="url"
                className="mono"
                spellCheck={false}
                placeholder="https://example.org/hooks/training"
                value={draft.url}
                onChange={({ target }) => change({ url: target.value })}
              />
            </Field>
          ) : (
            <Field
              label={t('destination.recipients')}
              hint={t('destination.recipients.hint')}
              errors={form.of('recipients')}
            >
              <textarea
                rows={3}
                className="mono"
                spellCheck={false}
                placeholder="anna@example.org"
                value={draft.recipients}
                onChange={({ target }) => change({ recipients: target.value })}
              />
            </Field>
          )}
          <label className="check">
            <input
              type="checkbox"
              checked={draft.active}
              onChange={({ target }) => change({ active: target.checked })}
            />
            {t('destination.active')}
          </label>
        </fieldset>
        <FormFoot
          form={form}
          submit={t(first ? 'rule.save' : 'rule.create')}
          back="/alerts/destinations"
          differs={typed.differs?.map(
            ([field, now]) => [field === 'url' ? 'URL' : t(names[field] ?? 'common.name'), now] as const,
          )}
          onLoad={onRead && load}
        />
        <Unsaved isChanged={typed.isChanged && !form.isSending} />
      </form>
    </div>
  );
}
