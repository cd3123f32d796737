import { Store } from './store';

export type Theme = 'auto' | 'light' | 'dark';

const key = 'platform.theme';
const stored = localStorage.getItem(key);

export const theme = new Store<Theme>(stored === 'light' || stored === 'dark' ? stored : 'auto');

/** Shows a theme and remembers it. */
export function setTheme(value: Theme): void {
  localStorage.setItem(key, value);
  theme.set(value);
  applyTheme();
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.get();
}
