import type { MessageKey } from '../../../lib/i18n/en';
import { parseSpan, spanText } from '../../../lib/spans';
import type { Rule, RuleRequest } from './rules';

export type Watch = Rule['watch'];
export type Condition = Rule['condition'];

/** The conditions of what is watched. */
export const conditions: Readonly<Record<Watch, readonly Condition[]>> = {
  metric: ['greater', 'less', 'nan', 'infinity', 'no-progress', 'z-score'],
  job: ['failed', 'lost', 'waiting', 'running'],
  node: ['lost'],
};

export const watches = Object.keys(conditions) as Watch[];

/** What is typed into the form for a rule. */
export interface RuleDraft {
  name: string;
  project: string;
  watch: Watch;
  condition: Condition;
  metric: string;
  threshold: string;
  consecutive: string;
  window: string;
  goal: string;
  minDelta: string;
  points: string;
  seconds: string;
  filter: string;
  destinations: readonly string[];
}

export const emptyDraft: RuleDraft = {
  name: '',
  project: '',
  watch: 'metric',
  condition: 'greater',
  metric: '',
  threshold: '',
  consecutive: '1',
  window: '30',
  goal: 'min',
  minDelta: '0',
  points: '',
  seconds: '',
  filter: '',
  destinations: [],
};

/** The fields that some conditions take, and others do not. */
type Taken = Exclude<keyof RuleDraft, 'name' | 'watch' | 'condition' | 'destinations'>;

/** The fields that a rule about metrics takes besides its condition's. */
const ofMetrics: readonly Taken[] = ['project', 'metric', 'filter'];

const ofCondition: Readonly<Record<Condition, readonly Taken[]>> = {
  greater: ['threshold', 'consecutive'],
  less: ['threshold', 'consecutive'],
  nan: ['consecutive'],
  infinity: ['consecutive'],
  'no-progress': ['goal', 'minDelta', 'points', 'seconds'],
  'z-score': ['threshold', 'window', 'consecutive'],
  failed: [],
  lost: [],
  waiting: ['seconds'],
  running: ['seconds'],
};

/** The fields that a rule takes; the platform refuses any other. */
export function takenBy({ watch, condition }: Pick<RuleDraft, 'watch' | 'condition'>): ReadonlySet<Taken> {
  const ofWatch = watch === 'metric' ? ofMetrics : watch === 'job' ? (['project'] as const) : [];
  return new Set([...ofWatch, ...ofCondition[condition]]);
}

/** A draft that watches something else: what that has no condition for begins with its first. */
export function withWatch(draft: RuleDraft, watch: Watch): Pick<RuleDraft, 'watch' | 'condition'> {
  const known = conditions[watch];
  return { watch, condition: known.includes(draft.condition) ? draft.condition : known[0]! };
}

/** What the form begins with to change a rule. */
export function draftOf(rule: Rule): RuleDraft {
  const text = (value: number | null) => (value === null ? '' : String(value));
  return {
    name: rule.name,
    project: rule.project ?? '',
    watch: rule.watch,
    condition: rule.condition,
    metric: rule.metric ?? '',
    threshold: text(rule.threshold),
    consecutive: text(rule.consecutive) || emptyDraft.consecutive,
    window: text(rule.window) || emptyDraft.window,
    goal: rule.goal ?? emptyDraft.goal,
    minDelta: text(rule.minDelta) || emptyDraft.minDelta,
    points: text(rule.points),
    seconds: rule.seconds === null ? '' : spanText(rule.seconds),
    filter: rule.filter ?? '',
    destinations: rule.destinations,
  };
}

/** What is wrong with a draft, by the field of the request. */
export type DraftErrors = Partial<Record<keyof RuleDraft, MessageKey>>;

/** Turns the form into a request. Only what cannot be sent is refused here; the platform checks the rest. */
export function toRequest(draft: RuleDraft): { request: RuleRequest; errors: DraftErrors } {
  const errors: DraftErrors = {};
  const taken = takenBy(draft);
  const text = (field: Taken & ('project' | 'metric' | 'filter' | 'goal')) =>
    taken.has(field) ? draft[field].trim() || undefined : undefined;
  const number = (field: 'threshold' | 'consecutive' | 'window' | 'minDelta' | 'points', whole: boolean) => {
    const typed = draft[field].trim();
    if (!taken.has(field) || typed === '') {
      return undefined;
    }
    const value = Number(typed);
    if (!Number.isFinite(value)) {
      errors[field] = 'submit.number';
      return undefined;
    } else if (whole && !Number.isSafeInteger(value)) {
      errors[field] = 'submit.whole';
    }
    return value;
  };
  const seconds = taken.has('seconds') && draft.seconds.trim() !== '' ? parseSpan(draft.seconds) : undefined;
  if (taken.has('seconds') && seconds === undefined && (draft.seconds.trim() !== '' || draft.watch === 'job')) {
    errors.seconds = 'rule.seconds.bad';
  }
  const request: RuleRequest = {
    name: draft.name,
    project: text('project'),
    watch: draft.watch,
    condition: draft.condition,
    metric: text('metric'),
    threshold: number('threshold', false),
    consecutive: number('consecutive', true),
    window: number('window', true),
    goal: text('goal'),
    minDelta: number('minDelta', false),
    points: number('points', true),
    seconds,
    filter: text('filter'),
    destinations: [...draft.destinations],
  };
  return { request, errors: { ...missing(draft, taken), ...errors } };
}

/** What must be filled in and is not. The platform refuses it too, but speaks of lengths. */
function missing(draft: RuleDraft, taken: ReadonlySet<Taken>): DraftErrors {
  const errors: DraftErrors = {};
  if (draft.name.trim() === '') {
    errors.name = 'submit.name.missing';
  }
  for (const [field, text] of Object.entries(required) as [keyof typeof required, MessageKey][]) {
    if (taken.has(field) && draft[field].trim() === '') {
      errors[field] = text;
    }
  }
  return errors;
}

const required = {
  project: 'rule.project.missing',
  metric: 'rule.metric.missing',
  threshold: 'rule.threshold.missing',
} as const satisfies Partial<Record<Taken, MessageKey>>;

/** The version that a form replaces after a change by its user: if others made one too, it stays, and the platform says so. */
export function versionAfter(known: number, changed: number): number {
  return changed === known + 1 ? changed : known;
}

/** Numbers that are typed and are none, which is told at once: what must be filled in is told when the form is sent. */
export function mistypedIn({ errors }: { errors: DraftErrors }): DraftErrors {
  const told: readonly MessageKey[] = ['submit.number', 'submit.whole'];
  return Object.fromEntries(Object.entries(errors).filter(([, text]) => told.includes(text)));
}
