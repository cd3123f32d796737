import { useState } from 'react';
import { Button } from '../../../components/button';
import { ConfirmDialog } from '../../../components/confirm-dialog';
import { JobLink } from '../../../components/job-link';
import { Meter } from '../../../components/meter';
import { StatusBadge } from '../../../components/status-badge';
import { ActionError } from '../../../components/states';
import { Ago } from '../../../components/time';
import { useEditRefusal } from '../../../lib/caller';
import { formatMiB } from '../../../lib/format';
import type { MessageKey } from '../../../lib/i18n/en';
import { useText, useSay } from '../../../lib/i18n/i18n';
import { useNodeCommand, type Node } from '../api/nodes';
import { gpuText } from './gpu-text';

/** One machine: its resources, what is reserved and in use, and its jobs. */
export function NodeCard({ node }: { node: Node }) {
  const t = useText();
  const say = useSay();
  const [asking, setAsking] = useState(false);
  const drain = useNodeCommand(node.id);
  const resume = useNodeCommand(node.id);
  const refusal = useEditRefusal();
  const { usage } = node;
  return (
    <li className="card" data-node={node.name}>
      <div className="card-head">
        <h2>{node.name}</h2>
        <StatusBadge status={node.status} />
        {node.draining ? (
          <Button
            aria-label={t('nodes.resume.label', { name: node.name })}
            disabled={resume.isPending}
            refusal={refusal}
            onClick={() => resume.mutate('resume')}
          >
            {t('nodes.resume')}
          </Button>
        ) : (
          <Button
            aria-label={t('nodes.drain.label', { name: node.name })}
            disabled={drain.isPending}
            refusal={refusal}
            onClick={() => setAsking(true)}
          >
            {t('nodes.drain')}
          </Button>
        )}
      </div>
      <ActionError error={resume.error} />
      <div className="meters">
        <Meter
          label={t('nodes.cpus')}
          text={withLoad(
            t('nodes.reserved', { used: short(node.cpus - node.free.cpus), total: short(node.cpus) }),
            usage && t('nodes.load', { percent: Math.round(usage.cpu * 100) }),
          )}
          used={1 - node.free.cpus / node.cpus}
          busy={usage?.cpu}
        />
        <Meter
          label={t('nodes.memory')}
          text={withLoad(
            t('nodes.reserved', {
              used: formatMiB(node.memoryMiB - node.free.memoryMiB),
              total: formatMiB(node.memoryMiB),
            }),
            usage && t('nodes.load', { percent: Math.round((usage.memoryUsedMiB / node.memoryMiB) * 100) }),
          )}
          used={1 - node.free.memoryMiB / node.memoryMiB}
          busy={usage ? usage.memoryUsedMiB / node.memoryMiB : undefined}
        />
        {node.gpus.map(gpu => {
          const busy = usage?.gpus?.find(one => one.index === gpu.index);
          return (
            <Meter
              key={gpu.uuid}
              label={`GPU ${gpu.index} · ${gpu.name}`}
              text={gpuText(t, gpu.memoryMiB, busy)}
              used={gpu.jobId ? 1 : 0}
              busy={busy?.utilization ?? undefined}
              isUnknown={busy?.utilization == null}
            />
          );
        })}
        {node.gpus.length === 0 && (
          <p className="muted" title={node.gpuReason ? say(node.gpuReason, node.gpuReasonCode) : undefined}>
            {t('nodes.gpu.none')}
          </p>
        )}
      </div>
      <div className="node-jobs">
        <h3>{t('nodes.jobs')}</h3>
        {node.leases.length === 0 ? (
          <span className="muted">{t('nodes.idle')}</span>
        ) : (
          node.leases.map(lease => <JobLink key={lease.jobId} id={lease.jobId} className="tag" />)
        )}
      </div>
      <p className="card-note muted">{t(limitsKeys[node.limits ?? ''] ?? 'nodes.limits.unknown')}</p>
      <p className="card-note muted">
        {node.os} · {t('nodes.agent')} {node.agentVersion} · {t('nodes.heartbeat')} <Ago at={node.lastHeartbeatAt} />
        {Object.entries(node.labels).map(([name, value]) => (
          <span key={name} className="tag">
            {name}={value}
          </span>
        ))}
      </p>
      <ConfirmDialog
        open={asking}
        title={t('nodes.drain.title', { name: node.name })}
        text={t('nodes.drain.text')}
        confirm={t('nodes.drain')}
        refuse={t('common.cancel')}
        onConfirm={() => drain.mutateAsync('drain')}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}

const limitsKeys: Record<string, MessageKey> = {
  enforced: 'nodes.limits.enforced',
  off: 'nodes.limits.off',
  no_controllers: 'nodes.limits.no_controllers',
  not_permitted: 'nodes.limits.not_permitted',
  shared_group: 'nodes.limits.shared_group',
};

function withLoad(text: string, load: string | null | undefined): string {
  return load ? `${text} · ${load}` : text;
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}
