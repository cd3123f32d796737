import { readText } from '../../../lib/list-search';

/** From when on lines are searched, as the address has it. */
export const logAges = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;

type LogAge = keyof typeof logAges;

/** The search parameters of the page. */
export interface LogSearch {
  q?: string;
  project?: string;
  /** The id of the job whose logs are searched; those of all when it is left out. */
  job?: string;
  since?: LogAge;
}

/** Search parameters come from the address: what is not known is left out. */
export function readLogSearch(search: Record<string, unknown>): LogSearch {
  return {
    q: readText(search.q),
    project: readText(search.project),
    job: readText(search.job),
    since: (Object.keys(logAges) as LogAge[]).find(age => age === search.since),
  };
}
