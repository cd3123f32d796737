import { Link, useNavigate } from '@tanstack/react-router';
import { DeleteButton, InBin } from '../../../components/bin-actions';
import { CopyButton } from '../../../components/copy-button';
import { Facts } from '../../../components/facts';
import { JobLink } from '../../../components/job-link';
import { PageHeader } from '../../../components/page-header';
import { AbsentState, PendingPage } from '../../../components/states';
import { CreateAlertLink, SubjectAlerts } from '../../../components/subject-alerts';
import { StatusBadge } from '../../../components/status-badge';
import { Tabs } from '../../../components/tabs';
import { Ago, Duration } from '../../../components/time';
import { useText } from '../../../lib/i18n/i18n';
import { userName } from '../../../lib/user-name';
import { useRun, useRunArtifacts, useRunBin, type Run } from '../api/runs';
import './data-table.css';
import './files.css';
import './media.css';
import './run-results.css';
import { RunArtifacts } from './run-artifacts';
import { RunDetails } from './run-details';
import { RunFiles } from './run-files';
import { RunLosses } from './run-losses';
import { RunMedia } from './run-media';
import { RunResults } from './run-results';
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
  const { data: artifacts } = useRunArtifacts(run);
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
      {run.losses && <RunLosses losses={run.losses} />}
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
            t('run.artifacts'),
            artifacts && artifacts.items.length > 0 && <RunArtifacts key="artifacts" {...artifacts} />,
          ],
          [
            'ID',
            <span key="id" className="with-button">
              <span className="mono">{run.id}</span>
              <CopyButton text={run.id} label={t('job.copyId')} />
            </span>,
          ],
        ]}
      />
      <RunDetails run={run} />
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
        {tab === 'results' && <RunResults run={run} metric={search.search} />}
        {tab === 'media' && <RunMedia run={run} search={search} />}
        {tab === 'files' && <RunFiles run={run} search={search} />}
      </Tabs>
    </div>
  );
}
