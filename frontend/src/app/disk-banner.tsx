import { HardDrive } from 'lucide-react';
import { useCaller } from '../lib/caller';
import { useFullestDisk } from '../lib/disks';
import { useText } from '../lib/i18n/i18n';

/** Says that a disk is full to everybody who could submit a job, and that it soon will be to administrators. */
export function DiskBanner() {
  const t = useText();
  const disk = useFullestDisk();
  const role = useCaller()?.role;
  const isFull = disk?.level === 'full';
  if (!disk || !(role === 'administrator' || (isFull && role === 'editor'))) {
    return null;
  }
  const { name, usedPercent: percent, acceptsBelow: limit } = disk;
  return (
    <div className="banner" role={isFull ? 'alert' : 'status'}>
      <HardDrive aria-hidden="true" />
      {isFull ? t('app.diskFull', { disk: name, percent, limit }) : t('app.diskNearlyFull', { disk: name, percent })}
    </div>
  );
}
