import { Download } from 'lucide-react';
import { useState } from 'react';
import { download } from '../lib/download';
import { Button, IconButton } from './button';
import { ActionError } from './states';

interface DownloadButtonProps {
  /** The address to download. */
  address: string;
  fileName: string;
  label: string;
  /** Icon only; the label becomes the tooltip. */
  small?: boolean;
  tabIndex?: number;
}

export function DownloadButton({ address, fileName, label, small, tabIndex }: DownloadButtonProps) {
  const [error, setError] = useState<unknown>(null);
  const icon = <Download aria-hidden="true" />;
  const save = () => {
    setError(null);
    download(address, fileName).catch(setError);
  };
  return (
    <>
      {small ? (
        <IconButton label={label} icon={icon} tabIndex={tabIndex} onClick={save} />
      ) : (
        <Button icon={icon} onClick={save}>
          {label}
        </Button>
      )}
      <ActionError error={error} />
    </>
  );
}
