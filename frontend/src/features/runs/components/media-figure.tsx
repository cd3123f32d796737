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
          <Link
            to="/runs/$id"
            params={{ id: runId }}
            search={{ tab: 'files', file: item.path }}
            className="icon-button"
            aria-label={t('media.show', { name })}
            title={t('media.show', { name })}
          >
            <FolderOpen aria-hidden="true" />
          </Link>
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
