import { TriangleAlert } from 'lucide-react';
import { useLocale, useText } from '../../../lib/i18n/i18n';
import type { Run } from '../api/runs';

/** What the training logged and its SDK could not store as it was. */
export function RunLosses({ losses }: { losses: NonNullable<Run['losses']> }) {
  const t = useText();
  const locale = useLocale();
  const parts = [
    losses.refused > 0 && t('run.losses.refused', { count: losses.refused.toLocaleString(locale) }),
    losses.cut > 0 && t('run.losses.cut', { count: losses.cut.toLocaleString(locale) }),
  ];
  return (
    <details className="run-losses">
      <summary>
        <TriangleAlert aria-hidden="true" /> {parts.filter(Boolean).join(t('common.comma'))}
      </summary>
      <ul>
        {losses.notices.map(notice => (
          <li key={notice}>{notice}</li>
        ))}
      </ul>
    </details>
  );
}
