import { isMessageKey, useText } from '../lib/i18n/i18n';

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
