import { Link, useNavigate, useRouter } from '@tanstack/react-router';
import { Bell } from 'lucide-react';
import { useCallback } from 'react';
import { FilterChip } from '../../../components/filter-chip';
import { Notes } from '../../../components/notes';
import { SearchBox } from '../../../components/search-box';
import { EmptyState } from '../../../components/states';
import { StatusBadge } from '../../../components/status-badge';
import { SubjectLink } from '../../../components/subject-link';
import { Ago, Duration } from '../../../components/time';
import type { Column } from '../../../components/virtual-table';
import { isMessageKey, useSay, useText, type Text } from '../../../lib/i18n/i18n';
import type { Say } from '../../../lib/i18n/sentences';
import { isMoreTyping } from '../../../lib/list-search';
import { useRows } from '../../../lib/use-rows';
import { alertStates, withPart, type AlertSearch } from '../api/alert-search';
import type { Alert } from '../api/alerts';
import { useRule } from '../api/rules';
import { DismissalNotice, DismissButton, useDismissing } from './dismissal';
import { FilteredTable } from './filtered-table';
import { FilterRow, StateFilter } from '../../../components/filter-row';
import { limitText, valueText } from './rule-text';

/** The alerts that the user has not dismissed, or others by filter; the newest first. */
export function AlertsList({ search }: { search: AlertSearch }) {
  const t = useText();
  const say = useSay();
  const navigate = useNavigate();
  const router = useRouter();
  const { state, project, dismissed, rule, subject } = search;
  const change = useCallback(
    (part: Partial<AlertSearch>) => {
      // A search that waited for a pause in typing must not bring back a page that is being left.
      if (router.latestLocation.pathname.replace(/\/$/, '') === '/alerts') {
        void navigate({
          to: '/alerts',
          search: withPart({ state, project, dismissed, rule, subject }, part),
          replace: part.project !== undefined && isMoreTyping({ project }, { project: part.project }),
        });
      }
    },
    [navigate, router, state, project, dismissed, rule, subject],
  );
  const onProject = useCallback((value: string) => change({ project: value }), [change]);
  // The filter is applied while a project is typed; a trailing slash would be refused.
  const rows = useRows('/api/alerts', {
    ...search,
    project: project?.replace(/\/+$/, '') || undefined,
    dismissed: dismissed === 'only' ? 'true' : dismissed,
  });
  const dismissing = useDismissing();
  const { data: ruleOf } = useRule(rule);
  return (
    <>
      <FilterRow
        folded={[project, dismissed].filter(Boolean).length}
        more={
          <>
            <SearchBox label={t('common.filter.project')} value={project ?? ''} onChange={onProject} />
            <select
              aria-label={t('alerts.dismissed')}
              value={dismissed ?? ''}
              onChange={({ target }) => change({ dismissed: (target.value || undefined) as AlertSearch['dismissed'] })}
            >
              <option value="">{t('alerts.dismissed.not')}</option>
              <option value="only">{t('alerts.dismissed')}</option>
              <option value="all">{t('alerts.dismissed.all')}</option>
            </select>
          </>
        }
        chips={
          <>
            {rule && (
              <FilterChip name={t('alerts.rule')} onRemove={() => change({ rule: '' })}>
                {ruleOf?.name ?? rule.slice(-8)}
              </FilterChip>
            )}
            {subject && (
              <FilterChip name={t('alerts.subject')} onRemove={() => change({ subject: '' })}>
                {rows.loaded.find(one => one.subjectId === subject)?.subjectName ?? subject.slice(-8)}
              </FilterChip>
            )}
          </>
        }
      >
        <StateFilter states={alertStates} chosen={state} onChoose={one => change({ state: one })} />
      </FilterRow>
      <FilteredTable
        name="alerts"
        label={t('app.alerts')}
        rows={rows}
        columns={columns(t, say, dismissing)}
        isFiltered={Object.values(search).some(Boolean)}
        empty={
          <EmptyState
            title={t('alerts.empty.title')}
            text={t('alerts.empty.text')}
            icon={<Bell aria-hidden="true" />}
          />
        }
        notice={<DismissalNotice dismissing={dismissing} />}
        onClear={() => void navigate({ to: '/alerts', search: {} })}
      />
    </>
  );
}

function columns(t: Text, say: Say, dismissing: ReturnType<typeof useDismissing>): Column<Alert>[] {
  return [
    {
      key: 'state',
      name: t('common.status'),
      width: '6rem',
      wide: true,
      cell: alert => <StatusBadge status={alert.state} />,
    },
    {
      key: 'rule',
      name: t('alerts.rule'),
      width: 'minmax(7rem, 1.2fr)',
      cell: alert => (
        <Link to="/alerts/$id" params={{ id: alert.id }} className="row-link">
          {alert.ruleName}
        </Link>
      ),
      note: alert => (
        <Notes
          items={[
            ['status', <StatusBadge key="status" status={alert.state} />],
            ['value', <Value key="value" alert={alert} t={t} say={say} />],
            ['result', alert.subjectName],
            ['created', <Ago key="fired" at={alert.firedAt} />],
          ]}
        />
      ),
    },
    {
      key: 'subject',
      name: t('alerts.subject'),
      width: 'minmax(7rem, 1fr)',
      wide: true,
      control: true,
      head: t('alerts.subject'),
      cell: alert => (
        <span className="cell-cut" title={alert.subjectName}>
          <SubjectLink alert={alert} />
        </span>
      ),
    },
    {
      key: 'value',
      name: t('alerts.value'),
      width: 'minmax(9rem, 1.4fr)',
      wide: true,
      cell: alert => <Value alert={alert} t={t} say={say} />,
    },
    {
      key: 'fired',
      name: t('alerts.fired'),
      width: '6rem',
      wide: true,
      number: true,
      cell: alert => <Ago at={alert.firedAt} />,
    },
    {
      key: 'lasted',
      name: t('alerts.lasted'),
      width: '6rem',
      wide: true,
      number: true,
      cell: alert => <Duration from={alert.firedAt} to={alert.resolvedAt} />,
    },
    {
      key: 'dismiss',
      name: t('batch.actions'),
      head: <span className="off-screen">{t('batch.actions')}</span>,
      width: '7rem',
      control: true,
      cell: alert => <DismissButton quiet alert={alert} dismissing={dismissing} />,
    },
  ];
}

/** The value that fired and what it is compared with; what happened where there is no such value. */
function Value({ alert, t, say }: { alert: Alert; t: Text; say: Say }) {
  const { metric, condition } = alert;
  const value = metric === null || condition === 'no-progress' ? null : valueText(alert.value);
  const limit = limitText(alert);
  const what = `rule.when.${condition}`;
  return (
    <span title={say(alert.message, alert.messageCode)}>
      {metric && <span className="mono">{metric} </span>}
      {value === null ? isMessageKey(what) && t(what) : <strong className="number">{value}</strong>}
      {value !== null && limit && <span className="muted number"> {limit}</span>}
    </span>
  );
}
