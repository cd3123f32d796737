import { StatusBadge } from '../../../components/status-badge';
import { Duration } from '../../../components/time';
import { useText, useSay } from '../../../lib/i18n/i18n';
import { rankStatus, type Job, type JobRank } from '../api/jobs';
import { reasonWords } from './end-reason';

/** The processes of the current or last attempt of several. */
export function JobRanks({ job, ranks }: { job: Job; ranks: readonly JobRank[] }) {
  const t = useText();
  const say = useSay();
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t('job.tab.ranks')}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('job.rank')}</th>
            <th scope="col">{t('job.node')}</th>
            <th scope="col">{t('common.status')}</th>
            <th scope="col">{t('job.duration')}</th>
            <th scope="col">{t('job.exitCode')}</th>
            <th scope="col">{t('job.reason')}</th>
          </tr>
        </thead>
        <tbody>
          {ranks.map(rank => {
            const status = rankStatus(rank, job);
            const reason = rank.reason && status !== 'succeeded' ? reasonWords(t, rank.reason, rank.exitCode) : null;
            return (
              <tr key={rank.rank}>
                <th scope="row">{rank.rank}</th>
                <td>{job.nodes[rank.rank]?.nodeName ?? '–'}</td>
                <td>
                  <StatusBadge status={status} />
                </td>
                <td>
                  <Duration from={rank.startedAt} to={rank.endedAt ?? job.endedAt} />
                </td>
                <td>{rank.exitCode ?? '–'}</td>
                <td>{[reason, rank.detail && say(rank.detail, rank.detailCode)].filter(Boolean).join(' ') || '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
