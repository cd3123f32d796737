import { Link } from '@tanstack/react-router';
import { FolderOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import { DownloadButton } from '../../../components/download-button';
import { useText } from '../../../lib/i18n/i18n';
import { nameOf } from '../api/file-content';
import type { Media } from '../api/run-media';
import { runFileOf } from '../api/run-files';

/** What was logged, with its caption; leads to its file among the others, and saves it. */
export function MediaFigure({ runId, item, children }: { runId: string; item: Media; children: ReactNode }) {
  const t = useText();
  const name = nameOf(item.path);
  return (
    <figure className="media-item">
      {children}
      <figcaption>
        <span>{item.caption}</span>
        <span className="file-actions">
          <ShowInFiles runId={runId} path={item.path} />
          <DownloadButton
            small
            address={runFileOf(runId, item.path)}
            fileName={name}
            label={t('artifact.file.download', { path: name })}
          />
        </span>
      </figcaption>
    </figure>
  );
}

/** Leads to a file among the others. */
export function ShowInFiles({ runId, path }: { runId: string; path: string }) {
  const t = useText();
  return (
    <Link
      to="/runs/$id"
      params={{ id: runId }}
      search={{ tab: 'files', file: path }}
      className="icon-button"
      aria-label={t('media.show', { name: nameOf(path) })}
      title={t('media.show.hint')}
    >
      <FolderOpen aria-hidden="true" />
    </Link>
  );
}
