import { Store, useStore } from '../store';
import { en, type MessageKey, type Messages } from './en';
import { sayer, type Say } from './sentences';
import { zh } from './zh';
import { zhSentences } from './zh-sentences';

export type Language = 'en' | 'zh';

interface LanguageWords {
  name: string;
  tag: string;
  messages: Messages;
  /** Says a sentence of the platform. */
  say: Say;
}

export const languages: Record<Language, LanguageWords> = {
  en: { name: 'English', tag: 'en', messages: en, say: english => english },
  zh: { name: '中文', tag: 'zh-CN', messages: zh, say: sayer(zhSentences) },
};

const key = 'platform.language';

function preferred(): Language {
  const stored = localStorage.getItem(key);
  if (stored === 'en' || stored === 'zh') {
    return stored;
  }
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export const language = new Store<Language>(preferred());

export function setLanguage(value: Language): void {
  localStorage.setItem(key, value);
  language.set(value);
  applyLanguage();
}

export function applyLanguage(): void {
  document.documentElement.lang = languages[language.get()].tag;
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
  const { messages } = languages[useStore(language)];
  return (key, values) => fill(messages[key], values);
}

/** Says sentences of the platform in the selected language. */
export function useSay(): Say {
  return languages[useStore(language)].say;
}

export function useLocale(): string {
  return languages[useStore(language)].tag;
}
