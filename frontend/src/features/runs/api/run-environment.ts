/** What is shown of what a run ran in. */
export interface RunEnvironment {
  python?: string;
  host?: string;
  command?: string;
  commit?: string;
  /** Whether the code had changes that were not committed. */
  isDirty: boolean;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Reads it; clients other than the SDK may write anything. */
export function readEnvironment(environment: unknown): RunEnvironment {
  const known = (environment ?? {}) as Record<string, unknown>;
  const { command } = known;
  const git = (known.git ?? {}) as Record<string, unknown>;
  return {
    python: text(known.python),
    host: text(known.host),
    command: Array.isArray(command) ? text(command.join(' ')) : text(command),
    commit: text(git.commit),
    isDirty: git.dirty === true,
  };
}
