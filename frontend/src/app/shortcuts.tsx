import { Dialog, DialogBackdrop, DialogPanel, DialogTitle } from '@headlessui/react';
import { useNavigate } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '../components/button';
import { useText } from '../lib/i18n/i18n';
import type { MessageKey } from '../lib/i18n/en';

const targets: Record<string, '/jobs' | '/nodes' | '/runs' | '/artifacts'> = {
  j: '/jobs',
  n: '/nodes',
  r: '/runs',
  a: '/artifacts',
};

const shown: [string, MessageKey][] = [
  ['/', 'keys.search'],
  ['g j', 'keys.jobs'],
  ['g n', 'keys.nodes'],
  ['g r', 'keys.runs'],
  ['g a', 'keys.artifacts'],
  ['c', 'keys.new'],
  ['?', 'keys.help'],
];

/** The second key of a pair must follow within this time. */
const pairMilliseconds = 1000;

/** Listens for the page's shortcuts, except while someone types. */
export function useShortcuts() {
  const navigate = useNavigate();
  const [helpOpen, setHelpOpen] = useState(false);
  const goPressed = useRef(0);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) {
        return;
      }
      const target = Date.now() - goPressed.current < pairMilliseconds ? targets[event.key] : undefined;
      goPressed.current = event.key === 'g' ? Date.now() : 0;
      if (target) {
        void navigate({ to: target });
      } else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('[data-main-search]');
        if (search) {
          event.preventDefault();
          search.select();
          search.focus();
        }
      } else if (event.key === 'c') {
        event.preventDefault();
        void navigate({ to: '/jobs/new' });
      } else if (event.key === '?') {
        setHelpOpen(true);
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [navigate]);
  return { helpOpen, setHelpOpen };
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

export function ShortcutHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useText();
  return (
    <Dialog open={open} onClose={onClose} className="dialog">
      <DialogBackdrop className="dialog-backdrop" />
      <div className="dialog-frame">
        <DialogPanel className="dialog-panel">
          <div className="dialog-head">
            <DialogTitle>{t('app.help')}</DialogTitle>
            <IconButton label={t('common.close')} icon={<X aria-hidden="true" />} onClick={onClose} />
          </div>
          <dl className="keys">
            {shown.map(([keys, text]) => (
              <div key={keys}>
                <dt>
                  {keys.split(' ').map(key => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{t(text)}</dd>
              </div>
            ))}
          </dl>
        </DialogPanel>
      </div>
    </Dialog>
  );
}
