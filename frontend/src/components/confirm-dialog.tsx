import { Dialog, DialogBackdrop, DialogPanel, DialogTitle, Description } from '@headlessui/react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from './button';
import { ActionError } from './states';

interface ConfirmDialogProps {
  open: boolean;
  title: string;
  text?: string;
  confirm: string;
  refuse: string;
  danger?: boolean;
  /** Set while there is nothing to confirm. */
  disabled?: boolean;
  /** What is asked or said besides. */
  children?: ReactNode;
  /** Does it. The dialog stays open, and says why, until it has succeeded. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** A question before an action. Enter confirms it. */
export function ConfirmDialog({ open, title, text, children, onClose, ...form }: ConfirmDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} className="dialog">
      <DialogBackdrop className="dialog-backdrop" />
      <div className="dialog-frame">
        <DialogPanel className="dialog-panel">
          <DialogTitle>{title}</DialogTitle>
          {text && <Description>{text}</Description>}
          <ConfirmForm onClose={onClose} {...form}>
            {children}
          </ConfirmForm>
        </DialogPanel>
      </div>
    </Dialog>
  );
}

/** It goes with the dialog, and so does what went wrong. */
function ConfirmForm({
  confirm,
  refuse,
  danger,
  disabled,
  children,
  onConfirm,
  onClose,
}: Pick<ConfirmDialogProps, 'confirm' | 'refuse' | 'danger' | 'disabled' | 'children' | 'onConfirm' | 'onClose'>) {
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // Enter must not do what cannot be undone, unless something was typed for it.
    const first = form.current?.querySelector<HTMLElement>('input, textarea, select');
    (
      first ?? form.current?.querySelector<HTMLElement>(danger ? 'button[type=button]' : 'button[type=submit]')
    )?.focus();
  }, [danger]);
  useEffect(() => {
    // What can no longer be confirmed loses the focus, which would then be outside the dialog.
    const { activeElement } = document;
    if (disabled && (activeElement === document.body || activeElement?.matches('.dialog-form :disabled'))) {
      form.current?.querySelector<HTMLElement>('button[type=button]')?.focus();
    }
  }, [disabled]);
  const send = async () => {
    setIsPending(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (reason) {
      setError(reason);
      setIsPending(false);
    }
  };
  return (
    <form
      ref={form}
      className="dialog-form"
      onSubmit={event => {
        event.preventDefault();
        // A form that the dialog is written in would be sent too: events go the way of the components, not of the page.
        event.stopPropagation();
        if (!isPending && !disabled) {
          void send();
        }
      }}
    >
      {children}
      <ActionError error={error} />
      <div className="dialog-actions">
        <Button onClick={onClose}>{refuse}</Button>
        <Button type="submit" kind={danger ? 'danger' : 'primary'} disabled={disabled} busy={isPending}>
          {confirm}
        </Button>
      </div>
    </form>
  );
}
