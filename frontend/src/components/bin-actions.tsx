import { ArchiveRestore, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useEditRefusal } from '../lib/caller';
import { useText } from '../lib/i18n/i18n';
import type { Bin } from '../lib/use-bin';
import { Button } from './button';
import { ConfirmDialog } from './confirm-dialog';
import { Field } from './field';
import { ActionError } from './states';

interface DeleteButtonProps {
  name: string;
  /** What else becomes of it, or does not. */
  note?: string;
  onDelete: (reason: string) => Promise<unknown>;
}

/** Moves something into the recycle bin, after a question that also takes a reason. */
export function DeleteButton({ name, note, onDelete }: DeleteButtonProps) {
  const t = useText();
  const [isAsking, setIsAsking] = useState(false);
  const [reason, setReason] = useState('');
  const refusal = useEditRefusal();
  return (
    <>
      <Button icon={<Trash2 aria-hidden="true" />} refusal={refusal} onClick={() => setIsAsking(true)}>
        {t('bin.delete')}
      </Button>
      <ConfirmDialog
        open={isAsking}
        danger
        title={t('bin.delete.title', { name })}
        text={note ? `${t('bin.delete.text')} ${note}` : t('bin.delete.text')}
        confirm={t('bin.delete')}
        refuse={t('common.cancel')}
        onConfirm={async () => {
          await onDelete(reason);
          setReason('');
        }}
        onClose={() => setIsAsking(false)}
      >
        <Field label={t('bin.reason')}>
          <input value={reason} maxLength={500} onChange={event => setReason(event.target.value)} />
        </Field>
      </ConfirmDialog>
    </>
  );
}

/** Says on the page of something that it is in the recycle bin. */
export function InBin({ text, bin }: { text: string; bin: Bin }) {
  return (
    <div className="in-bin" role="status">
      <Trash2 aria-hidden="true" />
      <span>{text}</span>
      <ActionError error={bin.restore.error} />
      <RestoreButton disabled={bin.restore.isPending} onRestore={() => bin.restore.mutate()} />
    </div>
  );
}

interface RestoreButtonProps {
  /** What is restored, where several buttons of a page restore something. */
  label?: string;
  disabled?: boolean;
  onRestore: () => void;
}

/** Takes something out of the recycle bin. */
export function RestoreButton({ label, disabled, onRestore }: RestoreButtonProps) {
  const t = useText();
  const refusal = useEditRefusal();
  return (
    <Button
      aria-label={label}
      icon={<ArchiveRestore aria-hidden="true" />}
      disabled={disabled}
      refusal={refusal}
      onClick={onRestore}
    >
      {t('bin.restore')}
    </Button>
  );
}
