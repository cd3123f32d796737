import type { ReactNode } from 'react';
import { CopyButton } from '../../../components/copy-button';
import { Facts, Pairs } from '../../../components/facts';
import { formatBytes, formatMiB, formatSeconds } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { joinCommand } from '../../../lib/shell-words';
import type { Job } from '../api/jobs';

/** The job's configuration. */
export function JobRequest({ job }: { job: Job }) {
  const t = useText();
  const command = joinCommand(job.command);
  return (
    <div className="request">
      <div className="command">
        <pre tabIndex={0} aria-label={t('job.command')}>
          {command}
        </pre>
        <CopyButton text={command} label={t('common.copy')} />
      </div>
      <Facts
        items={[
          [
            t('job.resources'),
            `${job.resources.gpus} GPU · ${job.resources.cpus} CPU · ${formatMiB(job.resources.memoryMiB)}`,
          ],
          [t('submit.source'), job.source?.artifact],
          [t('job.priority'), job.priority],
          [t('submit.attempts'), job.retry.maxAttempts],
          [t('job.backoff'), formatSeconds(job.retry.backoffSeconds, t)],
          [t('job.timeout'), job.timeoutSeconds ? formatSeconds(job.timeoutSeconds, t) : t('submit.timeout.none')],
        ]}
      />
      <Section title={t('job.files')}>
        <Pairs values={Object.fromEntries(job.files.map(file => [file.path, formatBytes(file.size)]))} />
      </Section>
      <Section title={t('job.inputs')}>
        <Pairs values={Object.fromEntries(job.inputs.map(input => [input.path, input.artifact]))} />
      </Section>
      <Section title={t('job.outputs')}>
        <Pairs
          values={Object.fromEntries(job.outputs.map(output => [output.path, `${output.artifact} · ${output.type}`]))}
        />
      </Section>
      <Section title={t('job.labels')}>
        <Pairs values={job.labels} />
      </Section>
      <Section title={t('job.env')}>
        <Pairs values={job.env} />
      </Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
