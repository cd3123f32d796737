import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useText } from '../lib/i18n/i18n';
import { IconButton } from './button';

const shownFor = 1500;

/** Copies a text; also where the browser denies access to the clipboard, as it does without HTTPS. */
export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(typeof text === 'string' ? text : text());
    setCopied(true);
  };
  useEffect(() => {
    if (copied) {
      const timer = setTimeout(() => setCopied(false), shownFor);
      return () => clearTimeout(timer);
    }
  }, [copied]);
  return (
    <IconButton
      label={copied ? t('common.copied') : label}
      icon={copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      onClick={() => void copy()}
    />
  );
}

async function copyText(text: string): Promise<void> {
  if (window.isSecureContext && (await wasWritten(navigator.clipboard.writeText(text)))) {
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'off-screen';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** A browser may deny access to the clipboard at any time. */
function wasWritten(writing: Promise<void>): Promise<boolean> {
  return writing.then(
    () => true,
    () => false,
  );
}
