/** A form whose subject was changed while it was filled in. */
export interface Merged<Draft> {
  /** What is in the form: what the user changed is kept, the rest is as it is now. */
  draft: Draft;
  /** The fields that both changed, with what the subject has now. */
  differs: [field: string, now: string][];
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Brings what was typed onto the current version.
 * @param began What the form began with.
 */
export function mergeDraft<Draft extends object>(began: Draft, typed: Draft, now: Draft): Merged<Draft> {
  const fields = Object.keys(now) as (keyof Draft & string)[];
  const kept = fields.filter(field => !same(typed[field], began[field]));
  return {
    draft: { ...now, ...Object.fromEntries(kept.map(field => [field, typed[field]])) },
    differs: kept
      .filter(field => !same(now[field], began[field]) && !same(now[field], typed[field]))
      .map(field => [field, String(now[field])]),
  };
}

/** Whether something was typed that is not saved. */
export function isChanged(began: unknown, typed: unknown): boolean {
  return !same(began, typed);
}
