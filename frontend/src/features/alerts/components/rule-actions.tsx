import { Pause, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button';
import { ConfirmDialog } from '../../../components/confirm-dialog';
import { useAdministerRefusal, useEditRefusal } from '../../../lib/caller';
import { useText } from '../../../lib/i18n/i18n';
import { useDeleteRule, type Rule, type useRuleCommand } from '../api/rules';

/** Why the user may not change a rule: those about nodes are left to administrators. */
export function useRuleRefusal(watch: Rule['watch']): string | undefined {
  const edit = useEditRefusal();
  const administer = useAdministerRefusal();
  return watch === 'node' ? administer : edit;
}

interface PauseButtonProps {
  rule: Rule;
  /** Sends it, and knows what became of it. */
  command: ReturnType<typeof useRuleCommand>;
  /** Whether it is one of many in a list. */
  quiet?: boolean;
  onChanged?: (rule: Rule) => void;
}

/** Pauses a rule, or resumes it. */
export function PauseButton({ rule, command, quiet, onChanged }: PauseButtonProps) {
  const t = useText();
  const refusal = useRuleRefusal(rule.watch);
  const isPaused = rule.state === 'paused';
  return (
    <Button
      kind={quiet ? 'quiet' : 'plain'}
      aria-label={quiet ? t(isPaused ? 'rules.resume.label' : 'rules.pause.label', { name: rule.name }) : undefined}
      icon={isPaused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
      refusal={refusal}
      busy={command.isPending && command.variables.id === rule.id}
      onClick={() => command.mutate({ id: rule.id, command: isPaused ? 'resume' : 'pause' }, { onSuccess: onChanged })}
    >
      {t(isPaused ? 'rules.resume' : 'rules.pause')}
    </Button>
  );
}

/** Deletes a rule, after a question. */
export function DeleteRuleButton({ rule, onDeleted }: { rule: Rule; onDeleted: () => void }) {
  const t = useText();
  const [isAsking, setIsAsking] = useState(false);
  const remove = useDeleteRule(rule.id);
  const refusal = useRuleRefusal(rule.watch);
  return (
    <>
      <Button icon={<Trash2 aria-hidden="true" />} refusal={refusal} onClick={() => setIsAsking(true)}>
        {t('bin.delete')}
      </Button>
      <ConfirmDialog
        open={isAsking}
        danger
        title={t('bin.delete.title', { name: rule.name })}
        text={t('rules.delete.text')}
        confirm={t('bin.delete')}
        refuse={t('common.cancel')}
        onConfirm={() => remove(onDeleted)}
        onClose={() => setIsAsking(false)}
      />
    </>
  );
}
