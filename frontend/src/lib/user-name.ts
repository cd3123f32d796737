/** A user's name, as the platform knows it and as people write it; null for other callers. */
export function userName(subject: string): string | null {
  return subject.startsWith('user:') ? subject.slice('user:'.length) : subject === 'local' ? subject : null;
}
