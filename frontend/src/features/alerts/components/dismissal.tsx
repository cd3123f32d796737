import { BellOff, BellRing, Undo2, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../../components/button';
import { ActionError } from '../../../components/states';
import { useText } from '../../../lib/i18n/i18n';
import { useDismissal, type Alert } from '../api/alerts';

/** Dismisses alerts of a page, and says which was dismissed last until that is undone or closed. */
export function useDismissing() {
  const dismissal = useDismissal();
  const [dismissed, setDismissed] = useState<Alert | null>(null);
  const send = (alert: Alert, command: 'dismiss' | 'restore') =>
    dismissal.mutate(
      { id: alert.id, command },
      { onSuccess: () => setDismissed(command === 'dismiss' ? alert : null) },
    );
  return {
    dismissed,
    error: dismissal.error,
    isSending: ({ id }: Alert) => dismissal.isPending && dismissal.variables.id === id,
    toggle: (alert: Alert) => send(alert, alert.dismissed ? 'restore' : 'dismiss'),
    undo: (alert: Alert) => send(alert, 'restore'),
    close: () => setDismissed(null),
  };
}

type Dismissing = ReturnType<typeof useDismissing>;

interface DismissButtonProps {
  alert: Alert;
  dismissing: Dismissing;
  /** Whether it is one of many in a list. */
  quiet?: boolean;
}

/** Puts an alert aside for the user, or takes it back. */
export function DismissButton({ alert, dismissing, quiet }: DismissButtonProps) {
  const t = useText();
  const name = alert.ruleName;
  return (
    <Button
      kind={quiet ? 'quiet' : 'plain'}
      aria-label={quiet ? t(alert.dismissed ? 'alerts.restore.label' : 'alerts.dismiss.label', { name }) : undefined}
      icon={alert.dismissed ? <BellRing aria-hidden="true" /> : <BellOff aria-hidden="true" />}
      busy={dismissing.isSending(alert)}
      onClick={() => dismissing.toggle(alert)}
    >
      {t(alert.dismissed ? 'alerts.restore' : 'alerts.dismiss')}
    </Button>
  );
}

/** What was dismissed last, and its undoing; or why that failed. */
export function DismissalNotice({ dismissing }: { dismissing: Dismissing }) {
  const t = useText();
  const { dismissed } = dismissing;
  return (
    <>
      <ActionError error={dismissing.error} />
      {dismissed && (
        <div className="batch-report" role="status">
          <div>
            <p>{t('alerts.dismissed.done', { name: dismissed.ruleName, subject: dismissed.subjectName })}</p>
          </div>
          <Button
            kind="quiet"
            icon={<Undo2 aria-hidden="true" />}
            busy={dismissing.isSending(dismissed)}
            onClick={() => dismissing.undo(dismissed)}
          >
            {t('batch.undo')}
          </Button>
          <IconButton label={t('common.close')} icon={<X aria-hidden="true" />} onClick={dismissing.close} />
        </div>
      )}
    </>
  );
}
