import { readText } from '../../../lib/list-search';

export const alertStates = ['firing', 'resolved'] as const;
export const ruleStates = ['active', 'paused'] as const;

/** The search parameters of the list of alerts. */
export interface AlertSearch {
  state?: (typeof alertStates)[number];
  project?: string;
  /** Those that the user has dismissed, or all; the others when it is left out. */
  dismissed?: 'only' | 'all';
  /** The id of the rule that they are of. */
  rule?: string;
  /** The id of the run, job or node that they are about. */
  subject?: string;
}

/** The search parameters of the list of rules. */
export interface RulesSearch {
  state?: (typeof ruleStates)[number];
  project?: string;
  search?: string;
}

/** What the form for a new rule begins with. */
export interface NewRuleSearch {
  project?: string;
  metric?: string;
  /** The run whose metrics are suggested. */
  run?: string;
}

/** Search parameters come from the address: what is not known is left out. */
export function readAlertSearch(search: Record<string, unknown>): AlertSearch {
  const dismissed = readText(search.dismissed);
  return {
    state: alertStates.find(one => one === search.state),
    project: readText(search.project),
    dismissed: dismissed === 'only' || dismissed === 'all' ? dismissed : undefined,
    rule: readText(search.rule),
    subject: readText(search.subject),
  };
}

export function readRulesSearch(search: Record<string, unknown>): RulesSearch {
  return {
    state: ruleStates.find(one => one === search.state),
    project: readText(search.project),
    search: readText(search.search),
  };
}

export function readNewRuleSearch(search: Record<string, unknown>): NewRuleSearch {
  return { project: readText(search.project), metric: readText(search.metric), run: readText(search.run) };
}

/** A filter with a part changed; what is empty is left out. */
export function withPart<Search extends object>(search: Search, part: Partial<Search>): Search {
  return Object.fromEntries(Object.entries({ ...search, ...part }).filter(([, value]) => value)) as Search;
}
