import { Link, useNavigate } from '@tanstack/react-router';
import { DeleteButton, InBin } from '../../../components/bin-actions';
import { Curves } from '../../../components/curves/curves';
import { Facts, Pairs } from '../../../components/facts';
import { JobLink } from '../../../components/job-link';
import { PageHeader } from '../../../components/page-header';
import { AbsentState, PendingPage } from '../../../components/states';
import { CreateAlertLink, SubjectAlerts } from '../../../components/subject-alerts';
import { StatusBadge } from '../../../components/status-badge';
import { Tabs } from '../../../components/tabs';
import { Ago, Duration } from '../../../components/time';
import { formatValue } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { readValue } from '../../../lib/series';
import { userName } from '../../../lib/user-name';
import { useRun, useRunBin, type Run } from '../api/runs';
import './files.css';
import { RunFiles } from './run-files';
import { RunMedia } from './run-media';
import { runTabs, type RunSearch } from './run-tabs';

export function RunPage({ id, search }: { id: string; search: RunSearch }) {
  const t = useText();
  const { data: run, error, refetch } = useRun(id);
  if (run) {
    return <RunView run={run} search={search} />;
  }
  if (run === null) {
    return (
      <AbsentState title={t('run.absent.title')} text={t('run.absent.text', { id })}>
        <Link to="/runs" className="button button-primary">
          {t('run.absent.back')}
        </Link>
      </AbsentState>
    );
  }
  return <PendingPage error={error} onRetry={refetch} />;
}

function RunView({ run, search }: { run: Run; search: RunSearch }) {
  const t = useText();
  const navigate = useNavigate();
  const tab = search.tab ?? 'results';
  const bin = useRunBin(run.id);
  const isOver = run.status !== 'scheduled' && run.status !== 'running';
  return (
    <div className="page">
      <PageHeader title={run.name}>
        <StatusBadge status={run.status} />
        {!run.deletion && (
          <CreateAlertLink
            run={run.id}
            project={run.project}
            metric={run.primaryMetric?.name ?? Object.keys(run.latest ?? {})[0]}
          />
        )}
        {isOver && !run.deletion && <DeleteButton name={run.name} onDelete={bin.remove.mutateAsync} />}
      </PageHeader>
      {run.deletion && <InBin text={t('bin.holds.run')} bin={bin} />}
      <SubjectAlerts subject={run.id} />
      <Facts
        items={[
          [
            t('common.project'),
            run.project && (
              <Link key="project" to="/runs" search={{ project: run.project }}>
                {run.project}
              </Link>
            ),
          ],
          [t('runs.created'), <Ago key="at" at={run.createdAt} />],
          [t('runs.duration'), run.startedAt ? <Duration key="for" from={run.startedAt} to={run.endedAt} /> : null],
          [t('bin.deletedAt'), run.deletion && <Ago key="deleted" at={run.deletion.at} />],
          [t('bin.deletedBy'), run.deletion?.by && (userName(run.deletion.by) ?? run.deletion.by)],
          [t('bin.deletedFor'), run.deletion?.reason],
          [t('run.job'), run.jobId && <JobLink key="job" id={run.jobId} />],
          [
            'ID',
            <span key="id" className="mono">
              {run.id}
            </span>,
          ],
        ]}
      />
      <Tabs
        names={runTabs}
        chosen={tab}
        textOf={one => t(`run.tab.${one}`)}
        onChoose={one =>
          one !== tab &&
          void navigate({
            to: '/runs/$id',
            params: { id: run.id },
            search: one === 'results' ? {} : { tab: one },
          })
        }
      >
        {tab === 'results' && <Results run={run} />}
        {tab === 'media' && <RunMedia run={run} />}
        {tab === 'files' && <RunFiles run={run} search={search} />}
      </Tabs>
    </div>
  );
}

/** What the run reached and how. */
function Results({ run }: { run: Run }) {
  const t = useText();
  return (
    <>
      <Curves runId={run.id} begun ended={Boolean(run.endedAt)} />
      <div className="columns">
        <section>
          <h2>{t('run.metrics')}</h2>
          <MetricTable run={run} />
        </section>
        <section>
          <h2>{t('run.parameters')}</h2>
          <Pairs values={run.parameters} />
          <h2>{t('run.summary')}</h2>
          <Pairs rounded values={run.summary} />
          <h2>{t('run.tags')}</h2>
          <Pairs values={run.tags} />
        </section>
      </div>
    </>
  );
}

function MetricTable({ run }: { run: Run }) {
  const t = useText();
  const keys = Object.keys(run.latest ?? {});
  if (keys.length === 0) {
    return <span className="muted">–</span>;
  }
  const shown = (value: number | string | undefined) => (value === undefined ? '–' : formatValue(readValue(value)));
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t('run.metrics')}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('run.metric')}</th>
            <th scope="col" title={t('run.latest.hint')}>
              {t('run.latest')}
            </th>
            <th scope="col">{t('run.min')}</th>
            <th scope="col">{t('run.max')}</th>
            <th scope="col">{t('curves.step')}</th>
          </tr>
        </thead>
        <tbody>
          {keys.map(key => (
            <tr key={key}>
              <th scope="row" title={key}>
                {key}
              </th>
              <td>{shown(run.latest?.[key]?.value)}</td>
              <td>{shown(run.metrics?.[key]?.min?.value)}</td>
              <td>{shown(run.metrics?.[key]?.max?.value)}</td>
              <td>{shown(run.latest?.[key]?.step)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
