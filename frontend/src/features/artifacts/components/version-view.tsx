import { useNavigate } from '@tanstack/react-router';
import { Tag } from 'lucide-react';
import { useState } from 'react';
import { Aliases } from '../../../components/aliases';
import { DeleteButton, RestoreButton } from '../../../components/bin-actions';
import { Button } from '../../../components/button';
import { CopyButton } from '../../../components/copy-button';
import { DownloadButton } from '../../../components/download-button';
import { Facts } from '../../../components/facts';
import { Field } from '../../../components/field';
import { JobLink } from '../../../components/job-link';
import { EmptyState, Pending, useReason } from '../../../components/states';
import { Ago } from '../../../components/time';
import { ApiError } from '../../../lib/api';
import { useEditRefusal } from '../../../lib/caller';
import { formatBytes } from '../../../lib/format';
import { useText, useSay } from '../../../lib/i18n/i18n';
import { fieldErrors } from '../../../lib/i18n/sentences';
import type { Batch } from '../../../lib/use-batch';
import {
  archiveOf,
  fileOf,
  useDeletedVersions,
  useManifest,
  useSetAlias,
  type Manifest,
  type VersionId,
} from '../api/artifacts';

interface VersionViewProps extends VersionId {
  batch: Batch<VersionId>;
}

/** One version with its files; says so where it never was, or is in the recycle bin. */
export function VersionView({ name, version, batch }: VersionViewProps) {
  const t = useText();
  const navigate = useNavigate();
  const isDeleted = useDeletedVersions(name).data?.items.some(one => one.version === version) ?? false;
  const { data, error, refetch } = useManifest(name, version, !isDeleted);
  if (isDeleted || (error instanceof ApiError && error.status === 404)) {
    return (
      <EmptyState
        title={t('artifact.version.absent')}
        text={t(isDeleted ? 'artifact.version.deleted' : 'artifact.version.never', { name, number: version })}
      >
        {isDeleted && <RestoreButton onRestore={() => void batch.restore([{ name, version }])} />}
      </EmptyState>
    );
  }
  if (!data) {
    return <Pending error={error} onRetry={refetch} />;
  }
  return (
    <section className="version" aria-label={t('artifact.version', { number: version })}>
      <div className="card-head">
        <h2>{t('artifact.version', { number: version })}</h2>
        <Aliases names={data.aliases} />
        <DownloadButton
          address={archiveOf(name, version)}
          fileName={`${name}-v${version}.tar`}
          label={t('artifact.archive')}
        />
        <DeleteButton
          name={`${name}:${version}`}
          onDelete={reason =>
            batch.remove(
              [{ name, version }],
              reason,
              () => void navigate({ to: '/artifacts/$name', params: { name }, search: {} }),
            )
          }
        />
      </div>
      {data.description && <p>{data.description}</p>}
      <Facts
        items={[
          [t('artifact.created'), <Ago key="at" at={data.createdAt} />],
          [t('artifacts.size'), formatBytes(data.size)],
          [t('artifact.job'), data.jobId && <JobLink key="job" id={data.jobId} />],
          [
            t('artifact.digest'),
            <span key="digest" className="with-button">
              <span className="mono">{data.digest.slice(0, 12)}</span>
              <CopyButton text={data.digest} label={t('common.copy')} />
            </span>,
          ],
        ]}
      />
      <AliasForm name={name} version={version} />
      <Files manifest={data} />
    </section>
  );
}

function Files({ manifest }: { manifest: Manifest }) {
  const t = useText();
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t('artifact.files')}>
      <table className="plain plain-fitting">
        <thead>
          <tr>
            <th scope="col">{t('artifact.path')}</th>
            <th scope="col">{t('artifacts.size')}</th>
            <th scope="col">{t('artifact.sha256')}</th>
            <th scope="col">{t('common.download')}</th>
          </tr>
        </thead>
        <tbody>
          {manifest.files.map(file => (
            <tr key={file.path}>
              <th scope="row" className="mono">
                {file.path}
              </th>
              <td>{formatBytes(file.size)}</td>
              <td className="mono" title={file.sha256}>
                {file.sha256.slice(0, 12)}
              </td>
              <td>
                <DownloadButton
                  small
                  address={fileOf(manifest.name, manifest.version, file.path)}
                  fileName={file.path.slice(file.path.lastIndexOf('/') + 1)}
                  label={t('artifact.file.download', { path: file.path })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AliasForm({ name, version }: { name: string; version: number }) {
  const t = useText();
  const [alias, setAlias] = useState('');
  const set = useSetAlias(name, version);
  const refusal = useEditRefusal();
  const say = useSay();
  const reason = useReason(set.error);
  const named = set.error instanceof ApiError ? Object.values(fieldErrors(say, set.error.problem)).flat() : [];
  const errors = named.length > 0 ? named : set.error ? [reason] : undefined;
  return (
    <form
      className="alias-form"
      onSubmit={event => {
        event.preventDefault();
        if (!alias.trim() || refusal) {
          return;
        }
        set.mutate(alias.trim(), { onSuccess: () => setAlias('') });
      }}
    >
      <Field label={t('artifact.alias.name')} errors={errors}>
        <input
          value={alias}
          disabled={refusal !== undefined}
          spellCheck={false}
          onChange={event => setAlias(event.target.value)}
        />
      </Field>
      <Button
        type="submit"
        icon={<Tag aria-hidden="true" />}
        disabled={!refusal && (!alias.trim() || set.isPending)}
        refusal={refusal}
      >
        {t('artifact.alias.add')}
      </Button>
    </form>
  );
}
