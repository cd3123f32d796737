import type { MessageKey } from '../lib/i18n/en';
import { isMessageKey, useText } from '../lib/i18n/i18n';

type StatusOf<Key> = Key extends `status.${infer Status}` ? Status : never;

/** A status with a translated label. */
export type KnownStatus = StatusOf<MessageKey>;

export function StatusBadge({ status }: { status: string }) {
  const t = useText();
  const key = `status.${status}`;
  return (
    <span className="status" data-status={status}>
      <span className="status-dot" aria-hidden="true" />
      {isMessageKey(key) ? t(key) : status}
    </span>
  );
}
