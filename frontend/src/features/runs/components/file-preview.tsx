import { ArrowLeft, X } from 'lucide-react';
import { IconButton } from '../../../components/button';
import { CopyButton } from '../../../components/copy-button';
import { CutName } from '../../../components/cut-name';
import { DownloadButton } from '../../../components/download-button';
import { Pending } from '../../../components/states';
import { ApiError } from '../../../lib/api';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { kindOfFile, mediaLimit, nameOf } from '../api/file-content';
import { runFileOf, useFileHead, type FileHead } from '../api/run-files';
import { FileBytes } from './file-bytes';
import { FileText } from './file-text';

interface FilePreviewProps {
  runId: string;
  path: string;
  /** Whether the run may still replace it. */
  live: boolean;
  /** Whether it is there instead of the list. */
  isAlone: boolean;
  onClose: () => void;
}

/** Shows what is in a file, up to a limit. */
export function FilePreview({ runId, path, live, isAlone, onClose }: FilePreviewProps) {
  const t = useText();
  const { data: head, error, refetch } = useFileHead(runId, path, live);
  return (
    <section className="panel file-preview" aria-label={t('file.preview', { path })}>
      <div className="panel-bar">
        {isAlone && <IconButton label={t('file.back')} icon={<ArrowLeft aria-hidden="true" />} onClick={onClose} />}
        <h2 className="mono">
          <CutName name={nameOf(path)} />
        </h2>
        {head && <span className="muted number">{formatBytes(head.size)}</span>}
        <span className="file-actions">
          <CopyButton text={path} label={t('file.copyPath')} />
          <DownloadButton
            small
            address={runFileOf(runId, path)}
            fileName={nameOf(path)}
            label={t('artifact.file.download', { path })}
          />
          {!isAlone && <IconButton label={t('common.close')} icon={<X aria-hidden="true" />} onClick={onClose} />}
        </span>
      </div>
      {error instanceof ApiError && error.status === 404 ? (
        <p className="panel-note muted">{t('file.absent')}</p>
      ) : head ? (
        <Content runId={runId} path={path} head={head} />
      ) : (
        <div className="panel-note">
          <Pending error={error} onRetry={refetch} rows={4} />
        </div>
      )}
    </section>
  );
}

function Content({ runId, path, head }: { runId: string; path: string; head: FileHead }) {
  const t = useText();
  const kind = kindOfFile(path);
  if (head.size === 0) {
    return <p className="panel-note muted">{t('file.empty')}</p>;
  }
  if (kind === 'text') {
    return <FileText runId={runId} path={path} head={head} />;
  }
  return head.size > mediaLimit ? (
    <p className="panel-note muted">{t('file.large', { size: formatBytes(mediaLimit) })}</p>
  ) : (
    <div className="panel-note">
      <FileBytes runId={runId} path={path} version={head.version} kind={kind} label={nameOf(path)} hasSize />
    </div>
  );
}
