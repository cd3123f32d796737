import { Maximize2 } from 'lucide-react';
import { useState } from 'react';
import { Pending } from '../../../components/states';
import { useText } from '../../../lib/i18n/i18n';
import type { FileKind } from '../api/file-content';
import { useFileBytes } from '../api/run-files';
import { ImageViewer } from './image-viewer';
import { useBlob } from './use-blob';

interface FileBytesProps {
  runId: string;
  path: string;
  /** Changes when the bytes do. */
  version: string;
  kind: Exclude<FileKind, 'text'>;
  /** What it shows. */
  label: string;
  /** Whether a picture says how many pixels it has. Otherwise one with few is enlarged. */
  hasSize?: boolean;
  /** Shows a picture in the whole window; by default this one alone. */
  onEnlarge?: () => void;
}

/** Pictures with less pixels than half of this are enlarged up to it, by a whole factor: their pixels stay sharp and square. */
const enlargedTo = 320;

/** A picture, sound or video of a run. */
export function FileBytes({ runId, path, version, kind, label, hasSize = false, onEnlarge }: FileBytesProps) {
  const { data, error, isPlaceholderData, refetch } = useFileBytes(runId, path, version);
  const [isViewed, setIsViewed] = useState(false);
  const t = useText();
  const onBroken = useBroken(data);
  if (!data) {
    return <Pending error={error} onRetry={refetch} rows={3} />;
  }
  return (
    <div className="file-bytes" data-stale={isPlaceholderData || undefined} data-kind={kind}>
      {onBroken.isBroken ? (
        <p className="muted">{t('file.broken')}</p>
      ) : kind === 'image' ? (
        <>
          <Picture bytes={data} label={label} hasSize={hasSize} onError={onBroken.report} />
          {/* Over the picture, which a button may not have in it. */}
          <button
            type="button"
            className="enlarge"
            aria-label={t('media.enlarge', { name: label })}
            title={t('media.enlarge.hint')}
            onClick={onEnlarge ?? (() => setIsViewed(true))}
          >
            <Maximize2 aria-hidden="true" />
          </button>
          {isViewed && (
            <ImageViewer title={label} {...{ runId, path, version, label }} onClose={() => setIsViewed(false)} />
          )}
        </>
      ) : (
        <Player kind={kind} bytes={data} label={label} onError={onBroken.report} />
      )}
    </div>
  );
}

/** Whether these bytes turned out not to be what they should be. */
function useBroken(bytes: Blob | undefined) {
  const [broken, setBroken] = useState<Blob>();
  return { isBroken: bytes !== undefined && broken === bytes, report: () => setBroken(bytes) };
}

interface PictureProps {
  bytes: Blob;
  label: string;
  hasSize: boolean;
  onError: () => void;
}

function Picture({ bytes, label, hasSize, onError }: PictureProps) {
  const t = useText();
  const show = useBlob(bytes);
  const [size, setSize] = useState<{ width: number; height: number }>();
  const factor = size && !hasSize ? Math.floor(enlargedTo / Math.max(size.width, size.height, 1)) : 1;
  return (
    <>
      <img
        ref={show}
        alt={label}
        onError={onError}
        onLoad={({ currentTarget: image }) => setSize({ width: image.naturalWidth, height: image.naturalHeight })}
        data-small={factor > 1 || undefined}
        style={size && factor > 1 ? { width: size.width * factor } : undefined}
      />
      {hasSize && size && (
        <p className="muted number picture-size">{t('media.pixels', { width: size.width, height: size.height })}</p>
      )}
    </>
  );
}

interface PlayerProps {
  kind: 'audio' | 'video';
  bytes: Blob;
  label: string;
  onError: () => void;
}

/** What a run has made has no captions. */
function Player({ kind, bytes, label, onError }: PlayerProps) {
  const show = useBlob(bytes);
  const props = { ref: show, onError, controls: true, 'aria-label': label };
  return kind === 'audio' ? (
    <audio {...props}>
      <track kind="captions" />
    </audio>
  ) : (
    <video {...props}>
      <track kind="captions" />
    </video>
  );
}
