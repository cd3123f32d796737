import { Popover, PopoverButton, PopoverPanel } from '@headlessui/react';
import { Keyboard, LogOut, Settings2 } from 'lucide-react';
import { Button } from '../components/button';
import { language, languages, setLanguage, useText, type Language } from '../lib/i18n/i18n';
import { session, signOut } from '../lib/session';
import { useStore } from '../lib/store';
import { setTheme, theme, type Theme } from '../lib/theme';

const themes: Theme[] = ['auto', 'light', 'dark'];

export function SettingsMenu({ onHelp }: { onHelp: () => void }) {
  const t = useText();
  const chosenTheme = useStore(theme);
  const chosenLanguage = useStore(language);
  const { token } = useStore(session);
  return (
    <Popover className="settings">
      <PopoverButton className="icon-button" aria-label={t('app.settings')} title={t('app.settings')}>
        <Settings2 aria-hidden="true" />
      </PopoverButton>
      <PopoverPanel className="settings-panel">
        <label>
          {t('app.theme')}
          <select value={chosenTheme} onChange={event => setTheme(event.target.value as Theme)}>
            {themes.map(one => (
              <option key={one} value={one}>
                {t(`app.theme.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('app.language')}
          <select value={chosenLanguage} onChange={event => setLanguage(event.target.value as Language)}>
            {Object.entries(languages).map(([key, { name }]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <a href="/docs/">{t('app.api')}</a>
        <Button kind="quiet" icon={<Keyboard aria-hidden="true" />} onClick={onHelp}>
          {t('app.help')}
        </Button>
        {token && (
          <Button kind="quiet" icon={<LogOut aria-hidden="true" />} onClick={signOut}>
            {t('app.signOut')}
          </Button>
        )}
      </PopoverPanel>
    </Popover>
  );
}
