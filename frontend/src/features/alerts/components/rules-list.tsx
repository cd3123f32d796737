import { Link, useNavigate, useRouter } from '@tanstack/react-router';
import { BellPlus } from 'lucide-react';
import { useCallback } from 'react';
import { Notes } from '../../../components/notes';
import { SearchBox } from '../../../components/search-box';
import { ActionError, EmptyState } from '../../../components/states';
import { StatusBadge } from '../../../components/status-badge';
import { Ago } from '../../../components/time';
import type { Column } from '../../../components/virtual-table';
import { useText, type Text } from '../../../lib/i18n/i18n';
import { isMoreTyping } from '../../../lib/list-search';
import { useRows } from '../../../lib/use-rows';
import { ruleStates, withPart, type RulesSearch } from '../api/alert-search';
import { useRuleCommand, type Rule } from '../api/rules';
import { NewLink } from './alerts-frame';
import { FilteredTable } from './filtered-table';
import { FilterRow, StateFilter } from '../../../components/filter-row';
import { PauseButton } from './rule-actions';
import { ruleText } from './rule-text';

/** The rules by filter, the newest first. */
export function RulesList({ search }: { search: RulesSearch }) {
  const t = useText();
  const navigate = useNavigate();
  const router = useRouter();
  const { state, project, search: text } = search;
  const change = useCallback(
    (part: Partial<RulesSearch>) => {
      // A search that waited for a pause in typing must not bring back a page that is being left.
      if (router.latestLocation.pathname.replace(/\/$/, '') === '/alerts/rules') {
        void navigate({
          to: '/alerts/rules',
          search: withPart({ state, project, search: text }, part),
          replace: part.state === undefined && isMoreTyping({ project, search: text }, part as { project?: string }),
        });
      }
    },
    [navigate, router, state, project, text],
  );
  const onSearch = useCallback((value: string) => change({ search: value }), [change]);
  const onProject = useCallback((value: string) => change({ project: value }), [change]);
  const command = useRuleCommand();
  const rows = useRows('/api/alerts/rules', { ...search, project: project?.replace(/\/+$/, '') || undefined });
  return (
    <>
      <FilterRow
        folded={[project, state].filter(Boolean).length}
        more={
          <>
            <SearchBox label={t('common.filter.project')} value={project ?? ''} onChange={onProject} />
            <StateFilter states={ruleStates} chosen={state} onChoose={one => change({ state: one })} />
          </>
        }
      >
        <SearchBox main label={t('rules.search')} value={text ?? ''} onChange={onSearch} />
      </FilterRow>
      <FilteredTable
        name="alert-rules"
        label={t('alerts.tab.rules')}
        rows={rows}
        columns={columns(t, command)}
        isFiltered={Object.values(search).some(Boolean)}
        empty={
          <EmptyState
            title={t('rules.empty.title')}
            text={t('rules.empty.text')}
            icon={<BellPlus aria-hidden="true" />}
          >
            <NewLink to="/alerts/rules/new" text={t('rules.new')} />
          </EmptyState>
        }
        notice={<ActionError error={command.error} />}
        onClear={() => void navigate({ to: '/alerts/rules', search: {} })}
      />
    </>
  );
}

function columns(t: Text, command: ReturnType<typeof useRuleCommand>): Column<Rule>[] {
  return [
    {
      key: 'state',
      name: t('common.status'),
      width: '6rem',
      wide: true,
      cell: rule => <StatusBadge status={rule.state} />,
    },
    {
      key: 'name',
      name: t('common.name'),
      width: 'minmax(7rem, 1.2fr)',
      cell: rule => (
        <Link to="/alerts/rules/$id" params={{ id: rule.id }} className="row-link">
          {rule.name}
        </Link>
      ),
      note: rule => (
        <Notes
          items={[
            ['status', <StatusBadge key="status" status={rule.state} />],
            ['result', ruleText(t, rule)],
            ['firing', rule.firing > 0 ? t('rules.firing.count', { count: rule.firing }) : null],
          ]}
        />
      ),
    },
    {
      key: 'condition',
      name: t('rule.condition'),
      width: 'minmax(9rem, 1.6fr)',
      wide: true,
      cell: rule => ruleText(t, rule),
    },
    {
      key: 'project',
      name: t('common.project'),
      width: 'minmax(5rem, 0.8fr)',
      wide: true,
      cell: rule => rule.project ?? <span className="muted">–</span>,
    },
    {
      key: 'destinations',
      name: t('alerts.tab.destinations'),
      width: '6.5rem',
      wide: true,
      number: true,
      cell: rule => rule.destinations.length || <span className="muted">–</span>,
    },
    {
      key: 'firing',
      name: t('status.firing'),
      width: '4.5rem',
      wide: true,
      number: true,
      control: true,
      head: t('status.firing'),
      cell: rule =>
        rule.firing > 0 ? (
          <Link to="/alerts" search={{ rule: rule.id, state: 'firing', dismissed: 'all' }} className="firing">
            {rule.firing}
          </Link>
        ) : (
          <span className="muted">–</span>
        ),
    },
    {
      key: 'created',
      name: t('rules.created'),
      width: '6rem',
      wide: true,
      number: true,
      cell: rule => <Ago at={rule.createdAt} />,
    },
    {
      key: 'pause',
      name: t('batch.actions'),
      head: <span className="off-screen">{t('batch.actions')}</span>,
      width: '6.5rem',
      control: true,
      cell: rule => <PauseButton quiet rule={rule} command={command} />,
    },
  ];
}
