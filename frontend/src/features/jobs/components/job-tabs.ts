export const jobTabs = ['overview', 'ranks', 'history', 'artifacts', 'request'] as const;

/** The search parameters of a job page. */
export interface JobSearch {
  tab?: (typeof jobTabs)[number];
  attempt?: number;
  line?: number;
  /** The search in logs that led here: its words are marked in the log. */
  find?: string;
}
