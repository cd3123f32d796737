import { useCallback, useState } from 'react';
import { Pending } from '../../../components/states';
import { useText } from '../../../lib/i18n/i18n';
import type { FileKind } from '../api/file-content';
import { useFileBytes } from '../api/run-files';

interface FileBytesProps {
  runId: string;
  path: string;
  /** Changes when the bytes do. */
  version: string;
  kind: Exclude<FileKind, 'text'>;
  /** What it shows. */
  label: string;
}

/** Pictures of less pixels are enlarged, and their pixels stay sharp. */
const smallWidth = 160;

/** A picture, sound or video of a run. */
export function FileBytes({ runId, path, version, kind, label }: FileBytesProps) {
  const { data, error, isPlaceholderData, refetch } = useFileBytes(runId, path, version);
  return data ? (
    <div className="file-bytes" data-stale={isPlaceholderData || undefined}>
      <Shown kind={kind} bytes={data} label={label} />
    </div>
  ) : (
    <Pending error={error} onRetry={refetch} rows={3} />
  );
}

function Shown({ kind, bytes, label }: { kind: FileBytesProps['kind']; bytes: Blob; label: string }) {
  const t = useText();
  const [broken, setBroken] = useState<Blob>();
  const show = useCallback(
    (element: HTMLImageElement | HTMLMediaElement | null) => {
      if (!element) {
        return;
      }
      const address = URL.createObjectURL(bytes);
      element.src = address;
      return () => URL.revokeObjectURL(address);
    },
    [bytes],
  );
  const props = { ref: show, onError: () => setBroken(bytes) };
  if (broken === bytes) {
    return <p className="muted">{t('file.broken')}</p>;
  }
  if (kind === 'image') {
    return (
      <img
        alt={label}
        {...props}
        onLoad={({ currentTarget: image }) => image.toggleAttribute('data-small', image.naturalWidth < smallWidth)}
      />
    );
  }
  // What a run has made has no captions.
  return kind === 'audio' ? (
    <audio controls aria-label={label} {...props}>
      <track kind="captions" />
    </audio>
  ) : (
    <video controls aria-label={label} {...props}>
      <track kind="captions" />
    </video>
  );
}
