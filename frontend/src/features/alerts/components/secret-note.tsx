import { KeyRound } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { CopyButton } from '../../../components/copy-button';
import { useText } from '../../../lib/i18n/i18n';

/** A webhook's secret, which the platform shows only this once. */
export function SecretNote({ secret, children }: { secret: string; children: ReactNode }) {
  const t = useText();
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    // After a dialog that made it has given the focus back.
    const frame = requestAnimationFrame(() => element.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <section ref={element} tabIndex={-1} className="secret" aria-label={t('destination.secret')}>
      <p role="status">
        <KeyRound aria-hidden="true" />
        {t('destination.secret.once')}
      </p>
      <div className="command">
        <pre tabIndex={0}>{secret}</pre>
        <CopyButton text={secret} label={t('common.copy')} />
      </div>
      <div>{children}</div>
    </section>
  );
}
