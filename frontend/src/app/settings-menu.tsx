import { Popover, PopoverButton, PopoverPanel } from '@headlessui/react';
import { Keyboard, LogOut, Settings2, UserRound } from 'lucide-react';
import { Appearance } from '../components/appearance';
import { Button } from '../components/button';
import { useCaller, useRoleName } from '../lib/caller';
import { useText } from '../lib/i18n/i18n';
import { session, signOut } from '../lib/session';
import { useStore } from '../lib/store';

export function SettingsMenu({ onHelp }: { onHelp: () => void }) {
  const t = useText();
  const { token } = useStore(session);
  const caller = useCaller();
  const role = useRoleName(caller?.role);
  return (
    <Popover className="settings">
      <PopoverButton className="icon-button" aria-label={t('app.settings')} title={t('app.settings')}>
        <Settings2 aria-hidden="true" />
      </PopoverButton>
      <PopoverPanel className="settings-panel">
        <Appearance />
        <a href="docs/">{t('app.api')}</a>
        <Button kind="quiet" icon={<Keyboard aria-hidden="true" />} onClick={onHelp}>
          {t('app.help')}
        </Button>
        {caller && (
          <p className="settings-user" aria-label={t('app.user')} role="group">
            <UserRound aria-hidden="true" />
            <strong>{caller.name}</strong>
            {role && <span className="muted">{role}</span>}
          </p>
        )}
        {token && (
          <Button kind="quiet" icon={<LogOut aria-hidden="true" />} onClick={signOut}>
            {t('app.signOut')}
          </Button>
        )}
      </PopoverPanel>
    </Popover>
  );
}
