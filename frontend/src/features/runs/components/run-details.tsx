import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../../components/button';
import { Facts, LongText } from '../../../components/facts';
import { StatusBadge } from '../../../components/status-badge';
import { useText } from '../../../lib/i18n/i18n';
import { readEnvironment } from '../api/run-environment';
import { useChildren, useRunName, type Run } from '../api/runs';

/** How many children are named at first, and at most. */
const fewChildren = 5;
const mostChildren = 200;

/** What a run belongs to, and what it ran in. */
export function RunDetails({ run }: { run: Run }) {
  const t = useText();
  const [limit, setLimit] = useState(fewChildren);
  const { data: children } = useChildren(run.id, limit);
  const { data: parent } = useRunName(run.parentId);
  const { python, host, command, commit, isDirty } = readEnvironment(run.environment);
  const hidden = (children?.total ?? 0) - (children?.items.length ?? 0);
  const items = [
    [t('run.parent'), run.parentId && <RunLink key="parent" id={run.parentId} name={parent ?? run.parentId} />],
    [
      t('run.children'),
      children && children.items.length > 0 && (
        <ul key="children" className="run-children">
          {children.items.map(({ id, name, status }) => (
            <li key={id}>
              <RunLink id={id} name={name} />
              <StatusBadge status={status} />
            </li>
          ))}
          {hidden > 0 && (
            <li className="muted">
              {t('run.artifacts.more', { count: hidden })}{' '}
              {limit < mostChildren && (
                <Button kind="quiet" onClick={() => setLimit(mostChildren)}>
                  {t('common.more')}
                </Button>
              )}
            </li>
          )}
        </ul>
      ),
    ],
    [t('run.alias'), run.alias],
    [t('run.group'), run.group],
    [t('run.notes'), run.notes && <LongText key="notes" text={run.notes} />],
    ['Python', python],
    [t('run.host'), host],
    [t('job.command'), command && <LongText key="command" text={command} />],
    [
      t('run.commit'),
      commit && (
        <span key="commit" className="mono" title={commit}>
          {commit.slice(0, 10)} {isDirty && <span className="muted">({t('run.commit.changed')})</span>}
        </span>
      ),
    ],
  ] as const;
  return items.some(([, value]) => value) ? (
    <details open className="run-details">
      <summary>{t('run.details')}</summary>
      <Facts items={items.map(([name, value]) => [name, value || null])} />
    </details>
  ) : null;
}

function RunLink({ id, name }: { id: string; name: string }) {
  return (
    <Link to="/runs/$id" params={{ id }}>
      {name}
    </Link>
  );
}
