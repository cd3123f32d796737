import { languages, setLanguage, useLanguage, useText, type Language } from '../lib/i18n/i18n';
import { useStore } from '../lib/store';
import { setTheme, theme, type Theme } from '../lib/theme';

const themes: Theme[] = ['auto', 'light', 'dark'];

/** The choice of theme and language. */
export function Appearance() {
  const t = useText();
  const chosenTheme = useStore(theme);
  const chosenLanguage = useLanguage();
  return (
    <div className="appearance">
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
        <select value={chosenLanguage} onChange={event => void setLanguage(event.target.value as Language)}>
          {Object.entries(languages).map(([key, { name }]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
