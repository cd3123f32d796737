import { Dialog, DialogBackdrop, DialogPanel, DialogTitle } from '@headlessui/react';
import { X } from 'lucide-react';
import { IconButton } from '../components/button';
import { useText } from '../lib/i18n/i18n';
import type { MessageKey } from '../lib/i18n/en';

const shown: [string, MessageKey][] = [
  ['/', 'keys.search'],
  ['g j', 'keys.jobs'],
  ['g n', 'keys.nodes'],
  ['g r', 'keys.runs'],
  ['g a', 'keys.artifacts'],
  ['g l', 'keys.alerts'],
  ['g s', 'keys.logs'],
  ['s', 'keys.selection'],
  ['c', 'keys.new'],
  ['?', 'keys.help'],
];

export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const t = useText();
  return (
    <Dialog open onClose={onClose} className="dialog">
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
