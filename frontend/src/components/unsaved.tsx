import { useBlocker } from '@tanstack/react-router';
import { useText } from '../lib/i18n/i18n';
import { ConfirmDialog } from './confirm-dialog';

/** Asks before a page is left on which something was typed that is not saved. */
export function Unsaved({ isChanged }: { isChanged: boolean }) {
  const t = useText();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isChanged && current.pathname !== next.pathname,
    enableBeforeUnload: () => isChanged,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      open={blocker.status === 'blocked'}
      danger
      title={t('form.leave.title')}
      text={t('form.leave.text')}
      confirm={t('form.leave')}
      refuse={t('form.stay')}
      onConfirm={() => Promise.resolve(blocker.proceed?.())}
      onClose={() => blocker.reset?.()}
    />
  );
}
