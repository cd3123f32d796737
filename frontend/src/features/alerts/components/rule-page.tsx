import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { PageHeader } from '../../../components/page-header';
import { AbsentState, ActionError, PendingPage } from '../../../components/states';
import { StatusBadge } from '../../../components/status-badge';
import { useEditRefusal } from '../../../lib/caller';
import { useText } from '../../../lib/i18n/i18n';
import { useFresh } from '../../../lib/use-fresh';
import type { NewRuleSearch } from '../api/alert-search';
import { draftOf, emptyDraft, versionAfter } from '../api/rule-draft';
import { useRule, useRuleCommand, type Rule } from '../api/rules';
import './alerts.css';
import { DeleteRuleButton, PauseButton } from './rule-actions';
import { RuleForm } from './rule-form';

/** The form for a new rule. Who may not make one reads so before typing. */
export function NewRulePage({ search }: { search: NewRuleSearch }) {
  const t = useText();
  const refusal = useEditRefusal();
  if (refusal) {
    return (
      <AbsentState title={t('rules.refused')} text={refusal}>
        <Link to="/alerts/rules" className="button button-primary">
          {t('rule.absent.back')}
        </Link>
      </AbsentState>
    );
  }
  const { project = '', metric = '', run } = search;
  return (
    <div className="page page-form">
      <PageHeader title={t('rules.new')} />
      <RuleForm initial={{ ...emptyDraft, project, metric }} run={run} />
    </div>
  );
}

/** A rule, which can be changed here. */
export function RulePage({ id }: { id: string }) {
  const t = useText();
  const query = useRule(id);
  const { data: rule, error, refetch } = query;
  const isFresh = useFresh(query);
  if (rule && isFresh) {
    return <RuleView rule={rule} onRead={async () => (await refetch({ throwOnError: true })).data ?? null} />;
  }
  if (rule === null && isFresh) {
    return (
      <AbsentState title={t('rule.absent.title')} text={t('rule.absent.text', { id })}>
        <Link to="/alerts/rules" className="button button-primary">
          {t('rule.absent.back')}
        </Link>
      </AbsentState>
    );
  }
  return <PendingPage error={error} onRetry={refetch} />;
}

function RuleView({ rule, onRead }: { rule: Rule; onRead: () => Promise<Rule | null> }) {
  const t = useText();
  const navigate = useNavigate();
  // What the form began with: the rule may be read again while it is being changed.
  const [initial] = useState(() => draftOf(rule));
  const [version, setVersion] = useState(rule.version);
  const command = useRuleCommand();
  return (
    <div className="page page-form">
      <PageHeader title={rule.name}>
        <StatusBadge status={rule.state} />
        <PauseButton
          rule={rule}
          command={command}
          onChanged={changed => setVersion(known => versionAfter(known, changed.version))}
        />
        <DeleteRuleButton rule={rule} onDeleted={() => void navigate({ to: '/alerts/rules', ignoreBlocker: true })} />
      </PageHeader>
      <ActionError error={command.error} />
      {rule.firing > 0 && (
        <p>
          <Link to="/alerts" search={{ rule: rule.id, state: 'firing', dismissed: 'all' }} className="firing">
            {t('rules.firing.count', { count: rule.firing })}
          </Link>
        </p>
      )}
      <RuleForm
        initial={initial}
        before={{ id: rule.id, version }}
        onRead={async () => {
          const now = await onRead();
          if (now) {
            setVersion(now.version);
          }
          return now && draftOf(now);
        }}
      />
    </div>
  );
}
