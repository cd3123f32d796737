import type { Text } from './i18n/i18n';
import { userName } from './user-name';

/** A caller's subject in words: `anna`, `scheduler`, `node vm`. */
export function callerName(t: Text, subject: string, nodeNames: ReadonlyMap<string, string> = new Map()): string {
  const [, kind, id = ''] = /^(node|job|service):(.+)$/.exec(subject) ?? [];
  switch (kind) {
    case 'node':
      return t('actor.node', { name: nodeNames.get(id) ?? id.slice(-8) });
    case 'job':
      return t('actor.job', { id: id.slice(-8) });
    case 'service':
      return id === 'nodes' ? t('cause.nodes') : t('actor.service', { name: id });
    default:
      return userName(subject) ?? subject;
  }
}

/** Whether who caused an event is already said by what triggered it. */
export function isImplied(subject: string, cause: string): boolean {
  return subject === 'service:jobs' ? cause !== 'request' : subject === 'service:nodes' && cause === 'nodes';
}
