import { Dialog, DialogPanel, DialogTitle } from '@headlessui/react';
import { ChevronLeft, ChevronRight, X } from 'lucide-react';
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import { Button, IconButton } from '../../../components/button';
import { DownloadButton } from '../../../components/download-button';
import { Pending } from '../../../components/states';
import { useText } from '../../../lib/i18n/i18n';
import { nameOf } from '../api/file-content';
import { runFileOf, useFileBytes } from '../api/run-files';
import { useBlob } from './use-blob';

interface ImageViewerProps {
  title: string;
  runId: string;
  path: string;
  /** Changes when the bytes do. */
  version: string;
  /** What it shows. */
  label: string;
  /** Leads to the one before or after, with the arrow keys too; left out where there is none. */
  onPrevious?: () => void;
  onNext?: () => void;
  /** What chooses among several. */
  children?: ReactNode;
  onClose: () => void;
}

/** A picture in the whole window. */
export function ImageViewer({ title, runId, path, version, label, children, onClose, ...to }: ImageViewerProps) {
  const t = useText();
  const { data, error, isPlaceholderData, refetch } = useFileBytes(runId, path, version);
  const [isActual, setIsActual] = useState(false);
  const hasOthers = Boolean(to.onPrevious ?? to.onNext);
  const press = (event: KeyboardEvent) => {
    const go = { ArrowLeft: to.onPrevious, ArrowRight: to.onNext }[event.key];
    // In a slider and a field they do what they always do.
    if (go && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      go();
    }
  };
  return (
    <Dialog open onClose={onClose} className="dialog" onKeyDown={press}>
      <DialogPanel className="viewer">
        <div className="viewer-bar">
          <DialogTitle>{title}</DialogTitle>
          {children}
          <span className="file-actions">
            <Button kind="quiet" aria-pressed={isActual} onClick={() => setIsActual(!isActual)}>
              {t('media.actual')}
            </Button>
            <DownloadButton
              small
              address={runFileOf(runId, path)}
              fileName={nameOf(path)}
              label={t('artifact.file.download', { path: nameOf(path) })}
            />
            <IconButton label={t('common.close')} icon={<X aria-hidden="true" />} data-autofocus onClick={onClose} />
          </span>
        </div>
        <div className="viewer-frame" data-actual={isActual || undefined} data-stale={isPlaceholderData || undefined}>
          {data ? <Whole bytes={data} label={label} /> : <Pending error={error} onRetry={refetch} rows={3} />}
        </div>
        {hasOthers && (
          <>
            <IconButton
              className="viewer-previous"
              label={t('media.previousStep')}
              icon={<ChevronLeft aria-hidden="true" />}
              aria-disabled={!to.onPrevious}
              onClick={to.onPrevious}
            />
            <IconButton
              className="viewer-next"
              label={t('media.nextStep')}
              icon={<ChevronRight aria-hidden="true" />}
              aria-disabled={!to.onNext}
              onClick={to.onNext}
            />
          </>
        )}
      </DialogPanel>
    </Dialog>
  );
}

/** A picture of few pixels is enlarged, and its pixels stay sharp. */
function Whole({ bytes, label }: { bytes: Blob; label: string }) {
  const t = useText();
  const show = useBlob(bytes);
  const [size, setSize] = useState<{ width: number; height: number }>();
  const [broken, setBroken] = useState<Blob>();
  if (broken === bytes) {
    return <p className="muted">{t('file.broken')}</p>;
  }
  return (
    <>
      <img
        ref={show}
        alt={label}
        data-small={(size && Math.max(size.width, size.height) < fewPixels) || undefined}
        onError={() => setBroken(bytes)}
        onLoad={({ currentTarget: image }) => setSize({ width: image.naturalWidth, height: image.naturalHeight })}
      />
      <p className="muted number">{size && t('media.pixels', size)}</p>
    </>
  );
}

const fewPixels = 256;
