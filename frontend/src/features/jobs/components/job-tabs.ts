export const jobTabs = ['overview', 'history', 'artifacts', 'request'] as const;

/** What a job's address asks for. */
export interface JobSearch {
  tab?: (typeof jobTabs)[number];
  attempt?: number;
  line?: number;
}
