// Search parameters from the URL are untrusted input.

/** The search parameters of a list page. */
export interface ListSearch {
  /** One status, or several separated by commas. */
  status?: string;
  project?: string;
  search?: string;
  submittedBy?: string;
  /** The id of the job that the listed ones belong to. */
  parent?: string;
  /** What is in the recycle bin instead of the rest. */
  deleted?: boolean;
}

/** The parameters that each list knows. */
interface Known {
  statuses?: readonly string[];
  /** Whether the list is one of jobs, which have owners and parents. */
  jobs?: boolean;
}

/** Reads the filter of a list; what the list does not know is left out, as it would be refused or ignored. */
export function readListSearch(search: Record<string, unknown>, { statuses = [], jobs = false }: Known): ListSearch {
  const wanted = readText(search.status)?.toLowerCase().split(',') ?? [];
  return {
    status: wanted.filter(one => statuses.includes(one)).join(',') || undefined,
    project: readText(search.project),
    search: readText(search.search),
    submittedBy: jobs ? readText(search.submittedBy) : undefined,
    parent: jobs ? readText(search.parent) : undefined,
    deleted: readText(search.deleted) === 'true' || undefined,
  };
}

/** A filter with a part changed; empty values are left out. */
export function changeFilter(filter: ListSearch, part: ListSearch): ListSearch {
  return Object.fromEntries(Object.entries({ ...filter, ...part }).filter(([, value]) => value));
}

/** Whether a change is one of a text that is being typed: neither its beginning nor its removal. */
export function isMoreTyping(filter: Pick<ListSearch, 'search' | 'project'>, part: ListSearch): boolean {
  const typed = (['search', 'project'] as const).filter(name => part[name] !== undefined);
  return (
    typed.length > 0 &&
    typed.length === Object.keys(part).length &&
    typed.every(name => Boolean(filter[name]) && Boolean(part[name]))
  );
}

export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== ''
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
}
