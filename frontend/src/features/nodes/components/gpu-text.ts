import { formatMiB } from '../../../lib/format';
import type { Text } from '../../../lib/i18n/i18n';
import type { Schemas } from '../../../lib/api';

export type GpuUsage = Schemas['GpuUsage'];

/** What a GPU does, and which of it its driver does not tell. Older agents send 0 for an unknown size. */
export function gpuText(t: Text, memoryMiB: number | null, usage: GpuUsage | undefined): string {
  const { utilization, memoryUsedMiB, temperatureCelsius, powerWatts } = usage ?? {};
  const parts = [
    utilization == null ? t('nodes.gpu.unknown') : t('nodes.load', { percent: Math.round(utilization * 100) }),
    !memoryMiB
      ? t('nodes.gpu.memoryUnknown')
      : memoryUsedMiB == null
        ? t('nodes.gpu.total', { size: formatMiB(memoryMiB) })
        : `${formatMiB(memoryUsedMiB)} / ${formatMiB(memoryMiB)}`,
  ];
  if (temperatureCelsius != null) {
    parts.push(`${temperatureCelsius} °C`);
  }
  if (powerWatts != null) {
    parts.push(`${Math.round(powerWatts)} W`);
  }
  return parts.join(' · ');
}
