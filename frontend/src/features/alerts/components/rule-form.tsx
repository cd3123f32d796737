import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { Field } from '../../../components/field';
import { Unsaved } from '../../../components/unsaved';
import type { MessageKey } from '../../../lib/i18n/en';
import { useText } from '../../../lib/i18n/i18n';
import {
  conditions,
  mistypedIn,
  takenBy,
  toRequest,
  watches,
  withWatch,
  type Condition,
  type RuleDraft,
  type Watch,
} from '../api/rule-draft';
import { useMetricNames, useSaveRule, type Rule } from '../api/rules';
import { DestinationChoice } from './destination-choice';
import { FormFoot } from './form-foot';
import { useRuleRefusal } from './rule-actions';
import { ruleText } from './rule-text';
import { useDraft } from './use-draft';
import { useForm } from './use-form';

/** Fields that are typed as plain text. */
type TextField = Exclude<keyof RuleDraft, 'watch' | 'condition' | 'destinations'>;

const fields: readonly (keyof RuleDraft)[] = [
  'name',
  'project',
  'watch',
  'condition',
  'metric',
  'threshold',
  'consecutive',
  'window',
  'goal',
  'minDelta',
  'points',
  'seconds',
  'filter',
  'destinations',
];

interface RuleFormProps {
  initial: RuleDraft;
  /** The rule that is changed; left out for a new one. */
  before?: Pick<Rule, 'id' | 'version'>;
  /** The run whose metrics are suggested; those of the project's newest runs otherwise. */
  run?: string;
  /** Reads the rule again; null when it is no longer there. */
  onRead?: () => Promise<RuleDraft | null>;
}

/** The names of the fields in the form. */
const names: Partial<Record<string, MessageKey>> = {
  name: 'common.name',
  project: 'common.project',
  watch: 'rule.watch',
  condition: 'rule.when',
  metric: 'run.metric',
  threshold: 'rule.threshold',
  consecutive: 'rule.consecutive',
  window: 'rule.window',
  goal: 'rule.goal',
  minDelta: 'rule.minDelta',
  points: 'rule.forPoints',
  seconds: 'rule.forTime',
  filter: 'rule.filter',
  destinations: 'alerts.tab.destinations',
};

/** The form for a rule; it has the fields that the condition takes. */
export function RuleForm({ initial, before, run, onRead }: RuleFormProps) {
  const t = useText();
  const navigate = useNavigate();
  const save = useSaveRule();
  const element = useRef<HTMLFormElement>(null);
  const sent = useForm(fields, element);
  const typed = useDraft(initial);
  const { draft } = typed;
  const refusal = useRuleRefusal(draft.watch);
  const change = (part: Partial<RuleDraft>) => {
    sent.clear(Object.keys(part));
    typed.change(part);
  };
  const text = (name: TextField) => ({
    value: draft[name],
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => change({ [name]: event.target.value }),
  });
  const { request, errors } = toRequest(draft);
  const mistyped = mistypedIn({ errors });
  const form = {
    ...sent,
    of: (field: string) => {
      const text = mistyped[field as keyof RuleDraft];
      return text ? [t(text)] : sent.of(field);
    },
  };
  const submit = () => {
    const own = Object.fromEntries(Object.entries(errors).map(([field, key]) => [field, [t(key)]]));
    void form.send(own, async () => {
      await save(request, before);
      await navigate({ to: '/alerts/rules', ignoreBlocker: true });
    });
  };
  const taken = takenBy(draft);
  return (
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
            {/* eslint-disable-next-line jsx-a11y/no-autofocus -- the page is this form */}
            <input {...text('name')} autoFocus={!before} />
          </Field>
          {taken.has('project') && (
            <Field label={t('common.project')} hint={t('rule.project.hint')} errors={form.of('project')}>
              <input {...text('project')} />
            </Field>
          )}
        </div>
      </fieldset>
      <fieldset>
        <legend>{t('rule.condition')}</legend>
        <div className="field-row">
          <Field label={t('rule.watch')} errors={form.of('watch')}>
            <select value={draft.watch} onChange={({ target }) => change(withWatch(draft, target.value as Watch))}>
              {watches.map(one => (
                <option key={one} value={one}>
                  {t(`rule.watch.${one}`)}
                </option>
              ))}
            </select>
          </Field>
          <Field label={t('rule.when')} errors={form.of('condition')}>
            <select value={draft.condition} onChange={({ target }) => change({ condition: target.value as Condition })}>
              {conditions[draft.watch].map(one => (
                <option key={one} value={one}>
                  {t(`rule.when.${one}`)}
                </option>
              ))}
            </select>
          </Field>
        </div>
        {taken.has('metric') && (
          <MetricField draft={draft} run={run} errors={form.of('metric')} text={text('metric')} />
        )}
        <ConditionFields draft={draft} form={form} text={text} />
        {taken.has('filter') && (
          <Field label={t('rule.filter')} hint={t('rule.filter.hint')} errors={form.of('filter')}>
            <input {...text('filter')} className="mono" placeholder="tags.owner = 'anna'" />
          </Field>
        )}
        <p className="rule-preview">
          <span className="muted">{t('rule.preview')}</span> <strong>{ruleText(t, request as Rule)}</strong>
        </p>
      </fieldset>
      <fieldset>
        <legend>{t('alerts.tab.destinations')}</legend>
        <DestinationChoice
          chosen={draft.destinations}
          errors={form.of('destinations')}
          onChange={destinations => change({ destinations })}
        />
      </fieldset>
      {before && <p className="field-hint rule-restart">{t('rule.restart')}</p>}
      <FormFoot
        form={form}
        submit={t(before ? 'rule.save' : 'rule.create')}
        refusal={refusal}
        back="/alerts/rules"
        differs={typed.differs?.map(
          ([field, now]) =>
            [
              t(names[field] ?? 'common.name'),
              field === 'destinations'
                ? t('destinations.count', { count: now.split(',').filter(Boolean).length })
                : now,
            ] as const,
        )}
        onLoad={
          onRead &&
          (async () => {
            const now = await onRead();
            if (now) {
              typed.load(now);
            }
          })
        }
      />
      <Unsaved isChanged={typed.isChanged && !form.isSending} />
    </form>
  );
}

interface TextProps {
  value: string;
  spellCheck: boolean;
  onChange: (event: { target: { value: string } }) => void;
}

interface MetricFieldProps {
  draft: RuleDraft;
  run?: string;
  errors: readonly string[];
  text: TextProps;
}

/** A metric, with the names of those that the project's runs have. */
function MetricField({ draft, run, errors, text }: MetricFieldProps) {
  const t = useText();
  // Asked for when the field is first entered, and not with each letter of the project.
  const [project, setProject] = useState('');
  const names = useMetricNames(project, run);
  return (
    <>
      <Field label={t('run.metric')} hint={t('rule.metric.hint')} errors={errors}>
        <input
          {...text}
          className="mono"
          list="rule-metrics"
          placeholder="val/loss"
          autoComplete="off"
          onFocus={() => setProject(draft.project.trim())}
        />
      </Field>
      <datalist id="rule-metrics">
        {names.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

interface ConditionFieldsProps {
  draft: RuleDraft;
  form: ReturnType<typeof useForm>;
  text: (name: TextField) => TextProps;
}

/** The numbers that the condition takes. */
function ConditionFields({ draft, form, text }: ConditionFieldsProps) {
  const t = useText();
  const taken = takenBy(draft);
  const number = (name: TextField) => ({ ...text(name), inputMode: 'decimal' as const });
  const isNoProgress = draft.condition === 'no-progress';
  const numbers = ['threshold', 'window', 'consecutive', 'goal', 'minDelta', 'points', 'seconds'] as const;
  if (!numbers.some(one => taken.has(one))) {
    return null;
  }
  return (
    <div className="field-row field-row-numbers">
      {taken.has('threshold') && (
        <Field
          label={t(draft.condition === 'z-score' ? 'rule.deviations' : 'rule.threshold')}
          errors={form.of('threshold')}
        >
          <input {...number('threshold')} />
        </Field>
      )}
      {taken.has('window') && (
        <Field label={t('rule.window')} errors={form.of('window')}>
          <input {...number('window')} />
        </Field>
      )}
      {taken.has('consecutive') && (
        <Field label={t('rule.consecutive')} errors={form.of('consecutive')}>
          <input {...number('consecutive')} />
        </Field>
      )}
      {taken.has('goal') && (
        <Field label={t('rule.goal')} errors={form.of('goal')}>
          <select value={draft.goal} onChange={text('goal').onChange}>
            <option value="min">{t('rule.goal.min')}</option>
            <option value="max">{t('rule.goal.max')}</option>
          </select>
        </Field>
      )}
      {taken.has('minDelta') && (
        <Field label={t('rule.minDelta')} errors={form.of('minDelta')}>
          <input {...number('minDelta')} />
        </Field>
      )}
      {taken.has('points') && (
        <Field label={t('rule.forPoints')} errors={form.of('points')}>
          <input {...number('points')} placeholder="200" />
        </Field>
      )}
      {taken.has('seconds') && (
        <Field
          label={t(isNoProgress ? 'rule.forTime' : 'rule.longerThan')}
          hint={t('rule.seconds.hint')}
          errors={form.of('seconds')}
        >
          <input {...text('seconds')} placeholder="30m" />
        </Field>
      )}
    </div>
  );
}
