import { loadModule } from '../load-module';
import { Store, useStore } from '../store';
import { en, type MessageKey, type Messages } from './en';
import { sayEnglish, sayer, type Say } from './sentences';

export type Language = 'en' | 'zh';

interface Words {
  language: Language;
  messages: Messages;
  /** Says a sentence of the platform. */
  say: Say;
}

export const languages: Record<Language, { name: string; tag: string }> = {
  en: { name: 'English', tag: 'en' },
  zh: { name: '中文', tag: 'zh-CN' },
};

const english: Words = { language: 'en', messages: en, say: sayEnglish };

/** The words of the languages other than English, fetched when they are first chosen. */
const fetchers: Partial<Record<Language, () => Promise<Words>>> = {
  zh: async () => {
    const [{ zh }, { zhSentences }] = await loadModule(() => Promise.all([import('./zh'), import('./zh-sentences')]));
    return { language: 'zh', messages: zh, say: sayer(zhSentences) };
  },
};

const key = 'platform.language';

function preferred(): Language {
  const stored = localStorage.getItem(key);
  if (stored === 'en' || stored === 'zh') {
    return stored;
  }
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

const words = new Store(english);
let wanted: Language = 'en';

async function show(value: Language): Promise<void> {
  wanted = value;
  const fetched = (await fetchers[value]?.()) ?? english;
  if (wanted !== value) {
    return; // another was chosen meanwhile
  }
  document.documentElement.lang = languages[value].tag;
  words.set(fetched);
}

/** Shows the preferred language; English when its words cannot be fetched. */
export async function startLanguage(): Promise<void> {
  await show(preferred()).catch(() => show('en'));
}

/** Changes the language once its words are there, which may be when the platform answers again. */
export async function setLanguage(value: Language): Promise<void> {
  localStorage.setItem(key, value);
  await show(value).catch(() => undefined);
}

type Values = Record<string, string | number>;
export type Text = (key: MessageKey, values?: Values) => string;

export function isMessageKey(key: string): key is MessageKey {
  return key in en;
}

/** Fills `{name}` in a message; `{count:line|lines}` becomes a number with singular or plural. */
export function fill(message: string, values: Values = {}): string {
  return message.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = String(values[name] ?? whole);
    return many === undefined ? value : `${value} ${value === '1' ? one : many}`;
  });
}

/** The messages of the selected language. */
export function useText(): Text {
  const { messages } = useStore(words);
  return (key, values) => fill(messages[key], values);
}

/** Says sentences of the platform in the selected language. */
export function useSay(): Say {
  return useStore(words).say;
}

/** The language whose words are shown. */
export function useLanguage(): Language {
  return useStore(words).language;
}

export function useLocale(): string {
  return languages[useLanguage()].tag;
}
